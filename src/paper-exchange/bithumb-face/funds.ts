import { QUOTE_ASSET } from '../core/listings.ts';
import type { Among, TransferWords } from '../upbit-like/funds.ts';

/** Coins and won are listed apart. */
export const COINS: Among = ({ asset }) => asset !== QUOTE_ASSET;
export const WON: Among = ({ asset }) => asset === QUOTE_ASSET;

/**
 * Bithumb's words for transfers (apidocs.bithumb.com, 입금·출금 리스트 조회). Coins have no type, and a move within Bithumb shows no network.
 */
export const BITHUMB_TRANSFERS: TransferWords = {
  depositStates: [
    'DEPOSIT_PROCESSING',
    'DEPOSIT_ACCEPTED',
    'DEPOSIT_CANCELLED',
    'REQUESTED_PENDING',
    'REQUESTED_SYSTEM_REJECTED',
    'REQUESTED_PROCESSING',
    'REQUESTED_ADMIN_REJECTED',
    'REFUNDING_PENDING',
    'REFUNDING_SYSTEM_REJECTED',
    'REFUNDING_PROCESSING',
    'REFUNDING_ADMIN_REJECTED',
    'REFUNDING_ACCEPTED',
    'REFUNDED_PROCESSING',
    'REFUNDED_ACCEPTED',
    'REFUNDED_CANCELLED',
    'PROCESSING',
    'ACCEPTED',
    'CANCELLED',
  ],
  withdrawalStates: ['PROCESSING', 'DONE', 'CANCELLED'],
  depositState: (transfer) => `${COINS(transfer) ? 'DEPOSIT_' : ''}${transfer.doneAtMs === undefined ? 'PROCESSING' : 'ACCEPTED'}`,
  withdrawalState: ({ doneAtMs }) => (doneAtMs === undefined ? 'PROCESSING' : 'DONE'),
  transactionType: (transfer) => (WON(transfer) ? 'default' : null),
  network: ({ kind, network }) => (kind === 'internal' ? null : (network ?? null)),
};
