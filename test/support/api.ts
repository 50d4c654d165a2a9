import type { Server } from 'node:http';
import { z } from 'zod';
import { LocalScreeningList } from '../../src/custody/screening-list.ts';
import { WalletChains } from '../../src/custody/wallet/chains.ts';
import type { Role } from '../../src/database/generated/enums.ts';
import { applicationPoolConfig } from '../../src/database/open.ts';
import type { Database } from '../../src/database/work.ts';
import { problemSchema } from '../../src/http/problem.ts';
import type { Route } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes.ts';
import { createApp, listen } from '../../src/http/server.ts';
import type { Services } from '../../src/http/services.ts';
import { type DrivenClock, pause } from '../../src/kernel/clock.ts';
import { readConfig } from '../../src/kernel/config.ts';
import { createLog } from '../../src/kernel/log.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { sweep } from '../../src/queue/due.ts';
import { JobQueues } from '../../src/queue/queue.ts';
import { ExchangeDirectory } from '../../src/venue/exchange-directory.ts';
import { dueSources } from '../../workers/due-sources.ts';
import { startWorkers } from '../../workers/start.ts';
import { codeAt, createOfficial, enrol, type Official, PASSWORD } from '../identity/officials.ts';
import { atEnd } from './at-end.ts';
import { createTestDatabase, type TestDatabase, testActor } from './database.ts';
import { testKeys } from './test-keys.ts';

/** The service's face on a port of this machine: real routes, real database, real sign-in. */
export interface TestApi {
  readonly url: string;
  readonly database: Database;
  readonly clock: DrivenClock;
  readonly services: Services;
  readonly superuserUrl: string;
  readonly routes: readonly Route[];
  /** Somebody without a token. */
  readonly nobody: ApiClient;
  /** An official of these roles, signed in with password and code. */
  hire(loginName: string, roles: readonly Role[]): Promise<SignedInClient>;
  /** An official whom a fixture has created, signed in likewise. */
  enter(official: Official): Promise<SignedInClient>;
  /** Waits until the workers have nothing left to do at this instant. */
  untilIdle(): Promise<void>;
}

export interface ApiOptions {
  /** Real workers answer the queues; otherwise nobody does. */
  readonly workers?: boolean;
  /** The city's list of sanctioned and tainted addresses; absent: none. */
  readonly screeningListFile?: string;
  /** What the city sets from outside: nodes and signer, for one. */
  readonly environment?: NodeJS.ProcessEnv;
  /** A database with its policy that a fixture has opened; absent: a new one. */
  readonly over?: TestDatabase;
}

export async function startApi({ workers: hasWorkers = false, over, screeningListFile, environment }: ApiOptions = {}): Promise<TestApi> {
  const { database, clock, access, superuserUrl } = over ?? (await newDatabase());
  const log = createLog({ level: 'silent' });
  const queues = new JobQueues({ kind: 'postgres', pool: applicationPoolConfig(access, 'cheongsan-test-queue') }, log);
  const config = readConfig(environment ?? {});
  const services: Services = {
    config,
    database,
    keys: testKeys,
    exchanges: new ExchangeDirectory({ database, keys: testKeys, log }),
    references: [],
    screening: new LocalScreeningList(screeningListFile),
    chains: new WalletChains({ config, environment: environment ?? {} }),
    queues,
    dueSources: hasWorkers ? dueSources({ config, database }) : [],
    log,
    startedAt: clock.now(),
  };
  if (hasWorkers) database.connect(queues);
  const workers = hasWorkers ? startWorkers(services) : undefined;
  const all = routes({ kind: 'real', clock, sweep: () => Promise.resolve(0) });
  const { server, url } = await listen(
    createApp(services, all, '0.0.0-test', { demoNearby: false, isExchangeGone: false }),
    '127.0.0.1',
    0,
  );
  atEnd(async () => {
    await closed(server);
    await workers?.stop();
    await queues.close();
  });
  const nobody = new ApiClient(url, undefined);
  return { url, database, clock, services, superuserUrl, routes: all, nobody, hire, enter, untilIdle: () => untilIdle(services) };

  async function hire(loginName: string, roles: readonly Role[]): Promise<SignedInClient> {
    return enter(await createOfficial(database, loginName, roles));
  }

  async function enter(official: Official): Promise<SignedInClient> {
    const { loginName } = official;
    const secret = await enrol(database, official);
    // A code is good once; the next one is half a minute away.
    clock.advanceBy(30_000);
    const client = new SignedInClient(url, official.userId, async () => {
      const answer = await nobody.post('/sign-in', { loginName, password: PASSWORD, code: codeAt(secret, clock.now()) });
      return answer.expect(z.object({ token: z.string() })).token;
    });
    await client.signIn();
    return client;
  }
}

async function newDatabase(): Promise<TestDatabase> {
  const test = await createTestDatabase();
  await test.database.work(testActor, seedPolicy);
  return test;
}

const IDLE_ATTEMPTS_MAX = 4_000;
const LOOK_MS = 10;

/** Looks for what is due only when the workers rest: looking costs more than most of their work. */
async function untilIdle({ queues, dueSources: sources, database }: Services): Promise<void> {
  for (let attempt = 0; attempt < IDLE_ATTEMPTS_MAX; attempt++) {
    if (queues.isAnswering || (await queues.pending()) > 0) {
      await pause(LOOK_MS);
      continue;
    }
    const { rings, failures } = await sweep(database, sources, queues);
    if (failures.length > 0) throw failures[0];
    if (rings === 0 && !queues.isAnswering && (await queues.pending()) === 0) return;
  }
  const left = await database.read.doorbell.findMany();
  throw new Error(
    `The workers did not come to rest; unanswered: ${left.map(({ queue, rowId, failures }) => `${queue}:${rowId} (${failures})`).join(', ')}.`,
  );
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** One answer, whole. */
export class ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;

  constructor(status: number, headers: Headers, bytes: Uint8Array) {
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  json(): unknown {
    return JSON.parse(this.text);
  }

  /** What a successful answer says; anything else fails with the problem it told. */
  expect<S extends z.ZodType>(schema: S): z.output<S> {
    if (this.status !== 200) throw new Error(`Expected an answer, got ${this.status}: ${this.text}`);
    return schema.parse(this.json());
  }

  /** The problem of a refusal; a successful answer fails. */
  problem(): z.output<typeof problemSchema> {
    if (this.status === 200) throw new Error(`Expected a refusal, got: ${this.text.slice(0, 500)}`);
    return problemSchema.parse(this.json());
  }
}

export interface SendOptions {
  /** `Idempotency-Key`. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class ApiClient {
  readonly #url: string;
  token: string | undefined;

  constructor(url: string, token: string | undefined) {
    this.#url = url;
    this.token = token;
  }

  get(path: string): Promise<ApiAnswer> {
    return this.send('GET', path, undefined, {});
  }

  post(path: string, body: unknown, options: SendOptions = {}): Promise<ApiAnswer> {
    return this.#json('POST', path, body, options);
  }

  put(path: string, body: unknown, options: SendOptions = {}): Promise<ApiAnswer> {
    return this.#json('PUT', path, body, options);
  }

  upload(path: string, content: Uint8Array<ArrayBuffer> | string, mediaType = 'text/csv'): Promise<ApiAnswer> {
    return this.send('POST', path, content, { headers: { 'content-type': mediaType } });
  }

  #json(method: string, path: string, body: unknown, options: SendOptions): Promise<ApiAnswer> {
    return this.send(method, path, JSON.stringify(body), {
      ...options,
      headers: { 'content-type': 'application/json', ...options.headers },
    });
  }

  async send(method: string, path: string, body: Uint8Array<ArrayBuffer> | string | undefined, options: SendOptions): Promise<ApiAnswer> {
    const headers = {
      ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
      ...options.headers,
    };
    const response = await fetch(`${this.#url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    return new ApiAnswer(response.status, response.headers, new Uint8Array(await response.arrayBuffer()));
  }
}

export class SignedInClient extends ApiClient {
  readonly userId: number;
  readonly #newToken: () => Promise<string>;

  constructor(url: string, userId: number, newToken: () => Promise<string>) {
    super(url, undefined);
    this.userId = userId;
    this.#newToken = newToken;
  }

  get bearer(): string {
    if (this.token === undefined) throw new Error('Nobody has signed in yet.');
    return this.token;
  }

  /** With password and a fresh code: every morning, since a sign-in lasts a working day. */
  async signIn(): Promise<void> {
    this.token = await this.#newToken();
  }
}
