import type { Scope } from '../core/api-keys.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { Order } from '../core/orders.ts';
import { RateCounter, type RateLimits } from '../rate-counter.ts';
import type { FaceRequest, FaceResponse, Trouble, VenueFace } from '../venue-face.ts';
import { writeWire } from '../wire-format.ts';
import { allBalances, coinHistory, depositAddresses, tradeFees, wonHistory } from './account.ts';
import type { Authentication } from './authentication.ts';
import { COINONE_ERRORS, CoinoneError } from './errors.ts';
import { activeOrders, allCompletedOrders, cancelAll, cancelOrder, completedOrders, createOrder, orderDetail } from './orders.ts';
import { findPublic } from './public-routes.ts';
import type { Parameters } from './request.ts';
import type { Fields } from './wire.ts';

type Group = 'order' | 'private';

interface Answer {
  readonly body: Fields;
  readonly placed?: Order;
}

interface PrivateRoute {
  readonly group: Group;
  readonly scope: Scope;
  readonly answer: (core: ExchangeCore, accountId: string, given: Parameters) => Answer;
}

type Reading = (core: ExchangeCore, accountId: string, given: Parameters) => Fields;

function route(group: Group, scope: Scope, answer: Reading): PrivateRoute {
  return { group, scope, answer: (...asked) => ({ body: answer(...asked) }) };
}

const NEW_ORDER = '/v2.1/order';
/** Cancels count among the orders (docs.coinone.co.kr, rate limits). Nothing here moves coins or won out: keys are never given that right. */
const PRIVATE: Readonly<Record<string, PrivateRoute>> = {
  [NEW_ORDER]: {
    group: 'order',
    scope: 'make_orders',
    answer: (core, accountId, given) => {
      const { order, answer } = createOrder(core, accountId, given);
      return { body: answer, placed: order };
    },
  },
  '/v2.1/order/cancel': route('order', 'make_orders', cancelOrder),
  '/v2.1/order/cancel/all': route('order', 'make_orders', cancelAll),
  '/v2.1/order/detail': route('private', 'view_orders', orderDetail),
  '/v2.1/order/active_orders': route('private', 'view_orders', activeOrders),
  '/v2.1/order/completed_orders': route('private', 'view_orders', completedOrders),
  '/v2.1/order/completed_orders/all': route('private', 'view_orders', allCompletedOrders),
  '/v2.1/account/balance/all': route('private', 'view_account', allBalances),
  '/v2.1/account/trade_fee': route('private', 'view_account', (core) => tradeFees(core)),
  '/v2.1/account/deposit_address': route('private', 'view_deposits', depositAddresses),
  '/v2.1/transaction/coin/history': route('private', 'view_deposits', coinHistory),
  '/v2.1/transaction/krw/history': route('private', 'view_deposits', wonHistory),
};
const FEE_OF_PAIR = /^\/v2\.1\/account\/trade_fee\/([A-Za-z]+)\/([A-Za-z0-9]+)$/;

function findPrivate(path: string): PrivateRoute | undefined {
  const [, quote, target] = FEE_OF_PAIR.exec(path) ?? [];
  if (quote !== undefined && target !== undefined) return route('private', 'view_account', (core) => tradeFees(core, { quote, target }));
  return Object.hasOwn(PRIVATE, path) ? PRIVATE[path] : undefined;
}

/** What is left of this second is told of private requests only: of public ones Coinone counts a minute, and the face does not. */
const REMAINING: Readonly<Record<Group, string>> = { order: 'Private-Order-Ratelimit-Remaining', private: 'Private-Ratelimit-Remaining' };

const TROUBLES: Readonly<Record<Trouble, () => CoinoneError>> = {
  internal: () => COINONE_ERRORS.server(500),
  too_many_requests: COINONE_ERRORS.blocked,
  blocked: COINONE_ERRORS.blocked,
  maintenance: () => COINONE_ERRORS.server(503),
};

/** Coinone's interface: payload and signature, rate limit, route, and its error bodies for whatever is wrong. Throws only for faults of its own. */
export class CoinoneFace implements VenueFace {
  readonly #core: ExchangeCore;
  readonly #authentication: Authentication;
  readonly #limits: RateLimits;
  readonly #counter: RateCounter;

  constructor(core: ExchangeCore, authentication: Authentication, limits: RateLimits) {
    this.#core = core;
    this.#authentication = authentication;
    this.#limits = limits;
    this.#counter = new RateCounter(limits);
  }

  placesOrder(method: string, path: string): boolean {
    return method === 'POST' && path === NEW_ORDER;
  }

  refuse(_request: FaceRequest, trouble: Trouble): FaceResponse {
    return respond(TROUBLES[trouble](), {});
  }

  handle(request: FaceRequest): FaceResponse {
    const headers: Record<string, string> = {};
    try {
      if (request.method === 'GET') return respond({ body: this.#public(request) }, headers);
      const found = request.method === 'POST' ? findPrivate(request.path) : undefined;
      if (found === undefined) throw COINONE_ERRORS.unknownService();
      const { key, parameters } = this.#authentication.authenticate(request, found.scope);
      headers[REMAINING[found.group]] = '0';
      const perSecond = found.group === 'order' ? this.#limits.ordersPerSecond : this.#limits.defaultPerSecond;
      headers[REMAINING[found.group]] = String(this.#take(key.accountId, found.group, perSecond));
      return respond(found.answer(this.#core, key.accountId, parameters), headers);
    } catch (error) {
      if (error instanceof CoinoneError) return respond(error, headers);
      throw error;
    }
  }

  #public(request: FaceRequest): Fields {
    const answer = findPublic(request.path);
    if (answer === undefined) throw COINONE_ERRORS.unknownService();
    this.#take(request.remoteAddress, 'public', this.#limits.quotationPerSecond);
    return answer(this.#core, new URLSearchParams(request.rawQuery));
  }

  /** Error: `CoinoneError` 4. */
  #take(who: string, group: Group | 'public', perSecond: number): number {
    const taken = this.#counter.take(who, group, perSecond);
    if (!taken.granted) throw COINONE_ERRORS.blocked();
    return taken.remaining;
  }
}

function respond(outcome: Answer | CoinoneError, headers: Readonly<Record<string, string>>): FaceResponse {
  const isError = outcome instanceof CoinoneError;
  const placed = isError ? undefined : outcome.placed;
  return {
    status: isError ? outcome.status : 200,
    headers: { ...headers, 'Content-Type': 'application/json;charset=UTF-8' },
    body: writeWire(isError ? outcome.body() : outcome.body),
    placed: placed === undefined ? undefined : { orderId: placed.orderId, identifier: placed.reference, accountId: placed.accountId },
  };
}
