import type { Transaction, Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { VenueWon } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { replayHours } from '../policy/definitions/reconciliation.ts';
import { accountPlace } from '../venue/ledger-asset.ts';
import { EXPLAINED_DEPOSIT } from '../venue/own-deposit.ts';
import { AT_VENUE } from './booked-balances.ts';

/** What the rows of what happened add up to, beside what the ledger says, of one asset at an account. Plain decimals. */
export interface ReplayedBalance {
  readonly asset: string;
  readonly deposited: string;
  /** Differences that two officials explained. */
  readonly explained: string;
  /** Coins sold, below zero; won that sales brought, less their fees. */
  readonly traded: string;
  /** Sent by us, with fees, below zero. */
  readonly sent: string;
  /** Left without our instruction, with fees, below zero. */
  readonly lost: string;
  readonly eventQuantity: string;
  readonly ledgerQuantity: string;
  readonly agrees: boolean;
}

interface Sum {
  asset: string;
  deposited: string;
  explained: string;
  traded: string;
  sent: string;
  lost: string;
  ledger: string;
}

/**
 * Adds up an account from nothing but deposits, explanations, fills, transfers and withdrawals, each counted from the moment in which the
 * ledger counts it, and holds it against the ledger: a posting that no row stands for, or a row without posting, shows here whatever the
 * venue says.
 */
export async function replayBalances(
  reader: Pick<Transaction, '$queryRaw'>,
  { accountId, venueCode }: { readonly accountId: number; readonly venueCode: string },
): Promise<ReplayedBalance[]> {
  const won = VenueWon.zero(venueCode).asset;
  const rows = await reader.$queryRaw<Sum[]>`
    WITH event (asset, what, amount) AS (
      SELECT asset, 'deposited', quantity FROM venue_deposit
       WHERE venue_account_id = ${accountId} AND deposit_id NOT LIKE ${`${EXPLAINED_DEPOSIT}%`}
      UNION ALL
      SELECT asset, 'explained', CASE side WHEN 'excess' THEN quantity ELSE -quantity END FROM balance_explanation
       WHERE venue_account_id = ${accountId} AND state = 'booked'
      UNION ALL
      SELECT o.asset, 'traded', -f.quantity FROM order_fill f JOIN sale_order o ON o.id = f.order_id WHERE f.venue_account_id = ${accountId}
      UNION ALL
      SELECT ${won}, 'traded', f.proceeds - f.fee FROM order_fill f WHERE f.venue_account_id = ${accountId}
      UNION ALL
      SELECT t.asset, 'sent', -(coalesce(w.quantity, t.quantity) + coalesce(w.fee, 0)) FROM coin_transfer t
        LEFT JOIN venue_withdrawal w ON w.matched_to = 'coin_transfer:' || t.id
       WHERE t.venue_account_id = ${accountId} AND t.state = 'done'
      UNION ALL
      SELECT asset, 'sent', -(quantity + fee) FROM venue_withdrawal
       WHERE venue_account_id = ${accountId} AND matched_to LIKE 'wallet_gas:%' AND ledger_entry_id IS NOT NULL
      UNION ALL
      SELECT ${won}, 'sent', -(amount_krw + fee_krw) FROM won_withdrawal
       WHERE venue_account_id = ${accountId} AND state IN ('confirmed', 'received')
      UNION ALL
      SELECT asset, 'lost', -(quantity + fee) FROM venue_withdrawal
       WHERE venue_account_id = ${accountId} AND matched_to IS NULL AND ledger_entry_id IS NOT NULL
      UNION ALL
      SELECT a.asset, 'ledger', b.balance FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
       WHERE a.place = ${accountPlace(accountId)} AND a.chart_code = ANY (${[...AT_VENUE]}))
    SELECT asset,
           trim_scale(coalesce(sum(amount) FILTER (WHERE what = 'deposited'), 0))::text AS deposited,
           trim_scale(coalesce(sum(amount) FILTER (WHERE what = 'explained'), 0))::text AS explained,
           trim_scale(coalesce(sum(amount) FILTER (WHERE what = 'traded'), 0))::text AS traded,
           trim_scale(coalesce(sum(amount) FILTER (WHERE what = 'sent'), 0))::text AS sent,
           trim_scale(coalesce(sum(amount) FILTER (WHERE what = 'lost'), 0))::text AS lost,
           trim_scale(coalesce(sum(amount) FILTER (WHERE what = 'ledger'), 0))::text AS ledger
      FROM event GROUP BY asset ORDER BY asset`;
  return rows.map(({ ledger, ...sum }) => {
    const parts = [sum.deposited, sum.explained, sum.traded, sum.sent, sum.lost];
    const events = parts.reduce((total, part) => total.plus(new Decimal(part)), new Decimal(0));
    return { ...sum, eventQuantity: events.toFixed(), ledgerQuantity: ledger, agrees: events.isEqualTo(new Decimal(ledger)) };
  });
}

/**
 * Replays an account as often as the policy says and keeps what came out; where books and events differ, a person is told, once while
 * nobody has seen it. The account must be locked.
 */
export async function replayWhenDue(
  work: Work,
  account: { readonly accountId: number; readonly venueCode: string },
): Promise<readonly ReplayedBalance[]> {
  const { accountId } = account;
  const hours = (await readPolicy(work.tx)).get(replayHours, seoulDay(work.at));
  const last = await work.tx.balanceReplay.findFirst({
    where: { venueAccountId: accountId },
    orderBy: { id: 'desc' },
    select: { replayedAt: true },
  });
  if (last !== null && work.at.getTime() - last.replayedAt.getTime() < hours * 3_600_000) return [];
  const replayed = await replayBalances(work.tx, account);
  await work.tx.balanceReplay.createMany({
    data: replayed.map(({ asset, eventQuantity, ledgerQuantity, agrees }) => ({
      venueAccountId: accountId,
      asset,
      replayedAt: work.at,
      eventQuantity,
      ledgerQuantity,
      agrees,
    })),
  });
  const differing = replayed.filter(({ agrees }) => !agrees);
  if (differing.length > 0) {
    const assets = differing.map(({ asset }) => asset).join(', ');
    await raiseAlert(work, {
      code: 'books_differ_from_events',
      severity: 'critical',
      subject: `venue_account:${accountId}`,
      text: `입금·체결·이전·출금을 처음부터 더한 수량이 장부와 다릅니다: ${assets}. 관리자와 분개를 확인하고, 밝혀질 때까지 그 자산의 매각과 이전을 동결하십시오.`,
      facts: {
        accountId,
        assets: differing.map(({ asset, eventQuantity, ledgerQuantity }) => ({ asset, events: eventQuantity, ledger: ledgerQuantity })),
      },
    });
  }
  return replayed;
}
