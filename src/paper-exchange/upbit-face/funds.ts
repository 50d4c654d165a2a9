import type { TransferWords } from '../upbit-like/funds.ts';

/** Upbit's words for transfers (docs.upbit.com, deposits and withdrawals). */
export const UPBIT_TRANSFERS: TransferWords = {
  depositStates: ['PROCESSING', 'ACCEPTED', 'CANCELLED', 'REJECTED', 'TRAVEL_RULE_SUSPECTED', 'REFUNDING', 'REFUNDED'],
  withdrawalStates: ['WAITING', 'PROCESSING', 'DONE', 'FAILED', 'CANCELLED', 'REJECTED'],
  depositState: ({ doneAtMs }) => (doneAtMs === undefined ? 'PROCESSING' : 'ACCEPTED'),
  withdrawalState: ({ doneAtMs }) => (doneAtMs === undefined ? 'PROCESSING' : 'DONE'),
  transactionType: ({ kind }) => (kind === 'internal' ? 'internal' : 'default'),
  network: ({ network }) => network ?? null,
};
