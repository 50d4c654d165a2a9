import type { Dict } from 'ccxt';
import { errors, TICK_SIZE } from './library.ts';

/** cost = 1000 / (rateLimit * calls a second): 20 by default; the book, and own trades with `deepSearch`, once a second. */
const DEFAULT = { cost: 1 };
const ONCE_A_SECOND = { cost: 20 };

const API = {
  public: {
    get: {
      assets: DEFAULT,
      notices: DEFAULT,
      'price-tick-size': DEFAULT,
      tickers: DEFAULT,
      time: DEFAULT,
      'trading-pairs': DEFAULT,
      'trading-pairs/cautions': DEFAULT,
      'trading-pairs/stats': DEFAULT,
      'trading-pairs/{tradingPair}/book': ONCE_A_SECOND,
      'trading-pairs/{tradingPair}/candles': DEFAULT,
      'trading-pairs/{tradingPair}/price-tick-size': DEFAULT,
      'trading-pairs/{tradingPair}/stats': DEFAULT,
      'trading-pairs/{tradingPair}/ticker': DEFAULT,
      'trading-pairs/{tradingPair}/trades': DEFAULT,
    },
  },
  private: {
    get: {
      balances: DEFAULT,
      'balances/{assetName}': DEFAULT,
      'crypto-deposit-addresses': DEFAULT,
      'crypto-withdrawal-addresses': DEFAULT,
      'deposit-withdrawal-status': DEFAULT,
      orders: DEFAULT,
      'orders/{orderId}': DEFAULT,
      'orders/clientOrderId/{clientOrderId}': DEFAULT,
      trades: ONCE_A_SECOND,
    },
    post: {
      orders: DEFAULT,
      withdrawals: DEFAULT,
    },
    delete: {
      'orders/{orderId}': DEFAULT,
      'orders/clientOrderId/{clientOrderId}': DEFAULT,
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
  createMarketBuyOrderWithCost: true,
  createOrder: true,
  createPostOnlyOrder: true,
  createStopLimitOrder: true,
  createStopOrder: true,
  editOrder: false,
  fetchBalance: true,
  fetchCanceledOrders: true,
  fetchClosedOrders: true,
  fetchCurrencies: true,
  fetchDepositAddress: true,
  fetchDepositAddresses: true,
  fetchDeposits: true,
  fetchDepositsWithdrawals: true,
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
  fetchWithdrawals: true,
  // There is an endpoint since November 2024, to addresses by their nickname and from registered IP addresses only; it answers nothing.
  withdraw: false,
  ws: false,
};

const { AccountSuspended, AuthenticationError, BadRequest, BadSymbol, DuplicateOrderId, ExchangeNotAvailable, InsufficientFunds } = errors;
const { InvalidNonce, InvalidOrder, OrderNotFound, PermissionDenied, RateLimitExceeded } = errors;

const EXCEPTIONS = {
  exact: {
    '100': BadSymbol, // Invalid Asset
    '101': BadSymbol, // Invalid Trading Pair
    '102': AuthenticationError, // Invalid User
    '103': InvalidOrder, // invalid order type (2021)
    '104': BadSymbol, // Not Enabled Trading Pair
    '105': BadSymbol, // Not Activated Trading Pair
    '106': BadSymbol, // Not Enabled Asset
    '107': InvalidOrder, // Invalid Amount
    '108': InvalidOrder, // Invalid Price
    '111': InvalidOrder, // invalid event type (2021)
    '201': InsufficientFunds, // Insufficient Balance
    '202': OrderNotFound, // Invalid Id
    '203': InvalidOrder, // Invalid Numbers Overflow
    '204': InvalidOrder, // Not Allowed Bid Order
    '205': InvalidOrder, // invalid side (2021)
    '206': InvalidOrder, // Invalid Option Combination
    '10004': AuthenticationError, // Not Authorized
    '10006': AuthenticationError, // User Not Found
    '10033': PermissionDenied, // Asset Not Allowed
    '10041': BadRequest, // Invalid Exchange
    '10044': BadSymbol, // Invalid Asset Id
    '10052': ExchangeNotAvailable, // Order Server Not Available
    '10056': BadSymbol, // No Registered Asset
    '10057': BadSymbol, // No Registered Trading Pair
    '10058': BadSymbol, // No Such Asset Code
    '10059': BadSymbol, // No Such Trading Pair
    '10061': BadSymbol, // Invalid Trading Pair Id
    '10062': BadRequest, // Invalid Chart Interval
    '10064': AccountSuspended, // User Locked
    '10069': OrderNotFound, // No Such Order Id
    '10074': ExchangeNotAvailable, // Send To Order Server Failed: whether the order arrived is not said
    '10105': RateLimitExceeded, // Rate Limit Exceeded
    '10108': InvalidNonce, // Nonce Too Low
    '10155': AuthenticationError, // Invalid Api Key
    '10157': InvalidOrder, // Invalid Price
    '10166': BadRequest, // Invalid Chart Range
    '10195': ExchangeNotAvailable, // Invalid Internal Data
    '10204': PermissionDenied, // Not Hedge Token User
    '10212': InvalidOrder, // Too Small Quote Amount
    '10221': OrderNotFound, // No Such Client Order Id
    '10222': DuplicateOrderId, // Client Order Id Being Used
    '10223': DuplicateOrderId, // Soon Expired Client Order Id: of an order that is over, and free again soon
    '10227': InvalidOrder, // Invalid Client Order Id Format
    '10229': AuthenticationError, // Invalid Signature
    '10230': AuthenticationError, // No Api Key
    '10231': AuthenticationError, // No Nonce And Timestamp
    '10232': InvalidNonce, // Nonce Too High
    '10233': AuthenticationError, // Unusable Api Key
    '10234': ExchangeNotAvailable, // Cannot Check Rate Limit
    '10255': BadRequest, // Too Long Request Body
    '10256': BadRequest, // Unparsable Request Body
    '10263': InvalidNonce, // Timestamp Too Low
    '10264': InvalidNonce, // Timestamp Too High
    '10265': BadRequest, // Choose Either Nonce Or Timestamp
    '10296': BadRequest, // Invalid Receive Window
    '10297': InvalidNonce, // Invalid Timestamp To Check Receive Window
    '10298': InvalidNonce, // Fail To Meet Server Arrival Deadline
    '10319': BadRequest, // Pagination Required
    '10358': InvalidOrder, // Invalid Order Type
    '10359': InvalidOrder, // Invalid Order Side
    '10360': InvalidOrder, // Invalid Order Status
    '10361': InvalidOrder, // Invalid Time In Force
    '10362': InvalidOrder, // Invalid Protection
    '10363': InvalidOrder, // invalid reason of a forced completion (2021)
    '10364': RateLimitExceeded, // Ip Address Banned Temporarily
    '10367': BadRequest, // Mandatory Query String Missing
  },
  broad: {
    // What answers of 2021 say where no code is told.
    'No such order ID': OrderNotFound,
    'No such client order ID': OrderNotFound,
    INSUFFICIENT_BALANCE: InsufficientFunds,
  },
};

const LISTED_ORDERS = { marginMode: false, limit: 1000, trigger: false, trailing: false, symbolRequired: false };
/** Ten minutes, in days. */
const PAST_DAYS = 10 / (24 * 60);

const FEATURES = {
  spot: {
    sandbox: false,
    createOrder: {
      marginMode: false,
      triggerPrice: true,
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
    fetchMyTrades: { marginMode: false, limit: 100, daysBack: undefined, untilDays: undefined, symbolRequired: false },
    fetchOrder: { marginMode: false, trigger: false, trailing: false, symbolRequired: false },
    fetchOpenOrders: LISTED_ORDERS,
    fetchOrders: { ...LISTED_ORDERS, daysBack: PAST_DAYS, untilDays: undefined },
    fetchClosedOrders: { ...LISTED_ORDERS, daysBack: PAST_DAYS, daysBackCanceled: PAST_DAYS, untilDays: undefined },
    fetchOHLCV: { limit: 1024 },
  },
  swap: { linear: undefined, inverse: undefined },
  future: { linear: undefined, inverse: undefined },
};

/** Streami's exchange. Its page on keys says that companies and foreigners may not use the interface (seen in September 2026). */
export const GOPAX: Dict = {
  id: 'gopax',
  name: 'GOPAX',
  countries: ['KR'],
  rateLimit: 50,
  hostname: 'api.gopax.co.kr',
  pro: false,
  has: HAS,
  timeframes: { '1m': '1', '5m': '5', '30m': '30', '1d': '1440' },
  urls: {
    api: { public: 'https://{hostname}', private: 'https://{hostname}' },
    www: 'https://www.gopax.co.kr',
    doc: 'https://gopax.github.io/API/index.en.html',
    fees: 'https://www.gopax.co.kr/feeinfo',
  },
  requiredCredentials: { apiKey: true, secret: true },
  api: API,
  fees: { trading: { tierBased: false, percentage: true, maker: 0.002, taker: 0.002, feeSide: 'quote' } },
  features: FEATURES,
  precisionMode: TICK_SIZE,
  exceptions: EXCEPTIONS,
  options: {
    // The groups of endpoints that nobody on our side has seen answer; written from the documents alone.
    unverified: ['private'],
    // A timestamp may differ by a minute; with `receiveWindow` it may not be a second ahead.
    adjustForTimeDifference: true,
    timeDifference: undefined,
    // How long a request may take to arrive, 200 to 60,000 ms; no limit when left out.
    receiveWindow: undefined,
    createMarketBuyOrderRequiresPrice: true,
    timeInForce: { GTC: 'gtc', IOC: 'ioc', FOK: 'fok', PO: 'po' },
  },
};
