import type { ExchangePort } from '../port.ts';
import type { ConnectionOptions } from '../venue-connection.ts';
import { connectCoinone, RATES } from './connection.ts';
import { DUPLICATE_IDENTIFIER } from './judgement.ts';
import { descriptionsOf, readMarkets, readOrderBook, readSellingTerms, readWalletStates } from './market.ts';
import { cancel, lookUp, readOpenOrders, searchOrders, sell } from './orders.ts';
import { readCandles, readLastTrade } from './trades.ts';
import { readBalances, readDepositAddresses, readDeposits, readKeyFacts, readWithdrawals } from './transfers.ts';

/**
 * Coinone through our own class of it, for one account. `baseUrl` is `https://api.coinone.co.kr` or whatever speaks its language; no other
 * host is contacted. Keys need the rights to read balances, orders, deposits and withdrawals and to order, nothing more.
 *
 * What this knows of the private part rests on docs.coinone.co.kr and was never held against Coinone.
 */
export function createCoinoneAdapter(options: ConnectionOptions): ExchangePort {
  const connection = connectCoinone(options);
  const { clock } = options;
  const descriptions = descriptionsOf(connection);
  // Nothing has begun later, and what Coinone answers about times to come is not documented.
  const notLater = (instant: Date) => Math.min(instant.getTime(), clock.now().getTime() + Math.max(0, connection.clockSkewMs ?? 0) + 1);
  const desk = { connection, clock, identifiers: new Map<string, string>() };
  return {
    venue: 'coinone',
    capabilities: {
      privatePart: 'documented',
      depositsReadable: true,
      withdrawalsReadable: true,
      tellsDepositAddresses: true,
      // Coinone's interface has no withdrawal of won at all, and one of coins that keys here are not to be given the right to.
      wonWithdrawal: 'by_person_on_web',
      coinWithdrawal: 'by_person_on_web',
      // "거래쌍 상관 없이 기존에 입력한 user_order_id 는 재사용 불가" (order-detail): never again, in whatever market.
      identifierStaysUsed: true,
      duplicateIdentifierCodes: [DUPLICATE_IDENTIFIER],
      orderShownMs: undefined,
      // No code is documented, and the private socket knows an event `cancel_post_only`: accepted, and cancelled at once.
      postOnly: { wouldTakeCode: undefined },
      ordersPerSecond: RATES.order,
    },
    markets: () => readMarkets(connection),
    sellingTerms: (symbol) => readSellingTerms(connection, descriptions, symbol),
    orderBook: (symbol) => readOrderBook(connection, symbol),
    candles: (symbol, barMs, from, to) => readCandles(connection, { symbol, barMs, fromMs: from.getTime(), toMs: notLater(to) }),
    lastTrade: (symbol) => readLastTrade(connection, symbol),
    walletStates: () => readWalletStates(connection),
    balances: () => readBalances(connection),
    sell: (order) => sell(desk, order),
    lookUp: (identifier, symbol) => lookUp(desk, identifier, symbol),
    searchOrders: (identifier, symbol) => searchOrders(desk, identifier, symbol),
    cancel: (identifier, symbol) => cancel(desk, identifier, symbol),
    openOrders: (symbol) => readOpenOrders(desk, symbol),
    orderBudget: () => connection.orderBudget,
    clockSkewMs: () => connection.clockSkewMs,
    deposits: (since) => readDeposits(connection, clock, since),
    withdrawals: (since) => readWithdrawals(connection, clock, since),
    keyFacts: readKeyFacts,
    depositAddresses: () => readDepositAddresses(connection),
  };
}
