import type { ApiKey, ApiKeys, Scope } from '../core/api-keys.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { MarketEvent } from '../core/market-events.ts';
import type { Order } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';
import type { Authentication } from './authentication.ts';
import type { LikeErrors } from './errors.ts';
import type { Query } from './request.ts';

/** What the routes work on. */
export interface FaceContext {
  readonly core: ExchangeCore;
  readonly authentication: Authentication;
  readonly keys: ApiKeys;
  readonly marketEvents: ReadonlyMap<string, MarketEvent>;
}

export interface Answer {
  readonly status: number;
  readonly body: Wire;
  /** The order this request placed. */
  readonly placed?: Order;
}

export interface PublicRoute<Group extends string> {
  readonly access: 'public';
  readonly group: Group;
  readonly answer: (context: FaceContext, query: Query) => Wire;
}

export interface PrivateRoute<Group extends string> {
  readonly access: 'private';
  readonly group: Group;
  /** Undefined where any key will do. */
  readonly scope: Scope | undefined;
  readonly placesOrder: boolean;
  readonly answer: (context: FaceContext, key: ApiKey, query: Query, body: Readonly<Record<string, unknown>>) => Answer;
}

export type Route<Group extends string> = PublicRoute<Group> | PrivateRoute<Group>;

export function quotation<Group extends string>(group: Group, answer: PublicRoute<Group>['answer']): PublicRoute<Group> {
  return { access: 'public', group, answer };
}

export function reading<Group extends string>(
  group: Group,
  scope: Scope | undefined,
  answer: (context: FaceContext, accountId: string, query: Query) => Wire,
): PrivateRoute<Group> {
  return {
    access: 'private',
    group,
    scope,
    placesOrder: false,
    answer: (context, key, query) => ({ status: 200, body: answer(context, key.accountId, query) }),
  };
}

/** What needs rights that keys for this exchange are never given. */
export function forbidden<Group extends string>(group: Group, errors: LikeErrors): PrivateRoute<Group> {
  return {
    access: 'private',
    group,
    scope: undefined,
    placesOrder: false,
    answer: () => {
      throw errors.outOfScope();
    },
  };
}
