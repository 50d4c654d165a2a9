import type { Dict } from 'ccxt';
import { Exchange } from './library.ts';

type Implicit = (params?: Dict) => Promise<Dict>;

/** The endpoints by the names that ccxt derives from `describe ().api`; inside ccxt this is generated as `abstract/coinone.ts`. */
export class CoinoneApi extends Exchange {
  declare v2PublicGetRangeUnitsQuoteCurrencyTargetCurrency: Implicit;
  declare v2PublicGetMarketsQuoteCurrency: Implicit;
  declare v2PublicGetMarketsQuoteCurrencyTargetCurrency: Implicit;
  declare v2PublicGetOrderbookQuoteCurrencyTargetCurrency: Implicit;
  declare v2PublicGetTradesQuoteCurrencyTargetCurrency: Implicit;
  declare v2PublicGetTickerNewQuoteCurrency: Implicit;
  declare v2PublicGetTickerNewQuoteCurrencyTargetCurrency: Implicit;
  declare v2PublicGetTickerUtcNewQuoteCurrency: Implicit;
  declare v2PublicGetTickerUtcNewQuoteCurrencyTargetCurrency: Implicit;
  declare v2PublicGetCurrencies: Implicit;
  declare v2PublicGetCurrenciesCurrency: Implicit;
  declare v2PublicGetChartQuoteCurrencyTargetCurrency: Implicit;
  declare v2_1PrivatePostAccountBalanceAll: Implicit;
  declare v2_1PrivatePostAccountBalance: Implicit;
  declare v2_1PrivatePostAccountTradeFee: Implicit;
  declare v2_1PrivatePostAccountTradeFeeQuoteCurrencyTargetCurrency: Implicit;
  declare v2_1PrivatePostAccountDepositAddress: Implicit;
  declare v2_1PrivatePostOrder: Implicit;
  declare v2_1PrivatePostOrderDetail: Implicit;
  declare v2_1PrivatePostOrderCancel: Implicit;
  declare v2_1PrivatePostOrderCancelAll: Implicit;
  declare v2_1PrivatePostOrderActiveOrders: Implicit;
  declare v2_1PrivatePostOrderCompletedOrders: Implicit;
  declare v2_1PrivatePostOrderCompletedOrdersAll: Implicit;
  declare v2_1PrivatePostTransactionKrwHistory: Implicit;
  declare v2_1PrivatePostTransactionCoinHistory: Implicit;
  declare v2_1PrivatePostTransactionCoinHistoryDetail: Implicit;
  declare v2_1PrivatePostTransactionCoinWithdrawalLimit: Implicit;
  declare v2_1PrivatePostTransactionCoinWithdrawalAddressBook: Implicit;
}
