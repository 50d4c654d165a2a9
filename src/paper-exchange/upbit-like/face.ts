import { z } from 'zod';
import type { FaceRequest, FaceResponse, Trouble, VenueFace } from '../venue-face.ts';
import { writeWire } from '../wire-format.ts';
import { bodyParameterText } from './authentication.ts';
import { LikeError, type LikeErrors } from './errors.ts';
import type { RateLimiter } from './rate-limit.ts';
import { Query } from './request.ts';
import type { Answer, FaceContext, Route } from './routes.ts';

const jsonObject = z.record(z.string(), z.unknown());
const BLOCK_SECONDS = 60;
const CONTENT_TYPE = 'application/json;charset=UTF-8';

/** What makes a face one venue's. */
export interface FaceWords<Group extends string> {
  readonly errors: LikeErrors;
  findRoute(method: string, path: string): Route<Group> | undefined;
  /** Whose count a private request is: the account's, or that of the address as with public ones. */
  readonly privateCountedBy: 'account' | 'address';
}

const TROUBLES: Readonly<Record<Trouble, (errors: LikeErrors) => LikeError>> = {
  internal: (errors) => errors.internal(),
  too_many_requests: (errors) => errors.tooManyRequests(),
  blocked: (errors) => errors.blocked(BLOCK_SECONDS),
  maintenance: (errors) => errors.maintenance(),
};

/** The interface of Upbit and of who took it over: token, rate limit, route, and error bodies for whatever is wrong. */
export class LikeFace<Group extends string> implements VenueFace {
  readonly #context: FaceContext;
  readonly #rateLimiter: RateLimiter<Group>;
  readonly #words: FaceWords<Group>;

  constructor(context: FaceContext, rateLimiter: RateLimiter<Group>, words: FaceWords<Group>) {
    this.#context = context;
    this.#rateLimiter = rateLimiter;
    this.#words = words;
  }

  placesOrder(method: string, path: string): boolean {
    const route = this.#words.findRoute(method, path);
    return route?.access === 'private' && route.placesOrder;
  }

  refuse(request: FaceRequest, trouble: Trouble): FaceResponse {
    const route = this.#words.findRoute(request.method, request.path);
    const isForRate = route !== undefined && trouble === 'too_many_requests';
    return respond(TROUBLES[trouble](this.#words.errors), isForRate ? this.#rateLimiter.exhausted(route.group) : {});
  }

  handle(request: FaceRequest): FaceResponse {
    const route = this.#words.findRoute(request.method, request.path);
    if (route === undefined) return respond(new LikeError(404, 404, 'Not found'), {});
    const { errors, privateCountedBy } = this.#words;
    let headers: Readonly<Record<string, string>> = {};
    const count = (who: string): void => {
      headers = this.#rateLimiter.exhausted(route.group);
      headers = this.#rateLimiter.take(who, route.group);
    };
    try {
      const query = new Query(request.rawQuery, errors);
      if (route.access === 'public') {
        count(request.remoteAddress);
        return respond({ status: 200, body: route.answer(this.#context, query) }, headers);
      }
      const body = bodyOf(request, errors);
      const parameters = request.method === 'POST' ? bodyParameterText(body) : query.text;
      const key = this.#context.authentication.authenticate(request.headers['authorization'], parameters, route.scope);
      count(privateCountedBy === 'account' ? key.accountId : request.remoteAddress);
      return respond(route.answer(this.#context, key, query, body), headers);
    } catch (error) {
      if (error instanceof LikeError) return respond(error, headers);
      throw error;
    }
  }
}

/** Only POST has a body, and only a JSON object; elsewhere parameters belong into the query. */
function bodyOf(request: FaceRequest, errors: LikeErrors): Record<string, unknown> {
  if (request.method !== 'POST') {
    if (request.body !== '') throw errors.bodyNotSupported();
    return {};
  }
  if (request.body === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(request.body);
  } catch {
    throw errors.badRequest();
  }
  const parsed = jsonObject.safeParse(value);
  if (!parsed.success) throw errors.badRequest();
  return parsed.data;
}

function respond(outcome: Answer | LikeError, headers: Readonly<Record<string, string>>): FaceResponse {
  const isError = outcome instanceof LikeError;
  const placed = isError ? undefined : outcome.placed;
  return {
    status: outcome.status,
    headers: { ...headers, 'Content-Type': CONTENT_TYPE },
    body: writeWire(isError ? outcome.body() : outcome.body),
    placed: placed === undefined ? undefined : { orderId: placed.orderId, identifier: placed.reference, accountId: placed.accountId },
  };
}
