import type { FaceRequest, FaceResponse, Trouble, VenueFace } from '../venue-face.ts';
import { writeWire } from '../wire-format.ts';
import { KORBIT_ERRORS, KorbitError } from './errors.ts';
import { Parameters } from './parameters.ts';
import type { RateLimiter } from './rate-limit.ts';
import { type Answer, type FaceContext, findRoute, type PrivateRoute } from './routes.ts';

const RETRY_SECONDS = 1;
const BLOCK_SECONDS = 60;
const MAIN_ACCOUNT = '1';

/** Korbit knows no block: who is to be kept out for longer is told to come back later. */
const TROUBLES: Readonly<Record<Trouble, () => KorbitError>> = {
  internal: KORBIT_ERRORS.internal,
  too_many_requests: () => KORBIT_ERRORS.tooManyRequests(RETRY_SECONDS),
  blocked: () => KORBIT_ERRORS.tooManyRequests(BLOCK_SECONDS),
  maintenance: KORBIT_ERRORS.maintenance,
};

/** Korbit's interface: key and signature, rate limit, route, and its error bodies for whatever is wrong. Throws only for faults of its own. */
export class KorbitFace implements VenueFace {
  readonly #context: FaceContext;
  readonly #rateLimiter: RateLimiter;

  constructor(context: FaceContext, rateLimiter: RateLimiter) {
    this.#context = context;
    this.#rateLimiter = rateLimiter;
  }

  placesOrder(method: string, path: string): boolean {
    return findRoute(method, path)?.group === 'order';
  }

  refuse(request: FaceRequest, trouble: Trouble): FaceResponse {
    const route = findRoute(request.method, request.path);
    const isForRate = route !== undefined && trouble === 'too_many_requests';
    return refusal(TROUBLES[trouble](), isForRate ? this.#rateLimiter.exhausted(route.group) : {});
  }

  handle(request: FaceRequest): FaceResponse {
    const route = findRoute(request.method, request.path);
    if (route === undefined) return refusal(KORBIT_ERRORS.notFound(), {});
    let headers: Readonly<Record<string, string>> = {};
    const count = (who: string): void => {
      headers = this.#rateLimiter.exhausted(route.group);
      headers = this.#rateLimiter.take(who, route.group);
    };
    try {
      if (route.group !== 'public') {
        const answer = this.#answerPrivately(route, request, count);
        return success(answer, headers);
      }
      count(request.remoteAddress);
      return success({ data: route.answer(this.#context, new Parameters(request.rawQuery)) }, headers);
    } catch (error) {
      if (error instanceof KorbitError) return refusal(error, headers);
      throw error;
    }
  }

  #answerPrivately(route: PrivateRoute, request: FaceRequest, count: (who: string) => void): Answer {
    const encoded = `${request.rawQuery}${request.body}`;
    const key = this.#context.authentication.authenticate(request.headers['x-kapi-key'], encoded, route.scope);
    count(key.accountId);
    const parameters = new Parameters(request.method === 'POST' ? request.body : request.rawQuery);
    if ((parameters.get('accountSeq') ?? MAIN_ACCOUNT) !== MAIN_ACCOUNT) throw KORBIT_ERRORS.accountSeq();
    return route.answer(this.#context, key, parameters);
  }
}

const CONTENT = { 'Content-Type': 'application/json;charset=UTF-8' };

function success({ data, placed }: Answer, headers: Readonly<Record<string, string>>): FaceResponse {
  return {
    status: 200,
    headers: { ...headers, ...CONTENT },
    body: writeWire({ success: true, data }),
    placed: placed === undefined ? undefined : { orderId: placed.orderId, identifier: placed.reference, accountId: placed.accountId },
  };
}

function refusal(error: KorbitError, headers: Readonly<Record<string, string>>): FaceResponse {
  const wait = error.retryAfterSeconds === undefined ? {} : { 'Retry-After': `${error.retryAfterSeconds}` };
  return { status: error.status, headers: { ...headers, ...wait, ...CONTENT }, body: writeWire(error.body()), placed: undefined };
}
