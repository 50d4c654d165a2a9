import type { ExchangePort } from '../port.ts';
import { readOpenOrders } from '../upbit-like/orders.ts';
import { readCandles, readLastTrade } from '../upbit-like/trades.ts';
import { readBalances, readDepositAddresses, readKeyFacts, readWalletStates } from '../upbit-like/transfers.ts';
import type { ConnectionOptions } from '../venue-connection.ts';
import { connectUpbit, RATES, UPBIT } from './connection.ts';
import { DUPLICATE_IDENTIFIER, WOULD_TAKE } from './judgement.ts';
import { booksOf, instrumentsOf, readMarkets, readOrderBook, readSellingTerms } from './market.ts';
import { cancel, lookUp, searchOrders, sell } from './orders.ts';
import { readDeposits, readWithdrawals } from './transfers.ts';

/**
 * Upbit through ccxt's class, for one account. `baseUrl` is `https://api.upbit.com` or whatever speaks its language; no
 * other host is contacted. Keys need the rights to view and to trade, nothing more.
 */
export function createUpbitAdapter(options: ConnectionOptions): ExchangePort {
  const connection = connectUpbit(options);
  const [books, instruments] = [booksOf(connection), instrumentsOf(connection)];
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
      duplicateIdentifierCodes: [DUPLICATE_IDENTIFIER],
      orderShownMs: undefined,
      postOnly: { wouldTakeCode: WOULD_TAKE },
      ordersPerSecond: RATES.order,
    },
    markets: () => readMarkets(connection),
    sellingTerms: (symbol) => readSellingTerms(connection, instruments, symbol),
    orderBook: (symbol) => readOrderBook(books, symbol),
    candles: (symbol, barMs, from, to) => readCandles(connection, UPBIT, { symbol, barMs, fromMs: from.getTime(), toMs: to.getTime() }),
    lastTrade: (symbol) => readLastTrade(connection, UPBIT, symbol),
    walletStates: () => readWalletStates(connection),
    balances: () => readBalances(connection),
    sell: (order) => sell(connection, order),
    lookUp: (identifier) => lookUp(connection, identifier),
    searchOrders: (identifier, symbol, since) => searchOrders(connection, options.clock, { identifier, symbol, since }),
    cancel: (identifier) => cancel(connection, identifier),
    openOrders: (symbol) => readOpenOrders(connection, UPBIT, symbol),
    orderBudget: () => connection.orderBudget,
    clockSkewMs: () => connection.clockSkewMs,
    deposits: (since) => readDeposits(connection, since),
    withdrawals: (since) => readWithdrawals(connection, since),
    keyFacts: () => readKeyFacts(connection, options.accessKey),
    depositAddresses: () => readDepositAddresses(connection),
  };
}
