import { createHash, randomUUID } from 'node:crypto';
import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { BOUNDARY } from '../core/accounts.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { listingOf, QUOTE_ASSET, WON_WITHDRAWAL_FEE } from '../core/listings.ts';
import type { Transfer, TransferRequest } from '../core/transfers.ts';
import { assertCoin, type DeskPart, type DeskParts, DONE, iso } from './desk-parts.ts';
import type { Result } from './operations.ts';

/** Coins and won coming, going and moving within. */
export function transferOperations({
  core,
  internalTransferMs,
  wonWithdrawalMs,
}: DeskParts): DeskPart<
  'depositFromChain' | 'withdrawToChain' | 'depositWon' | 'transferInternally' | 'withdrawWon' | 'bankCredits' | 'transfers' | 'haltWallet'
> {
  const begin = (request: TransferRequest): Result['depositWon'] => transferView(core.beginTransfer(request));
  const none = new Decimal(0);
  return {
    depositFromChain: ({ accountId, ...move }) =>
      begin({ ...chainTransfer(core, move), kind: 'chain_deposit', fee: none, from: BOUNDARY.outside, to: accountId }),
    withdrawToChain: ({ accountId, fee, ...move }) => {
      assertNotFrozen(core, accountId);
      return begin({
        ...chainTransfer(core, move),
        kind: 'chain_withdrawal',
        fee: new Decimal(fee),
        from: accountId,
        to: BOUNDARY.outside,
      });
    },
    depositWon: ({ accountId, amount }) =>
      begin({
        ...wonTransfer(BOUNDARY.outside, accountId, amount),
        kind: 'bank_deposit',
        fee: none,
        delayMs: 0,
        transactionId: bankReference('BKD'),
      }),
    transferInternally: ({ fromAccountId, toAccountId, asset, quantity, by }) => {
      assertCoin(core, asset);
      if (by === 'owner') assertNotFrozen(core, fromAccountId);
      return begin({
        kind: 'internal',
        asset,
        quantity: new Decimal(quantity),
        fee: none,
        from: fromAccountId,
        to: toAccountId,
        network: listingOf(asset).network.netType,
        transactionId: `internal-${randomUUID()}`,
        delayMs: internalTransferMs,
      });
    },
    withdrawWon: ({ accountId, amount }) => {
      assertNotFrozen(core, accountId);
      const request = wonTransfer(accountId, BOUNDARY.outside, amount);
      if (!request.quantity.isInteger()) throw new CheongsanError('INPUT_INVALID', `Only whole won can be withdrawn, got ${amount}.`);
      return begin({
        ...request,
        kind: 'bank_withdrawal',
        fee: WON_WITHDRAWAL_FEE,
        delayMs: wonWithdrawalMs,
        transactionId: bankReference('BKW'),
      });
    },
    bankCredits: ({ accountId }) =>
      selected(core, accountId).flatMap((transfer) => {
        if (transfer.kind !== 'bank_withdrawal' || transfer.doneAtMs === undefined) return [];
        const { transferId, transactionId, from, quantity, doneAtMs } = transfer;
        return [{ transferId, transactionId, accountId: from, amount: quantity.toFixed(), creditedAt: iso(doneAtMs) }];
      }),
    transfers: ({ accountId }) => selected(core, accountId).map(transferView),
    haltWallet: ({ asset, deposits, withdrawals }) => {
      assertCoin(core, asset);
      core.haltWallet(asset, { deposits, withdrawals });
      return DONE;
    },
  };
}

interface ChainMove {
  readonly asset: string;
  readonly quantity: string;
  readonly network?: string | undefined;
  readonly transactionId?: string | undefined;
  readonly confirmationSeconds?: number | undefined;
}

function chainTransfer(core: ExchangeCore, { asset, quantity, network, transactionId, confirmationSeconds }: ChainMove) {
  assertCoin(core, asset);
  const usual = listingOf(asset).network;
  return {
    asset,
    quantity: new Decimal(quantity),
    network: network ?? usual.netType,
    transactionId: transactionId ?? transactionHash(),
    delayMs: confirmationSeconds === undefined ? usual.confirmationMs : confirmationSeconds * 1_000,
  };
}

function wonTransfer(from: string, to: string, amount: string): Pick<TransferRequest, 'asset' | 'quantity' | 'from' | 'to' | 'network'> {
  return { asset: QUOTE_ASSET, quantity: new Decimal(amount), from, to, network: undefined };
}

function selected(core: ExchangeCore, accountId: string | undefined): readonly Transfer[] {
  const all = core.run(() => core.transfers.all());
  return accountId === undefined ? all : all.filter((transfer) => transfer.from === accountId || transfer.to === accountId);
}

function assertNotFrozen(core: ExchangeCore, accountId: string): void {
  if (core.accounts.get(accountId).frozen)
    throw new CheongsanError('CONFLICT', `Account ${accountId} is frozen; its owner cannot move anything.`);
}

function transactionHash(): string {
  return createHash('sha256').update(randomUUID()).digest('hex');
}

function bankReference(kind: 'BKD' | 'BKW'): string {
  return `${kind}-${randomUUID()}`;
}

function transferView(transfer: Transfer): Result['depositWon'] {
  return {
    transferId: transfer.transferId,
    kind: transfer.kind,
    asset: transfer.asset,
    quantity: transfer.quantity.toFixed(),
    fee: transfer.fee.toFixed(),
    from: transfer.from,
    to: transfer.to,
    network: transfer.network ?? null,
    transactionId: transfer.transactionId,
    createdAt: iso(transfer.createdAtMs),
    doneAt: transfer.doneAtMs === undefined ? null : iso(transfer.doneAtMs),
  };
}
