import { z } from 'zod';
import type { FaceRequest, FaceResponse, Trouble, VenueFace } from '../venue-face.ts';
import { writeWire } from '../wire-format.ts';
import { bodyParameterText } from './authentication.ts';
import { UPBIT_ERRORS, UpbitError } from './errors.ts';
import type { RateLimiter } from './rate-limit.ts';
import { Query } from './request.ts';
import { type Answer, type FaceContext, findRoute } from './routes.ts';

const jsonObject = z.record(z.string(), z.unknown());
const BLOCK_SECONDS = 60;
const CONTENT_TYPE = 'application/json;charset=UTF-8';

const TROUBLES: Readonly<Record<Trouble, () => UpbitError>> = {
  internal: UPBIT_ERRORS.internal,
  too_many_requests: UPBIT_ERRORS.tooManyRequests,
  blocked: () => UPBIT_ERRORS.blocked(BLOCK_SECONDS),
  maintenance: UPBIT_ERRORS.maintenance,
};

/** Upbit's interface: token, rate limit, route, and its error bodies for whatever is wrong. Throws only for faults of its own. */
export class UpbitFace implements VenueFace {
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

  refuse(request: FaceRequest, trouble: Trouble): FaceResponse {
    const route = findRoute(request.method, request.path);
    const isForRate = route !== undefined && trouble === 'too_many_requests';
    return respond(TROUBLES[trouble](), isForRate ? { 'Remaining-Req': this.#rateLimiter.exhausted(route.group) } : {});
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
      const key = this.#context.authentication.authenticate(request.headers['authorization'], parameters, route.scope);
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
