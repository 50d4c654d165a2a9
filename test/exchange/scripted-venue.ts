import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { createUpbitAdapter } from '../../src/exchange/upbit/adapter.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';

/** The outside world: an HTTP server that answers what a test tells it, byte for byte, or misbehaves as told. */
export type Reply =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'hang'
  | 'reset'
  | 'reset_mid_body'
  | 'stall_mid_body';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly atMs: number;
  readonly socketPort: number | undefined;
}

export interface ScriptedVenue {
  readonly baseUrl: string;
  readonly seen: readonly SeenRequest[];
  /** Answers in order; the last one stays for all further requests. */
  script(...replies: readonly (Reply | ((request: SeenRequest) => Reply))[]): void;
  close(): Promise<void>;
}

export async function startScriptedVenue(): Promise<ScriptedVenue> {
  const seen: SeenRequest[] = [];
  let replies: readonly (Reply | ((request: SeenRequest) => Reply))[] = [];
  let next = 0;
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const url = new URL(incoming.url ?? '/', 'http://venue');
    const request: SeenRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      rawQuery: (incoming.url ?? '').split('?')[1] ?? '',
      headers: incoming.headers,
      rawHeaders: incoming.rawHeaders,
      body: Buffer.concat(chunks).toString('utf8'),
      atMs: performance.now(),
      socketPort: incoming.socket.remotePort,
    };
    seen.push(request);
    const reply = replies[Math.min(next++, replies.length - 1)];
    if (reply === undefined) throw new Error(`No reply was scripted for ${request.method} ${request.path}.`);
    send(response, typeof reply === 'function' ? reply(request) : reply);
  });
  await listening(server);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    baseUrl: `http://127.0.0.1:${address.port}`,
    seen,
    script(...given) {
      replies = given;
      next = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return;
  if (reply === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (reply === 'reset_mid_body' || reply === 'stall_mid_body') {
    response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': '500' });
    response.write('{"uuid":"cdd92199-2897-4e14', () => {
      if (reply === 'reset_mid_body') response.socket?.resetAndDestroy();
    });
    return;
  }
  response.writeHead(reply.status ?? 200, { 'Content-Type': 'application/json;charset=UTF-8', ...reply.headers });
  response.end(reply.body ?? '');
}

export const SECRET_KEY = 'sample-secret-key-of-forty-characters-001';
export const ACCESS_KEY = 'sample-access-key-of-forty-characters-001';

export function adapterFor(venue: ScriptedVenue, options: { timeoutMs?: number; clock?: DrivenClock } = {}): ExchangePort {
  return createUpbitAdapter({
    baseUrl: venue.baseUrl,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    timeoutMs: options.timeoutMs ?? 5_000,
    clock: options.clock ?? new DrivenClock(new Date('2026-11-20T03:00:00Z')),
  });
}

/** Plenty left, so that a test that is not about pacing is not slowed by it. */
export const PLENTY = { 'Remaining-Req': 'group=default; min=1800; sec=29' };

export function json(value: unknown, status = 200): Reply {
  return { status, headers: PLENTY, body: typeof value === 'string' ? value : JSON.stringify(value) };
}

export function refusal(status: number, name: string | number, message = ''): Reply {
  return json({ error: { message, name } }, status);
}
