import type { ExchangePort } from '../port.ts';
import type { ConnectionOptions } from '../venue-connection.ts';
import { KorbitConnection, RATES } from './connection.ts';
import { HISTORY_MARGIN_MS, HISTORY_MS } from './history.ts';
import { DUPLICATE_IDENTIFIER } from './judgement.ts';
import { readKeyFacts } from './key.ts';
import { feesOf, pairsOf, readMarkets, readOrderBook, readSellingTerms, readWalletStates } from './market.ts';
import { cancel, lookUp, readOpenOrders, searchOrders, sell } from './orders.ts';
import { readCandles, readLastTrade } from './trades.ts';
import { readBalances, readDepositAddresses, readDeposits, readWithdrawals } from './transfers.ts';

/**
 * Korbit, called Digital X since 2026, through our class in ccxt's conventions, for one account. `baseUrl` is
 * `https://api.digitalx.miraeasset.com` (the former `https://api.korbit.co.kr` serves the same) or whatever speaks its language; no
 * other host is contacted. Keys need the permissions `readBalances`, `readOrders`, `writeOrders`, `readDeposits` and
 * `readWithdrawals`, nothing more; either kind of key is understood.
 *
 * An identifier is taken once and stays refused until about three days after its order is over. Orders and trades are listed for 36
 * hours only, and since an order is not known without its trades, it counts as shown for two hours less.
 */
export function createKorbitAdapter(options: ConnectionOptions): ExchangePort {
  const connection = new KorbitConnection(options);
  const sources = { fees: feesOf(connection), pairs: pairsOf(connection) };
  const { clock } = options;
  return {
    venue: 'korbit',
    capabilities: {
      // Rests on the venue's own documents and on the source of its own client.
      privatePart: 'documented',
      depositsReadable: true,
      withdrawalsReadable: true,
      tellsDepositAddresses: true,
      wonWithdrawal: 'by_person_on_web',
      coinWithdrawal: 'by_person_on_web',
      identifierStaysUsed: true,
      duplicateIdentifierCodes: [DUPLICATE_IDENTIFIER],
      orderShownMs: HISTORY_MS - 2 * HISTORY_MARGIN_MS,
      // No error is documented for it: the order is accepted and becomes `expired`.
      postOnly: { wouldTakeCode: undefined },
      ordersPerSecond: RATES.order,
    },
    markets: () => readMarkets(connection),
    sellingTerms: (symbol) => readSellingTerms(connection, sources, symbol),
    orderBook: (symbol) => readOrderBook(connection, symbol),
    candles: (symbol, barMs, from, to) => readCandles(connection, { symbol, barMs, fromMs: from.getTime(), toMs: to.getTime() }),
    lastTrade: (symbol) => readLastTrade(connection, symbol),
    walletStates: () => readWalletStates(connection),
    balances: () => readBalances(connection),
    sell: (order) => sell(connection, order),
    lookUp: (identifier, symbol) => lookUp(connection, clock, identifier, symbol),
    searchOrders: (identifier, symbol, since) => searchOrders(connection, clock, { identifier, symbol, since }),
    cancel: (identifier, symbol) => cancel(connection, identifier, symbol),
    openOrders: (symbol) => readOpenOrders(connection, symbol),
    orderBudget: () => connection.orderBudget,
    clockSkewMs: () => connection.clockSkewMs,
    deposits: (since) => readDeposits(connection, since),
    withdrawals: (since) => readWithdrawals(connection, since),
    keyFacts: () => readKeyFacts(connection),
    depositAddresses: () => readDepositAddresses(connection),
  };
}
