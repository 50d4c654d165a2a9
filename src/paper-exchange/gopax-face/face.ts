import { z } from 'zod';
import type { FaceRequest, FaceResponse, Trouble, VenueFace } from '../venue-face.ts';
import { writeWire } from '../wire-format.ts';
import type { Authentication } from './authentication.ts';
import { GOPAX_ERRORS, GopaxError } from './errors.ts';
import type { RateBase, RateLimiter } from './rate-limit.ts';
import { Query } from './request.ts';
import { type Answer, type Asked, type FaceContext, findRoute, type PrivateRoute, type PublicRoute } from './routes.ts';

const jsonObject = z.record(z.string(), z.unknown());
const JSON_CONTENT = { 'Content-Type': 'application/json; charset=utf-8' };
/** It alone tells nothing of what is left. */
const WITHOUT_WEIGHTS = '/time';

const TROUBLES: Readonly<Record<Trouble, () => GopaxError>> = {
  internal: GOPAX_ERRORS.internal,
  too_many_requests: GOPAX_ERRORS.rateExceeded,
  blocked: GOPAX_ERRORS.addressBanned,
  maintenance: GOPAX_ERRORS.orderServerNotAvailable,
};

/** GOPAX's interface: signature, rate limit, route, and its error bodies for whatever is wrong. Throws only for faults of its own. */
export class GopaxFace implements VenueFace {
  readonly #context: FaceContext;
  readonly #authentication: Authentication;
  readonly #rateLimiter: RateLimiter;

  constructor(context: FaceContext, authentication: Authentication, rateLimiter: RateLimiter) {
    this.#context = context;
    this.#authentication = authentication;
    this.#rateLimiter = rateLimiter;
  }

  placesOrder(method: string, path: string): boolean {
    const found = findRoute(method, path)?.route;
    return found?.access === 'private' && found.placesOrder;
  }

  refuse(_request: FaceRequest, trouble: Trouble): FaceResponse {
    return respond(TROUBLES[trouble](), {});
  }

  handle(request: FaceRequest): FaceResponse {
    const found = findRoute(request.method, request.path);
    if (found === undefined) return notThere(request);
    const { route, name } = found;
    const isPublic = route.access === 'public';
    let weights: () => Readonly<Record<string, string>> = () => ({});
    const counted = (who: string, base: RateBase): void => {
      if (request.path !== WITHOUT_WEIGHTS) weights = () => this.#rateLimiter.headers(who, base);
    };
    try {
      const asked: Asked = { query: new Query(request.rawQuery), body: bodyOf(request), name };
      const answer = isPublic ? this.#answerPublic(route, request, asked, counted) : this.#answerPrivate(route, request, asked, counted);
      return respond(answer, weights());
    } catch (error) {
      if (error instanceof GopaxError) return respond(error, weights());
      throw error;
    }
  }

  #answerPublic(route: PublicRoute, request: FaceRequest, asked: Asked, counted: (who: string, base: RateBase) => void): Answer {
    counted(request.remoteAddress, 'ip-addr');
    this.#rateLimiter.take(request.remoteAddress, 'ip-addr', route.narrow);
    return { body: route.answer(this.#context, asked) };
  }

  #answerPrivate(route: PrivateRoute, request: FaceRequest, asked: Asked, counted: (who: string, base: RateBase) => void): Answer {
    const key = this.#authentication.authenticate(request, route.scope);
    counted(key.accessKey, 'api-key');
    this.#rateLimiter.take(key.accessKey, 'api-key', route.narrow(asked));
    return route.answer(this.#context, key, asked);
  }
}

/** Only POST has a body, and only a JSON object. */
function bodyOf({ method, body }: FaceRequest): Record<string, unknown> {
  if (method !== 'POST' || body === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw GOPAX_ERRORS.unparsableBody();
  }
  const parsed = jsonObject.safeParse(value);
  if (!parsed.success) throw GOPAX_ERRORS.unparsableBody();
  return parsed.data;
}

/** As seen: a web page, not GOPAX's error. */
function notThere({ method, path }: FaceRequest): FaceResponse {
  return { status: 404, headers: { 'Content-Type': 'text/html' }, body: `Cannot ${method} ${path}`, placed: undefined };
}

function respond(outcome: Answer | GopaxError, weights: Readonly<Record<string, string>>): FaceResponse {
  const isError = outcome instanceof GopaxError;
  const placed = isError ? undefined : outcome.placed;
  return {
    status: isError ? outcome.status : 200,
    headers: { ...weights, ...JSON_CONTENT },
    body: writeWire(isError ? outcome.body() : outcome.body),
    placed: placed === undefined ? undefined : { orderId: placed.orderId, identifier: placed.reference, accountId: placed.accountId },
  };
}
