import type { ExchangePort } from '../port.ts';
import type { ConnectionOptions } from '../venue-connection.ts';
import { ClientOrderIds } from './client-order-id.ts';
import { connectGopax, RATES } from './connection.ts';
import { DUPLICATE_IDENTIFIERS } from './judgement.ts';
import { pairsOf, readMarkets, readOrderBook, readSellingTerms } from './market.ts';
import { cancel, lookUp, ORDER_SHOWN_MS, type OrderDesk, readOpenOrders, searchOrders, sell } from './orders.ts';
import { readCandles, readLastTrade } from './trades.ts';
import { readBalances, readDepositAddresses, readDeposits, readWalletStates, readWithdrawals, UNTOLD_KEY } from './transfers.ts';

/**
 * GOPAX through our class in ccxt's conventions, for one account. `baseUrl` is `https://api.gopax.co.kr` or whatever speaks its language;
 * no other host is contacted. Keys need the rights to view and to trade, nothing more.
 *
 * The site's page on keys says that companies and foreigners may not use the interface (seen in September 2026), so what needs a key was
 * never held against the venue. Ids of orders become free again when an order is over: nothing is ever sent twice under one.
 */
export function createGopaxAdapter(options: ConnectionOptions): ExchangePort {
  const connection = connectGopax(options);
  const pairs = pairsOf(connection);
  const desk: OrderDesk = { connection, ids: new ClientOrderIds(), clock: options.clock };
  return {
    venue: 'gopax',
    capabilities: {
      privatePart: 'unverified',
      depositsReadable: true,
      withdrawalsReadable: true,
      tellsDepositAddresses: false,
      wonWithdrawal: 'by_person_on_web',
      coinWithdrawal: 'by_person_on_web',
      identifierStaysUsed: false,
      duplicateIdentifierCodes: DUPLICATE_IDENTIFIERS,
      orderShownMs: ORDER_SHOWN_MS,
      // An order that would take is accepted and cancelled at once.
      postOnly: { wouldTakeCode: undefined },
      ordersPerSecond: RATES.private,
    },
    markets: () => readMarkets(connection),
    sellingTerms: (symbol) => readSellingTerms(connection, pairs, symbol),
    orderBook: (symbol) => readOrderBook(connection, symbol),
    candles: (symbol, barMs, from, to) => readCandles(connection, { symbol, barMs, fromMs: from.getTime(), toMs: to.getTime() }),
    lastTrade: (symbol) => readLastTrade(connection, symbol),
    walletStates: () => readWalletStates(connection),
    balances: () => readBalances(connection),
    sell: (order) => sell(desk, order),
    lookUp: (identifier) => lookUp(desk, identifier),
    searchOrders: (identifier, symbol, since) => searchOrders(desk, { identifier, symbol, since }),
    cancel: (identifier) => cancel(desk, identifier),
    openOrders: (symbol) => readOpenOrders(desk, symbol),
    orderBudget: () => connection.orderBudget,
    clockSkewMs: () => connection.clockSkewMs,
    deposits: (since) => readDeposits(connection, since),
    withdrawals: (since) => readWithdrawals(connection, since),
    keyFacts: async () => UNTOLD_KEY,
    depositAddresses: () => readDepositAddresses(connection),
  };
}
