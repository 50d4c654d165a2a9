import type { ExchangePort } from '../port.ts';
import { UpbitConnection, type UpbitConnectionOptions } from './connection.ts';
import { DUPLICATE_IDENTIFIER } from './judgement.ts';
import { readMarkets, readOrderBook, readSellingTerms } from './market.ts';
import { cancel, lookUp, searchOrders, sell } from './orders.ts';
import { readBalances, readDepositAddresses, readDeposits, readWithdrawals } from './transfers.ts';

export type UpbitAdapterOptions = UpbitConnectionOptions;

/**
 * Upbit through ccxt's class, for one account. `baseUrl` is `https://api.upbit.com` or whatever speaks its language; no
 * other host is contacted. Keys need the rights to view and to trade, nothing more.
 */
export function createUpbitAdapter(options: UpbitAdapterOptions): ExchangePort {
  const connection = new UpbitConnection(options);
  return {
    venue: 'upbit',
    capabilities: {
      depositsReadable: true,
      withdrawalsReadable: true,
      wonWithdrawal: 'by_person_on_web',
      coinWithdrawal: 'by_person_on_web',
      identifierStaysUsed: true,
      duplicateIdentifierCode: DUPLICATE_IDENTIFIER,
      ordersPerSecond: 12,
    },
    markets: () => readMarkets(connection),
    sellingTerms: (symbol) => readSellingTerms(connection, symbol),
    orderBook: (symbol) => readOrderBook(connection, symbol),
    balances: () => readBalances(connection),
    sell: (order) => sell(connection, order),
    lookUp: (identifier) => lookUp(connection, identifier),
    searchOrders: (identifier, symbol, since) => searchOrders(connection, options.clock, { identifier, symbol, since }),
    cancel: (identifier) => cancel(connection, identifier),
    deposits: (since) => readDeposits(connection, since),
    withdrawals: (since) => readWithdrawals(connection, since),
    depositAddresses: () => readDepositAddresses(connection),
  };
}
