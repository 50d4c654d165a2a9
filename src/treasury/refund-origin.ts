import type { Refund } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Won } from '../kernel/money.ts';
import { wonBalance } from '../ledger/balance.ts';
import { CHART, type ChartCode } from '../ledger/chart.ts';
import { bankLineSubject, caseSubject } from './accounts.ts';
import { ENTRY_KIND } from './case-ledger.ts';

/** What a refund pays back: the surplus of a case, or a receipt at the bank that belongs to nobody here. */
export type RefundOrigin =
  | { readonly kind: 'surplus'; readonly caseId: number }
  | { readonly kind: 'receipt'; readonly bankLineId: number };

/** The columns by which a refund's row names its origin; the database lets exactly one of them be set. */
export function originColumns(origin: RefundOrigin): Pick<Refund, 'caseId' | 'sourceLineId'> {
  return origin.kind === 'surplus' ? { caseId: origin.caseId, sourceLineId: null } : { caseId: null, sourceLineId: origin.bankLineId };
}

export function originOf({ id, caseId, sourceLineId }: Pick<Refund, 'id' | 'caseId' | 'sourceLineId'>): RefundOrigin {
  if (caseId !== null) return { kind: 'surplus', caseId };
  if (sourceLineId !== null) return { kind: 'receipt', bankLineId: sourceLineId };
  throw new CheongsanError('INTERNAL', `Refund ${id} pays nothing back: it has neither a case nor a receipt.`);
}

/** Where the money of an origin stands: the duty that a payment ends, and the deposit it is paid from. */
export function refundAccounts(origin: RefundOrigin): {
  readonly entryKind: string;
  readonly owed: ChartCode;
  readonly deposit: ChartCode;
  readonly subject: string;
} {
  switch (origin.kind) {
    case 'surplus':
      return { entryKind: ENTRY_KIND.refund, owed: CHART.surplusOwed, deposit: CHART.bankDeposit, subject: caseSubject(origin.caseId) };
    case 'receipt':
      return {
        entryKind: ENTRY_KIND.receiptSentBack,
        owed: CHART.bankUnidentifiedOwed,
        deposit: CHART.bankUnidentified,
        subject: bankLineSubject(origin.bankLineId),
      };
  }
}

/** What is still owed back of an origin. */
export async function owedBack(reader: Pick<Transaction, '$queryRaw'>, origin: RefundOrigin): Promise<Won> {
  const { owed, subject } = refundAccounts(origin);
  return (await wonBalance(reader, { chart: owed, subject })).negated();
}

/** What is owed back to the taxpayer of a case. */
export function surplusOf(reader: Pick<Transaction, '$queryRaw'>, caseId: number): Promise<Won> {
  return owedBack(reader, { kind: 'surplus', caseId });
}
