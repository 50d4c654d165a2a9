import type { Dict } from 'ccxt';
import { errors, TICK_SIZE } from './library.ts';

/** cost = 1000 / (rateLimit * requests a second): 50 a second by default, 30 for orders and for cancels, 5 for deposits and withdrawals. */
const DEFAULT = { cost: 1 };
const ORDER = { cost: 5 / 3 };
const FUNDS = { cost: 10 };

const API = {
  public: {
    get: {
      tickers: DEFAULT,
      orderbook: DEFAULT,
      trades: DEFAULT,
      candles: DEFAULT,
      currencyPairs: DEFAULT,
      tickSizePolicy: DEFAULT,
      currencies: DEFAULT,
      time: DEFAULT,
      notices: DEFAULT,
      marketAlerts: DEFAULT,
    },
  },
  private: {
    get: {
      orders: DEFAULT,
      openOrders: DEFAULT,
      allOrders: DEFAULT,
      myTrades: DEFAULT,
      balance: DEFAULT,
      tradingFeePolicy: DEFAULT,
      currentKeyInfo: DEFAULT,
      'coin/depositAddresses': FUNDS,
      'coin/depositAddress': FUNDS,
      'coin/recentDeposits': FUNDS,
      'coin/deposit': FUNDS,
      'coin/withdrawableAddresses': FUNDS,
      'coin/withdrawableAmount': FUNDS,
      'coin/withdrawal': FUNDS,
      'coin/recentWithdrawals': FUNDS,
      'krw/recentDeposits': FUNDS,
      'krw/recentWithdrawals': FUNDS,
    },
    post: {
      orders: ORDER,
      'coin/depositAddress': FUNDS,
      'coin/withdrawal': FUNDS,
      'krw/sendKrwDepositPush': FUNDS,
      'krw/sendKrwWithdrawalPush': FUNDS,
    },
    delete: {
      orders: ORDER,
      'coin/withdrawal': FUNDS,
    },
  },
};

const HAS = {
  CORS: undefined,
  spot: true,
  margin: false,
  swap: false,
  future: false,
  option: false,
  cancelOrder: true,
  createDepositAddress: true,
  createMarketBuyOrderWithCost: true,
  createOrder: true,
  createPostOnlyOrder: true,
  createStopOrder: false,
  editOrder: false,
  fetchBalance: true,
  fetchCanceledOrders: true,
  fetchClosedOrders: true,
  fetchCurrencies: true,
  fetchDepositAddress: true,
  fetchDepositAddresses: true,
  fetchDeposits: true,
  fetchMarkets: true,
  fetchMyTrades: true,
  fetchOHLCV: true,
  fetchOpenOrders: true,
  fetchOrder: true,
  fetchOrderBook: true,
  fetchOrders: true,
  fetchTicker: true,
  fetchTickers: true,
  fetchTime: true,
  fetchTrades: true,
  fetchTradingFee: true,
  fetchTradingFees: true,
  fetchWithdrawals: true,
  // The endpoint exists, reaches registered addresses only and knows no id of the client's: whoever uses it must read back first.
  withdraw: false,
  ws: false,
};

const { AuthenticationError, BadRequest, BadSymbol, ExchangeNotAvailable, InsufficientFunds, InvalidAddress, InvalidNonce } = errors;
const { DuplicateOrderId, InvalidOrder, OperationFailed, OperationRejected, OrderNotFound, PermissionDenied } = errors;

const EXCEPTIONS = {
  exact: {
    ACCOUNT_SEQ_NOT_ALLOWED: PermissionDenied,
    BAD_REQUEST: BadRequest,
    CANNOT_CANCEL_WITHDRAWAL: OperationRejected,
    DAILY_LIMIT_EXCEEDED: OperationRejected,
    // An earlier attempt was registered; the order may not be visible yet. Look it up, never send it again.
    DUPLICATE_CLIENT_ORDER_ID: DuplicateOrderId,
    EXCEED_TIME_WINDOW: InvalidNonce,
    FORBIDDEN_WITHDRAWAL_ADDRESS: InvalidAddress,
    INVALID_CURRENCY: BadSymbol,
    INVALID_CURRENCY_PAIR: BadSymbol,
    INVALID_USER_STATUS: PermissionDenied,
    // The code of the venue's own client for a key that does not exist (yet).
    KEY_NOT_FOUND: AuthenticationError,
    NOT_FOUND: BadRequest,
    NO_BALANCE: InsufficientFunds,
    NO_TIMESTAMP: AuthenticationError,
    ONLY_SELL_LIMIT_ORDERS_ALLOWED: InvalidOrder,
    ORDER_ALREADY_CANCELED: InvalidOrder,
    ORDER_ALREADY_EXPIRED: InvalidOrder,
    ORDER_ALREADY_FILLED: InvalidOrder,
    ORDER_NOT_FOUND: OrderNotFound,
    ORDER_VALUE_TOO_LARGE: InvalidOrder,
    ORDER_VALUE_TOO_SMALL: InvalidOrder,
    PRICE_OVER_UPPER_BOUND: InvalidOrder,
    PRICE_TICK_SIZE_INVALID: InvalidOrder,
    PRICE_UNDER_LOWER_BOUND: InvalidOrder,
    TOO_MANY_OPEN_ORDERS: InvalidOrder,
    // The order is being processed; ask again in a moment.
    TRY_AGAIN: OperationFailed,
    UNREGISTERED_WITHDRAWAL_ADDRESS: InvalidAddress,
    WITHDRAWAL_ALREADY_FINISHED: OperationRejected,
    WITHDRAWAL_ALREADY_IN_PROGRESS: OperationRejected,
    WITHDRAWAL_SUSPENDED: OperationRejected,
    // Of the official local mock only.
    SANDBOX_MARKET_DATA_UNAVAILABLE: ExchangeNotAvailable,
  },
  broad: {
    // (unverified) The documents do not name these; the venue's own client takes such words for an address that is not on the key's list.
    ALLOWLIST: PermissionDenied,
    WHITELIST: PermissionDenied,
    // (unverified) A signature that does not fit.
    SIGNATURE: AuthenticationError,
  },
};

const FEATURES = {
  spot: {
    sandbox: false,
    createOrder: {
      marginMode: false,
      triggerPrice: false,
      triggerDirection: false,
      triggerPriceType: undefined,
      stopLossPrice: false,
      takeProfitPrice: false,
      attachedStopLossTakeProfit: undefined,
      timeInForce: { IOC: true, FOK: true, PO: true, GTD: false },
      hedged: false,
      leverage: false,
      marketBuyByCost: true,
      marketBuyRequiresPrice: true,
      selfTradePrevention: false,
      trailing: false,
      iceberg: false,
    },
    createOrders: undefined,
    fetchMyTrades: { marginMode: false, limit: 1000, daysBack: 1.5, untilDays: 1.5, symbolRequired: true },
    fetchOrder: { marginMode: false, trigger: false, trailing: false, symbolRequired: true },
    fetchOpenOrders: { marginMode: false, limit: 1000, trigger: false, trailing: false, symbolRequired: true },
    fetchOrders: { marginMode: false, limit: 1000, daysBack: 1.5, untilDays: 1.5, trigger: false, trailing: false, symbolRequired: true },
    fetchClosedOrders: {
      marginMode: false,
      limit: 1000,
      daysBack: 1.5,
      daysBackCanceled: 1.5,
      untilDays: 1.5,
      trigger: false,
      trailing: false,
      symbolRequired: true,
    },
    fetchOHLCV: { limit: 200 },
  },
  swap: { linear: undefined, inverse: undefined },
  future: { linear: undefined, inverse: undefined },
};

/** The exchange called Korbit until 2026 and Digital X since; `https://api.korbit.co.kr` still serves the same interface. */
export const KORBIT: Dict = {
  id: 'korbit',
  name: 'Korbit',
  countries: ['KR'],
  rateLimit: 20,
  version: 'v2',
  hostname: 'api.digitalx.miraeasset.com',
  pro: false,
  has: HAS,
  timeframes: { '1m': '1', '5m': '5', '15m': '15', '30m': '30', '1h': '60', '4h': '240', '1d': '1D', '1w': '1W' },
  urls: {
    api: { public: 'https://{hostname}', private: 'https://{hostname}' },
    www: 'https://digitalx.miraeasset.com',
    doc: ['https://docs.digitalx.miraeasset.com', 'https://docs.digitalx.miraeasset.com/llms.txt'],
    fees: 'https://digitalx.miraeasset.com',
  },
  requiredCredentials: { apiKey: true, secret: true },
  api: API,
  // What is announced for after 2027-08-24; until then nobody pays a fee. `fetchTradingFees` reads what holds for the account.
  fees: { trading: { tierBased: false, percentage: true, maker: 0, taker: 0.002 } },
  features: FEATURES,
  precisionMode: TICK_SIZE,
  exceptions: EXCEPTIONS,
  options: {
    // 'hmac-sha256' or 'ed25519'; left out, a secret in PEM is a private key and anything else a shared secret.
    keyType: undefined,
    // The venue refuses what it thinks comes from more than a second ahead, whatever `recvWindow` says: sign by its clock.
    adjustForTimeDifference: true,
    timeDifference: undefined,
    // How old a request may be on arrival, in ms; 5,000 when left out, 60,000 at most.
    recvWindow: undefined,
    createMarketBuyOrderRequiresPrice: true,
    timeInForce: { GTC: 'gtc', IOC: 'ioc', FOK: 'fok', PO: 'po' },
  },
};
