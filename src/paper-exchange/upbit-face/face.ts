import { z } from 'zod';
import { bodyParameterText } from './authentication.ts';
import { UPBIT_ERRORS, UpbitError } from './errors.ts';
import type { RateLimiter } from './rate-limit.ts';
import { Query } from './request.ts';
import { type Answer, type FaceContext, findRoute } from './routes.ts';
import { writeWire } from './wire-format.ts';

/** An HTTP request as far as Upbit's interface looks at it. */
export interface FaceRequest {
  readonly method: string;
  readonly path: string;
  /** The query string as it came, without the question mark. */
  readonly rawQuery: string;
  readonly authorization: string | undefined;
  readonly body: string;
  readonly remoteAddress: string;
}

export interface FaceResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The id and the client's identifier of an order this request placed. */
  readonly placed: { readonly orderId: string; readonly identifier: string | undefined; readonly accountId: string } | undefined;
}

const jsonObject = z.record(z.string(), z.unknown());
const TOO_MANY_REQUESTS = 429;
const CONTENT_TYPE = 'application/json;charset=UTF-8';

/** Upbit's interface: token, rate limit, route, and its error bodies for whatever is wrong. Throws only for faults of its own. */
export class UpbitFace {
  readonly #context: FaceContext;
  readonly #rateLimiter: RateLimiter;

  constructor(context: FaceContext, rateLimiter: RateLimiter) {
    this.#context = context;
    this.#rateLimiter = rateLimiter;
  }

  placesOrder(method: string, path: string): boolean {
    const route = findRoute(method, path);
    return route?.access === 'private' && route.placesOrder;
  }

  /** The answer that a fault gives instead of carrying the request out. */
  refuse(request: FaceRequest, error: UpbitError): FaceResponse {
    const route = findRoute(request.method, request.path);
    const isForRate = route !== undefined && error.status === TOO_MANY_REQUESTS;
    return respond(error, isForRate ? { 'Remaining-Req': this.#rateLimiter.exhausted(route.group) } : {});
  }

  handle(request: FaceRequest): FaceResponse {
    const route = findRoute(request.method, request.path);
    if (route === undefined) return respond(new UpbitError(404, 404, 'Not found'), {});
    const headers: Record<string, string> = {};
    const count = (who: string): void => {
      headers['Remaining-Req'] = this.#rateLimiter.exhausted(route.group);
      headers['Remaining-Req'] = this.#rateLimiter.take(who, route.group);
    };
    try {
      const query = new Query(request.rawQuery);
      if (route.access === 'public') {
        count(request.remoteAddress);
        return respond({ status: 200, body: route.answer(this.#context, query) }, headers);
      }
      const body = bodyOf(request);
      const parameters = request.method === 'POST' ? bodyParameterText(body) : query.text;
      const key = this.#context.authentication.authenticate(request.authorization, parameters, route.scope);
      count(key.accountId);
      return respond(route.answer(this.#context, key, query, body), headers);
    } catch (error) {
      if (error instanceof UpbitError) return respond(error, headers);
      throw error;
    }
  }
}

/** Only POST has a body, and only a JSON object; elsewhere parameters belong into the query. */
function bodyOf(request: FaceRequest): Record<string, unknown> {
  if (request.method !== 'POST') {
    if (request.body !== '') throw UPBIT_ERRORS.bodyNotSupported();
    return {};
  }
  if (request.body === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(request.body);
  } catch {
    throw UPBIT_ERRORS.badRequest();
  }
  const parsed = jsonObject.safeParse(value);
  if (!parsed.success) throw UPBIT_ERRORS.badRequest();
  return parsed.data;
}

function respond(outcome: Answer | UpbitError, headers: Readonly<Record<string, string>>): FaceResponse {
  const isError = outcome instanceof UpbitError;
  const placed = isError ? undefined : outcome.placed;
  return {
    status: outcome.status,
    headers: { ...headers, 'Content-Type': CONTENT_TYPE },
    body: writeWire(isError ? outcome.body() : outcome.body),
    placed: placed === undefined ? undefined : { orderId: placed.orderId, identifier: placed.reference, accountId: placed.accountId },
  };
}
