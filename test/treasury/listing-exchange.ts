import type { ExchangePort, Withdrawal } from '../../src/exchange/port.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';

const unasked = () => Promise.reject(new CheongsanError('EXCHANGE_UNAVAILABLE', 'The scripted exchange only lists withdrawals.'));

/** An exchange that answers one question: what has left the account. */
export function listingExchange(listed: readonly Withdrawal[]): ExchangePort {
  return {
    venue: 'upbit',
    capabilities: {
      privatePart: 'documented',
      depositsReadable: true,
      withdrawalsReadable: true,
      tellsDepositAddresses: true,
      wonWithdrawal: 'by_person_on_web',
      coinWithdrawal: 'by_person_on_web',
      identifierStaysUsed: true,
      duplicateIdentifierCodes: ['duplicate'],
      orderShownMs: undefined,
      postOnly: undefined,
      ordersPerSecond: 8,
    },
    markets: unasked,
    sellingTerms: unasked,
    orderBook: unasked,
    candles: unasked,
    lastTrade: unasked,
    walletStates: unasked,
    openOrders: unasked,
    orderBudget: () => ({ perSecond: 8, availableNow: 8, blockedMs: 0 }),
    clockSkewMs: () => undefined,
    balances: unasked,
    sell: unasked,
    lookUp: unasked,
    searchOrders: unasked,
    cancel: unasked,
    deposits: unasked,
    keyFacts: unasked,
    depositAddresses: unasked,
    withdrawals: async () => [...listed],
  };
}
