import type { ExchangePort } from '../port.ts';
import { readOpenOrders } from '../upbit-like/orders.ts';
import { readCandles, readLastTrade } from '../upbit-like/trades.ts';
import { readBalances, readDepositAddresses, readKeyFacts, readWalletStates } from '../upbit-like/transfers.ts';
import type { ConnectionOptions } from '../venue-connection.ts';
import { BITHUMB, connectBithumb, RATES } from './connection.ts';
import { readMarkets, readOrderBook, readSellingTerms } from './market.ts';
import { cancel, lookUp, searchOrders, sell } from './orders.ts';
import { readDeposits, readWithdrawals } from './transfers.ts';

/**
 * Bithumb's API 2 through ccxt's class, for one account. `baseUrl` is `https://api.bithumb.com` or whatever speaks its language; no
 * other host is contacted. Keys need the rights to view and to trade, nothing more.
 */
export function createBithumbAdapter(options: ConnectionOptions): ExchangePort {
  const connection = connectBithumb(options);
  return {
    venue: 'bithumb',
    capabilities: {
      privatePart: 'documented',
      depositsReadable: true,
      withdrawalsReadable: true,
      tellsDepositAddresses: true,
      wonWithdrawal: 'by_person_on_web',
      coinWithdrawal: 'by_person_on_web',
      // No document says for how long an id stays used; what one kit says of it is no ground to send an order twice on.
      identifierStaysUsed: false,
      duplicateIdentifierCodes: [],
      orderShownMs: undefined,
      postOnly: { wouldTakeCode: undefined },
      ordersPerSecond: RATES.order,
    },
    markets: () => readMarkets(connection),
    sellingTerms: (symbol) => readSellingTerms(connection, symbol),
    orderBook: (symbol) => readOrderBook(connection, symbol),
    candles: (symbol, barMs, from, to) => readCandles(connection, BITHUMB, { symbol, barMs, fromMs: from.getTime(), toMs: to.getTime() }),
    lastTrade: (symbol) => readLastTrade(connection, BITHUMB, symbol),
    walletStates: () => readWalletStates(connection),
    balances: () => readBalances(connection),
    sell: (order) => sell(connection, order),
    lookUp: (identifier) => lookUp(connection, identifier),
    searchOrders: (identifier, symbol, since) => searchOrders(connection, options.clock, { identifier, symbol, since }),
    cancel: (identifier) => cancel(connection, identifier),
    openOrders: (symbol) => readOpenOrders(connection, BITHUMB, symbol),
    orderBudget: () => connection.orderBudget,
    clockSkewMs: () => connection.clockSkewMs,
    deposits: (since) => readDeposits(connection, since),
    withdrawals: (since) => readWithdrawals(connection, since),
    keyFacts: () => readKeyFacts(connection, options.accessKey),
    depositAddresses: () => readDepositAddresses(connection),
  };
}
