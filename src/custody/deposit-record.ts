import { appendAudit } from '../audit/append.ts';
import { lockRows } from '../database/locks.ts';
import type { Transaction, Work } from '../database/work.ts';
import type { Deposit } from '../exchange/port.ts';
import { raiseAlert } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, VenueWon } from '../kernel/money.ts';
import type { Entry } from '../ledger/entry.ts';
import { type Posted, post } from '../ledger/post.ts';
import { accountsAt, assertBookedNowhereElse } from '../venue/account-signs.ts';
import { ledgerAsset } from '../venue/ledger-asset.ts';
import { nextRowId } from '../venue/next-row-id.ts';
import { isListedDeposit } from '../venue/own-deposit.ts';
import { coinReceiptEntry, type DepositReference, wonReceiptEntry } from './deposit-entry.ts';
import {
  CREDIT_REASONS,
  DEPOSIT_CODES,
  type DepositCode,
  type DepositJudgement,
  judgeDeposit,
  type ReportedTransfer,
} from './deposit-rules.ts';
import { expectedHoldings } from './expectation.ts';
import { lockHolding, setReceiptState } from './holding-state.ts';
import { proveSource } from './test-transfer-proof.ts';
import { comparableTransactionId } from './transaction-id.ts';
import { awaitingCase, sweptTransfer } from './wallet/deposit.ts';

export interface CreditedDeposit {
  readonly accountId: number;
  readonly venue: string;
  readonly deposit: Deposit;
  /** False where the venue has no won market of the asset; undefined where it was not asked. */
  readonly isListed?: boolean | undefined;
}

/**
 * Records one credited deposit with its entry, or finds it recorded already. A deposit of won is booked as unidentified; one of
 * coins goes to the holding that the exchange's report names for this transaction, as far as something is outstanding there,
 * and otherwise to *unidentified receipts*. Returns false when it was recorded before. Error:
 * `EXCHANGE_ACCOUNT_TWICE` when it was recorded for another account of the venue.
 */
export async function recordDeposit(work: Work, { accountId, venue, deposit, isListed }: CreditedDeposit): Promise<boolean> {
  const transactionId = comparableId(deposit);
  const reported = await reportedTransfer(work.tx, deposit.asset, transactionId);
  const holding = reported === undefined ? undefined : await lockHolding(work, reported.holdingId);
  // All accounts of the venue, so that a deposit is never booked for two of them at the same time.
  const { depositId } = deposit;
  await lockRows(work, 'venue_account', isListedDeposit(depositId) ? [accountId, ...(await accountsAt(work.tx, venue))] : [accountId]);
  const twin = await work.tx.venueDeposit.findUnique({
    where: { venueAccountId_depositId: { venueAccountId: accountId, depositId } },
  });
  if (twin !== null) return false;
  if (isListedDeposit(depositId)) await assertBookedNowhereElse(work.tx, { accountId, venueCode: venue, depositId });

  const asset = ledgerAsset(venue, deposit.asset);
  const reference: DepositReference = {
    rowId: await nextRowId(work.tx, 'venue_deposit'),
    accountId,
    depositId: deposit.depositId,
    occurredOn: seoulDay(deposit.creditedAt ?? deposit.createdAt),
  };
  const isWon = asset !== deposit.asset;
  const judgement: DepositJudgement = isWon
    ? { credit: undefined, reasons: ['won'] }
    : await judge(work.tx, { accountId, deposit, isListed }, reported);
  const posting = isWon
    ? wonReceiptEntry(reference, VenueWon.of(venue, deposit.quantity))
    : coinReceiptEntry(reference, CoinAmount.of(asset, deposit.quantity), judgement.credit);
  const posted = await post(work, posting);
  await storeDeposit(work, { reference, deposit, asset, transactionId, judgement, posted, by: reported?.by ?? 'report' });
  if (holding !== undefined && judgement.credit !== undefined) {
    await proveSource(work, holding.id, { depositRowId: reference.rowId, route: deposit.route, network: deposit.network });
    await setReceiptState(work, holding, !judgement.reasons.includes('short'));
    work.ring('cases', holding.caseId);
  }
  await announce(work, { reference, asset, quantity: deposit.quantity, judgement, posting, posted });
  return true;
}

function comparableId({ transactionId }: Deposit): string | undefined {
  return transactionId === undefined ? undefined : comparableTransactionId(transactionId);
}

async function judge(
  tx: Transaction,
  { accountId, deposit, isListed }: Omit<CreditedDeposit, 'venue'>,
  reported: ReportedTransfer | undefined,
): Promise<DepositJudgement> {
  const { asset, route, network } = deposit;
  const facts = {
    accountId,
    quantity: CoinAmount.of(asset, deposit.quantity),
    route,
    network,
    creditedOn: seoulDay(deposit.creditedAt ?? deposit.createdAt),
    isListed,
    isAwaitedSweep: (await awaitingCase(tx, { asset, transactionId: comparableId(deposit) })) !== undefined,
  };
  return judgeDeposit(facts, reported, await expectedHoldings(tx, asset), await givenNetworks(tx, accountId, asset));
}

/** Networks for which the account has an address of this asset, as the venue or whoever confirmed it names them. */
export async function givenNetworks(tx: Pick<Transaction, 'venueDepositAddress'>, accountId: number, asset: string): Promise<string[]> {
  const rows = await tx.venueDepositAddress.findMany({
    where: { venueAccountId: accountId, asset },
    select: { network: true, confirmedNetwork: true, confirmedAt: true },
  });
  return rows.flatMap(({ network, confirmedNetwork, confirmedAt }) => {
    return [network, ...(confirmedNetwork === null || confirmedAt === null ? [] : [confirmedNetwork])];
  });
}

/** What the exchange reported under a transaction of this asset, or what a sweep of ours sent under it, if anything. */
export async function reportedTransfer(
  tx: Pick<Transaction, 'transferReportRow' | 'walletTransferHash' | 'seizedWallet' | 'holding'>,
  asset: string,
  transactionId: string | undefined,
): Promise<ReportedTransfer | undefined> {
  if (transactionId === undefined) return undefined;
  const row = await tx.transferReportRow.findUnique({ where: { asset_transactionId: { asset, transactionId } } });
  if (row === null) return sweptTransfer(tx, asset, transactionId);
  return { holdingId: row.holdingId, quantity: CoinAmount.of(asset, row.quantity.toFixed()), by: 'report' };
}

interface JudgedDeposit {
  readonly reference: DepositReference;
  readonly asset: string;
  readonly judgement: DepositJudgement;
  readonly posted: Posted;
}

async function storeDeposit(
  work: Work,
  given: JudgedDeposit & { readonly deposit: Deposit; readonly transactionId: string | undefined; readonly by: ReportedTransfer['by'] },
): Promise<void> {
  const { reference, deposit, asset, transactionId, judgement, posted, by } = given;
  const { credit } = judgement;
  const isWhole = credit?.quantity.equals(CoinAmount.of(asset, deposit.quantity)) ?? false;
  await work.tx.venueDeposit.create({
    data: {
      id: reference.rowId,
      venueAccountId: reference.accountId,
      depositId: deposit.depositId,
      asset,
      network: deposit.network ?? null,
      quantity: deposit.quantity,
      transactionId: transactionId ?? null,
      route: deposit.route,
      creditedAt: deposit.creditedAt ?? deposit.createdAt,
      state: isWhole ? 'credited' : 'unidentified',
      matchedQuantity: credit?.quantity.toString() ?? '0',
      reasons: [...judgement.reasons],
      ledgerEntryId: posted.entryId,
      recordedAt: work.at,
    },
  });
  if (credit === undefined) return;
  await work.tx.depositMatch.create({
    data: {
      depositRowId: reference.rowId,
      caseId: credit.caseId,
      holdingId: credit.holdingId,
      quantity: credit.quantity.toString(),
      ground: by,
      reason: CREDIT_REASONS[by],
      matchedAt: work.at,
      ledgerEntryId: posted.entryId,
    },
  });
}

async function announce(work: Work, given: JudgedDeposit & { readonly quantity: string; readonly posting: Entry }): Promise<void> {
  const { reference, asset, quantity, judgement, posted } = given;
  const { credit, reasons } = judgement;
  await appendAudit(work, {
    stream: credit === undefined ? `account:${reference.accountId}` : `case:${credit.caseId}`,
    action: credit === undefined ? 'deposit.unidentified' : 'deposit.credited',
    subject: `venue_deposit:${reference.rowId}`,
    after: { asset, quantity, credited: credit?.quantity.toString() ?? '0' },
    recordDigest: posted.digest,
    payload: {
      accountId: reference.accountId,
      asset,
      quantity,
      credited: credit?.quantity.toString() ?? '0',
      holdingId: credit?.holdingId,
      reasons,
    },
  });
  if ((credit !== undefined && !reasons.includes('over')) || reasons.includes('sweep_awaits_demand')) return;
  await raiseAlert(work, {
    code: 'deposit_unidentified',
    severity: 'warning',
    subject: `venue_deposit:${reference.rowId}`,
    text: `주인을 알 수 없는 입금이 있습니다: ${asset} (${titlesOf(reasons)}). 사건에 연결하거나, 돌려주거나, 시의 것이면 시 자체 재원으로 확정하십시오.`,
    facts: { accountId: reference.accountId, asset, quantity, reasons: [...reasons] },
  });
}

function titlesOf(reasons: readonly DepositCode[]): string {
  return reasons.map((code) => DEPOSIT_CODES[code].title).join(', ');
}

/** Stored reason codes as their type. Error: `INTERNAL` for one this version does not know. */
export function depositCodes(stored: readonly string[]): DepositCode[] {
  return stored.map((text) => {
    const code = Object.keys(DEPOSIT_CODES).find((known): known is DepositCode => known === text);
    if (code === undefined) throw new CheongsanError('INTERNAL', `There is no deposit code ${JSON.stringify(text)}.`);
    return code;
  });
}
