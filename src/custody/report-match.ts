import { lockRows } from '../database/locks.ts';
import type { Database, Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CoinAmount } from '../kernel/money.ts';
import { CUSTODIAN } from './custodian.ts';
import { matchToHolding, unidentifiedRest } from './deposit-match.ts';
import { givenNetworks, reportedTransfer } from './deposit-record.ts';
import { CREDIT_REASONS, judgeDeposit } from './deposit-rules.ts';
import { expectedHoldings } from './expectation.ts';
import { lockHolding } from './holding-state.ts';

/**
 * Credits deposits that came before the exchange's report on them, or before the case's demand for what a sweep of ours sent. Run after every reading, so that it does not matter which
 * of the two came first or whether they came at the same time.
 */
export async function creditReportedDeposits(database: Database, accountId: number): Promise<number> {
  const waiting = await database.read.$queryRaw<{ deposit: number; holding: number }[]>`
    SELECT d.id AS deposit, r.holding_id AS holding
      FROM venue_deposit d JOIN (
             SELECT asset, transaction_id, holding_id FROM transfer_report_row
             UNION
             SELECT s.asset, s.transaction_id, o.id FROM wallet_transfer_hash s JOIN wallet_transfer t ON t.id = s.transfer_id
               JOIN wallet_sweep w ON w.id = t.sweep_id JOIN seized_wallet z ON z.id = w.wallet_id
               JOIN holding o ON o.case_id = z.case_id AND o.asset = s.asset) r
        ON r.asset = d.asset AND r.transaction_id = d.transaction_id
     WHERE d.venue_account_id = ${accountId} AND d.state = 'unidentified'
       AND NOT EXISTS (SELECT 1 FROM deposit_match m WHERE m.deposit_row_id = d.id AND m.holding_id = r.holding_id)
     ORDER BY d.id`;
  let credited = 0;
  for (const { deposit, holding } of waiting) {
    if (await database.work(CUSTODIAN, (work) => creditReported(work, deposit, holding))) credited++;
  }
  return credited;
}

async function creditReported(work: Work, depositRowId: number, holdingId: number): Promise<boolean> {
  await lockHolding(work, holdingId);
  const { venueAccountId: accountId } = await work.tx.venueDeposit.findUniqueOrThrow({ where: { id: depositRowId } });
  await lockRows(work, 'venue_account', [accountId]);
  const deposit = await work.tx.venueDeposit.findUniqueOrThrow({ where: { id: depositRowId }, include: { matches: true } });
  if (deposit.state !== 'unidentified' || deposit.matches.some((match) => match.holdingId === holdingId)) return false;
  const { asset, route, network, transactionId } = deposit;
  const facts = {
    accountId,
    quantity: CoinAmount.of(asset, deposit.quantity.toFixed()),
    route,
    network: network ?? undefined,
    creditedOn: seoulDay(deposit.creditedAt),
    isListed: deposit.reasons.includes('unlisted_asset') ? false : undefined,
  };
  const reported = await reportedTransfer(work.tx, asset, transactionId ?? undefined);
  const networks = await givenNetworks(work.tx, accountId, asset);
  const { credit, reasons } = judgeDeposit(facts, reported, await expectedHoldings(work.tx, asset), networks);
  if (reasons.join() !== deposit.reasons.join()) {
    await work.tx.venueDeposit.update({ where: { id: depositRowId }, data: { reasons: [...reasons] } });
  }
  // What is on its way back to its sender is nobody's to credit.
  if (credit === undefined || !(await unidentifiedRest(work, deposit)).isPositive()) return false;
  const by = reported?.by ?? 'report';
  await matchToHolding(work, { deposit, holdingId, ground: by, reason: CREDIT_REASONS[by] });
  return true;
}
