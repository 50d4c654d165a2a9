import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Clock, pause } from '../kernel/clock.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { oneTimeCode } from './one-time-code.ts';

/** Where the service is just now; a killed one is started again by whoever asks. */
export interface ServiceAddress {
  /** The running service, started again if it was killed. */
  url(): Promise<string>;
  /** No kill falls while this runs: what is shown only once must arrive. */
  undisturbed<T>(body: () => Promise<T>): Promise<T>;
}

export interface Official {
  readonly loginName: string;
  readonly password: string;
  totpSecret: string | undefined;
  token: string | undefined;
}

const signedIn = z.object({ token: z.string(), userId: z.int(), mustEnrolSecondFactor: z.boolean() });
const enrolment = z.object({ secret: z.string() });
const problem = z.object({ code: z.string(), title: z.string(), detail: z.string(), facts: z.record(z.string(), z.unknown()) });

const ATTEMPTS_MAX = 400;
const RETRY_MS = 50;
/** What a service that is just being killed or started may answer. */
const PASSING = new Set(['DATABASE_UNAVAILABLE', 'DATABASE_CONTENTION']);

interface Request {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | string | undefined;
  readonly mediaType?: string | undefined;
}

/**
 * The officials of the sample city at their desks. They work through the service's API alone; when it dies under a request they
 * send the same request again under the same key, like every careful client.
 */
export class Office {
  readonly #service: ServiceAddress;
  readonly #clock: Clock;

  constructor(service: ServiceAddress, clock: Clock) {
    this.#service = service;
    this.#clock = clock;
  }

  async get(path: string, official?: Official): Promise<unknown> {
    return (await this.#send(official, { method: 'GET', path })).json();
  }

  async post(path: string, body: unknown, official?: Official): Promise<unknown> {
    return (await this.#send(official, { method: 'POST', path, body: JSON.stringify(body), mediaType: 'application/json' })).json();
  }

  async put(path: string, body: unknown, official?: Official): Promise<unknown> {
    return (await this.#send(official, { method: 'PUT', path, body: JSON.stringify(body), mediaType: 'application/json' })).json();
  }

  async upload(path: string, file: Uint8Array<ArrayBuffer>, mediaType: string, official: Official): Promise<unknown> {
    return (await this.#send(official, { method: 'POST', path, body: file, mediaType })).json();
  }

  /** A file made to order, such as a print run of letters. */
  async print(path: string, body: unknown, official: Official): Promise<Uint8Array<ArrayBuffer>> {
    const request = { method: 'POST', path, body: JSON.stringify(body), mediaType: 'application/json' } as const;
    return new Uint8Array(await (await this.#send(official, request)).arrayBuffer());
  }

  async download(path: string, official: Official): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#send(official, { method: 'GET', path })).arrayBuffer());
  }

  /** Sets password and second factor by a one-time link and leaves the official signed in. */
  async enrol(
    official: Official,
    linkToken: string,
    profile?: { loginName: string; displayName: string; division: string },
  ): Promise<void> {
    await this.#service.undisturbed(async () => {
      await this.post('/one-time-links/redeem', {
        token: linkToken,
        password: official.password,
        ...(profile === undefined ? {} : { profile }),
      });
      const { token } = signedIn.parse(await this.post('/sign-in', { loginName: official.loginName, password: official.password }));
      official.token = token;
      const { secret } = enrolment.parse(await this.post('/me/second-factor', {}, official));
      official.totpSecret = secret;
      await this.post('/me/second-factor/confirm', { code: this.#code(secret) }, official);
    });
  }

  async signIn(official: Official): Promise<void> {
    await this.#service.undisturbed(async () => {
      const { loginName, password, totpSecret } = official;
      if (totpSecret === undefined) throw new CheongsanError('INTERNAL', `${loginName} has no second factor to sign in with.`);
      official.token = signedIn.parse(await this.post('/sign-in', { loginName, password, code: this.#code(totpSecret) })).token;
    });
  }

  #code(secret: string): string {
    return oneTimeCode(secret, this.#clock.now());
  }

  async #send(official: Official | undefined, request: Request): Promise<Response> {
    const key = randomUUID();
    for (let attempt = 1; ; attempt++) {
      const response = await this.#attempt({ ...request, token: official?.token }, key);
      if (response?.ok === true) return response;
      const refusal = response === undefined ? undefined : await readProblem(response);
      if (refusal?.code === 'UNAUTHENTICATED' && official?.totpSecret !== undefined && official.token !== undefined) {
        official.token = undefined;
        await this.signIn(official);
      } else if (attempt === ATTEMPTS_MAX || (refusal !== undefined && !PASSING.has(refusal.code))) {
        throw new CheongsanError(
          'CONFLICT',
          `${request.method} ${request.path} was refused: ${refusal?.code ?? 'no answer'} ${refusal?.detail ?? ''}`,
          {
            facts: { code: refusal?.code ?? null, ...refusal?.facts },
          },
        );
      } else await pause(RETRY_MS);
    }
  }

  /** Undefined when the service died under the request. */
  async #attempt(request: Request, key: string): Promise<Response | undefined> {
    const url = await this.#service.url();
    try {
      const response = await fetch(new URL(request.path, url), {
        method: request.method,
        headers: {
          ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
          ...(request.mediaType === undefined ? {} : { 'content-type': request.mediaType }),
          ...(request.method === 'GET' ? {} : { 'idempotency-key': key }),
        },
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      // The whole answer must be here before it counts: the service may die while it answers.
      const content = await response.arrayBuffer();
      return new Response(content, { status: response.status, headers: response.headers });
    } catch (cause) {
      if (cause instanceof TypeError) return undefined;
      throw cause;
    }
  }
}

async function readProblem(response: Response): Promise<z.infer<typeof problem>> {
  const text = await response.text();
  try {
    return problem.parse(JSON.parse(text));
  } catch {
    return { code: `HTTP_${response.status}`, title: '', detail: text.slice(0, 200), facts: {} };
  }
}
