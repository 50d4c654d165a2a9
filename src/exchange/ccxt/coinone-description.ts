import { errors, TICK_SIZE } from './library.ts';

/** What Coinone answers instead of data, by code (docs.coinone.co.kr, "API error codes"); its English message is beside each. */
const EXACT_EXCEPTIONS = {
  // Coinone says so to too many requests (docs.coinone.co.kr, "Rate limits") and to a user it has restricted; nothing tells them apart.
  '4': errors.RateLimitExceeded, // Blocked user access
  '8': errors.AuthenticationError, // Request Token Parameter is needed
  '10': errors.PermissionDenied, // This IP address is not allowed.
  '11': errors.AuthenticationError, // Access token is missing
  '12': errors.AuthenticationError, // Invalid access token
  '20': errors.NotSupported, // This service does not exist
  '21': errors.PermissionDenied, // Customers who need to register for API usage
  '22': errors.PermissionDenied, // This service is not approved
  '23': errors.AuthenticationError, // Invalid App Secret
  '24': errors.AuthenticationError, // Invalid App Id
  '25': errors.AuthenticationError, // Request Token does not exist
  '26': errors.AuthenticationError, // Failed to delete Request Token
  '27': errors.AuthenticationError, // Access Token does not exist
  '28': errors.AuthenticationError, // Failed to delete Access Token
  '29': errors.AuthenticationError, // Failed to refresh Access Token
  '40': errors.PermissionDenied, // Invalid API permission
  '50': errors.AccountNotEnabled, // You can use the API after complete Coinone identity verification by web or app
  '51': errors.NotSupported, // This API is no longer available
  '52': errors.AccountNotEnabled, // Customers who did not complete the real name account verification are not allowed …
  '53': errors.PermissionDenied, // Order is rejected by market monitoring. Please contact CS center
  '101': errors.BadRequest, // Invalid format
  '103': errors.InsufficientFunds, // Lack of Balance
  '104': errors.OrderNotFound, // Order id is not exist
  '105': errors.InvalidOrder, // Price is not correct
  '107': errors.BadRequest, // Parameter error
  '108': errors.BadSymbol, // Unknown cryptocurrency
  '109': errors.BadSymbol, // Unknown cryptocurrency pair
  '111': errors.InvalidOrder, // … significant price difference between the order price and the current price
  // The order exists and is over: not OrderNotFound, which here means only that Coinone knows none.
  '116': errors.InvalidOrder, // Already Traded
  '117': errors.InvalidOrder, // Already Canceled
  '118': errors.InvalidOrder, // Already Submitted.
  '120': errors.AuthenticationError, // V2 API payload is missing
  '121': errors.AuthenticationError, // V2 API signature is missing
  '122': errors.AuthenticationError, // V2 API nonce is missing
  '123': errors.AuthenticationError, // V2 API signature is not correct
  '130': errors.InvalidNonce, // V2 API Nonce value must be a positive integer
  '131': errors.InvalidNonce, // V2 API Nonce is must be bigger then last nonce
  '132': errors.InvalidNonce, // Nonce already used
  '133': errors.InvalidNonce, // Nonce must be in the form of a UUID
  '151': errors.AuthenticationError, // It's V2 API. V1 Access token is not acceptable
  '152': errors.InvalidAddress, // Invalid address
  '153': errors.InvalidAddress, // The address is detected by FDS
  '154': errors.InvalidAddress, // The address is not registered as an API withdrawal address
  '155': errors.InvalidAddress, // Withdrawal through the 'CODE Solution' requires registration of the deposit address
  '156': errors.InvalidAddress, // The withdrawal address does not exist
  '157': errors.InsufficientFunds, // Insufficient balance
  '158': errors.BadRequest, // Minimum withdrawal quantity insufficient
  '159': errors.BadRequest, // Required the memo to proceed with the withdrawal
  '160': errors.BadRequest, // Withdrawal/Deposit id is invalid
  '161': errors.InvalidOrder, // price is required for LIMIT or STOP_LIMIT order.
  '162': errors.InvalidOrder, // qty is required for LIMIT or STOP_LIMIT or MARKET(SELL) order.
  '163': errors.InvalidOrder, // post_only is required for LIMIT order.
  '164': errors.InvalidOrder, // trigger_price is required for STOP_LIMIT order
  '165': errors.InvalidOrder, // amount is required for MARKET(BUY) order.
  '166': errors.InvalidOrder, // Not Supported Order Type.
  '167': errors.InvalidOrder, // trigger price and current price can not be same.
  '202': errors.BadRequest, // Withdrawal quantity is not correct
  '300': errors.InvalidOrder, // Invalid order information
  '305': errors.InvalidOrder, // Invalid quantity
  '306': errors.InvalidOrder, // Cannot be process the orders below the minimum amount
  '307': errors.InvalidOrder, // Cannot be process the orders exceed the maximum amount
  '308': errors.InvalidOrder, // Price is out of range.
  '309': errors.InvalidOrder, // Qty is out of range.
  '310': errors.InvalidOrder, // Unavailable price unit. Please check the Range unit API to get the price_unit.
  '312': errors.DuplicateOrderId, // Duplicated user_order_id
  '313': errors.InvalidOrder, // user_order_id and order_Id cannot be requested together. Otherwise, neither was entered
  '314': errors.InvalidOrder, // Invalid user_order_id (It must be lower case)
  '315': errors.NotSupported, // The API does not support a portfolio.
  '316': errors.BadRequest, // Invalid range
  '317': errors.BadRequest, // Invalid size
  '405': errors.ExchangeNotAvailable, // Server error: what became of the request is not known
  '1201': errors.NotSupported, // The V2 order API only supports limit order types.
  '1202': errors.NotSupported, // This API is deprecated and only supports limit order type.
  '1206': errors.AuthenticationError, // User not found
  '3001': errors.OperationRejected, // Withdrawal of the virtual asset has been suspended
  '3002': errors.OperationRejected, // Withdrawal is rejected
  '3003': errors.OperationRejected, // Exceed daily withdrawal limit
  '3004': errors.OperationRejected, // Failed by 24-hour withdrawal delay policy
  '3005': errors.ManualInteractionNeeded, // Try again after complete phone verification
  '3006': errors.OperationRejected, // Withdrawal is restricted for 72 hours after the first KRW deposit
  '3007': errors.OperationRejected, // An error in the balance. Please contact CS center
  '3009': errors.AccountSuspended, // Account was detected through FDS system monitoring
  '3010': errors.AccountSuspended, // Account is locked
  '3012': errors.OperationRejected, // CODE error: withdrawal was rejected by CODE solution
  '3013': errors.BadRequest, // CODE error: invalid parameter
  '3014': errors.InvalidAddress, // CODE error: This address does not exist
  '3015': errors.InvalidAddress, // CODE error: Recipient information does not match
  '3016': errors.InvalidAddress, // CODE error: Recipient information is invalid
  '3017': errors.ManualInteractionNeeded, // Re-verification of the whitelisted address is required on the website or app.
  '3018': errors.ManualInteractionNeeded, // Register to the whitelist or withdrawal allowed address list.
};

/** Won can be taken out by a person only, and coins are not taken out through this class either: its keys need not allow it. */
const HAS = {
  CORS: undefined,
  spot: true,
  margin: false,
  swap: false,
  future: false,
  option: false,
  cancelAllOrders: true,
  cancelOrder: true,
  createMarketBuyOrderWithCost: true,
  createMarketOrder: true,
  createOrder: true,
  createPostOnlyOrder: true,
  createStopLimitOrder: true,
  createStopMarketOrder: false,
  createStopOrder: true,
  fetchBalance: true,
  fetchCanceledOrders: false,
  fetchClosedOrders: false, // No list of orders that are over: `completed_orders` holds trades, one order several times.
  fetchCurrencies: true,
  fetchDepositAddress: true,
  fetchDepositAddresses: true,
  fetchDepositAddressesByNetwork: false,
  fetchDeposits: true,
  fetchDepositsWithdrawals: true,
  fetchMarkets: true,
  fetchMyTrades: true,
  fetchOHLCV: true,
  fetchOpenOrders: true,
  fetchOrder: true,
  fetchOrderBook: true,
  fetchOrders: false,
  fetchTicker: true,
  fetchTickers: true,
  fetchTrades: true,
  fetchTradingFee: true,
  fetchTradingFees: true,
  fetchWithdrawals: true,
  withdraw: false,
  ws: false,
};

/** Costs in units of 12.5 ms: public 1,200 a minute and address, orders 40 and others 80 a second and portfolio (docs, "Rate limits"). */
const PUBLIC = { cost: 4 };
const ORDER = { cost: 2 };
const OTHER = { cost: 1 };

const API = {
  v2Public: {
    get: {
      'range_units/{quote_currency}/{target_currency}': PUBLIC,
      'markets/{quote_currency}': PUBLIC,
      'markets/{quote_currency}/{target_currency}': PUBLIC,
      'orderbook/{quote_currency}/{target_currency}': PUBLIC,
      'trades/{quote_currency}/{target_currency}': PUBLIC,
      'ticker_new/{quote_currency}': PUBLIC,
      'ticker_new/{quote_currency}/{target_currency}': PUBLIC,
      'ticker_utc_new/{quote_currency}': PUBLIC,
      'ticker_utc_new/{quote_currency}/{target_currency}': PUBLIC,
      currencies: PUBLIC,
      'currencies/{currency}': PUBLIC,
      'chart/{quote_currency}/{target_currency}': PUBLIC,
    },
  },
  v2_1Private: {
    post: {
      'account/balance/all': OTHER,
      'account/balance': OTHER,
      'account/trade_fee': OTHER,
      'account/trade_fee/{quote_currency}/{target_currency}': OTHER,
      'account/deposit_address': OTHER,
      order: ORDER,
      'order/detail': OTHER,
      'order/cancel': ORDER,
      'order/cancel/all': ORDER,
      'order/active_orders': OTHER,
      'order/completed_orders': OTHER,
      'order/completed_orders/all': OTHER,
      'transaction/krw/history': OTHER,
      'transaction/coin/history': OTHER,
      'transaction/coin/history/detail': OTHER,
      'transaction/coin/withdrawal/limit': OTHER,
      'transaction/coin/withdrawal/address_book': OTHER,
    },
  },
};

const LOOK_UP = { marginMode: false, trigger: false, trailing: false, symbolRequired: true };

const FEATURES = {
  spot: {
    sandbox: false,
    createOrder: {
      marginMode: false,
      triggerPrice: true,
      triggerPriceType: undefined,
      triggerDirection: false,
      stopLossPrice: false,
      takeProfitPrice: false,
      attachedStopLossTakeProfit: undefined,
      timeInForce: { IOC: true, FOK: false, PO: true, GTD: false },
      hedged: false,
      trailing: false,
      leverage: false,
      marketBuyByCost: true,
      marketBuyRequiresPrice: true,
      selfTradePrevention: false,
      iceberg: false,
    },
    createOrders: undefined,
    fetchMyTrades: { marginMode: false, limit: 100, daysBack: undefined, untilDays: 90, symbolRequired: false },
    fetchOrder: LOOK_UP,
    fetchOpenOrders: { ...LOOK_UP, limit: undefined, symbolRequired: false },
    fetchOrders: undefined,
    fetchClosedOrders: undefined,
    fetchOHLCV: { limit: 500 },
  },
  swap: { linear: undefined, inverse: undefined },
  future: { linear: undefined, inverse: undefined },
};

/** What `describe ()` adds to that of the base class. */
export const DESCRIPTION = {
  id: 'coinone',
  name: 'CoinOne',
  countries: ['KR'],
  rateLimit: 12.5,
  version: 'v2.1',
  pro: false,
  has: HAS,
  timeframes: {
    '1m': '1m',
    '3m': '3m',
    '5m': '5m',
    '10m': '10m',
    '15m': '15m',
    '30m': '30m',
    '1h': '1h',
    '2h': '2h',
    '4h': '4h',
    '6h': '6h',
    '1d': '1d',
    '1w': '1w',
    '1M': '1mon',
  },
  urls: {
    api: { v2Public: 'https://api.coinone.co.kr/public/v2', v2_1Private: 'https://api.coinone.co.kr/v2.1' },
    www: 'https://coinone.co.kr',
    doc: ['https://docs.coinone.co.kr'],
  },
  requiredCredentials: { apiKey: true, secret: true },
  api: API,
  // As listed for everybody; what a key pays is lower at times and told by `fetchTradingFee`.
  fees: { trading: { tierBased: false, percentage: true, taker: 0.002, maker: 0.002 } },
  features: FEATURES,
  precisionMode: TICK_SIZE,
  exceptions: { exact: EXACT_EXCEPTIONS, broad: {} },
  commonCurrencies: { SOC: 'Soda Coin' },
  options: {
    createMarketBuyOrderRequiresPrice: true,
    // Coinone's guide and its samples in five languages sign with the secret as it was issued. Earlier clients, ccxt's class of
    // Coinone among them, turn it into capitals first: true does as they do.
    uppercaseSecret: false,
  },
};
