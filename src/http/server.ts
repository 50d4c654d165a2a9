import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { requirePermission } from '../identity/permission.ts';
import type { Principal } from '../identity/principal.ts';
import { authenticate } from '../identity/session.ts';
import { type Canonical, canonicalJson } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { once } from './idempotency.ts';
import { openApiDocument } from './openapi.ts';
import { answerProblem } from './problem.ts';
import type { Download, Route, RouteRequest } from './route.ts';
import type { Services } from './services.ts';
import { startPage, startPageStyle } from './start-page.ts';
import { withUpload } from './upload.ts';

const JSON_LIMIT = '5mb';
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
} as const;

/** The service over HTTP: every route checked by its schemas, every answer or refusal through one funnel. */
export function createApp(services: Services, routes: readonly Route[], version: string, demoNearby: boolean): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use((_request, response, next) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    next();
  });
  const document = openApiDocument(routes, version);
  app.get('/', startPage(services, version, demoNearby));
  app.get('/start.css', startPageStyle);
  app.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app[route.method](
      path,
      ...(route.kind === 'command' || route.kind === 'action' ? [express.json({ limit: JSON_LIMIT })] : []),
      handler(services, route),
    );
  }
  app.use((request, response) => {
    const error = new CheongsanError('NOT_FOUND', `There is no ${request.method} ${request.path}; see /openapi.json.`);
    answerProblem(error, randomUUID(), response, services.log);
  });
  app.use((thrown: unknown, _request: Request, response: Response, _next: unknown) => {
    answerProblem(unreadableBody(thrown), randomUUID(), response, services.log);
  });
  return app;
}

/** What the body parser throws is the client's doing. */
function unreadableBody(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('type' in thrown)) return thrown;
  if (thrown.type === 'entity.too.large') return new CheongsanError('FILE_TOO_LARGE', `A JSON body may have ${JSON_LIMIT}.`);
  return new CheongsanError('INPUT_INVALID', 'The body is not the JSON it claims to be.', { cause: thrown });
}

function handler(services: Services, route: Route): RequestHandler {
  return async (request, response) => {
    const requestId = randomUUID();
    try {
      const principal = await recognise(services, route, request);
      const base = {
        services,
        principal,
        params: request.params,
        query: request.query,
        body: request.body,
        upload: undefined,
        work: undefined,
      };
      await answer(route, base, request, response);
    } catch (thrown) {
      answerProblem(thrown, requestId, response, services.log);
    }
  };
}

async function answer(route: Route, base: RouteRequest, request: Request, response: Response): Promise<void> {
  switch (route.kind) {
    case 'read':
    case 'action':
      response.json(route.answer.parse(await route.run(base)));
      return;
    case 'download':
      sendFile(response, await route.run(base));
      return;
    case 'command':
      response.json(await runCommand(route, base, request));
      return;
    case 'upload': {
      const length = request.get('content-length');
      const result = await withUpload(request, length === undefined ? undefined : Number(length), (upload) =>
        route.run({ ...base, upload }),
      );
      response.json(route.answer.parse(result));
    }
  }
}

/** One unit of work for the effect and the stored answer. Without a key of the client's the request is its own. */
function runCommand(route: Route, base: RouteRequest, request: Request): Promise<Canonical> {
  if (base.principal === undefined) throw new CheongsanError('UNAUTHENTICATED', 'A command needs a sign-in.');
  const { database, keys } = base.services;
  return database.work(
    base.principal.actor,
    async (work) => {
      const run = async (): Promise<Canonical> => toPlain(route.answer.parse(await route.run({ ...base, work })));
      const key = request.get('idempotency-key');
      if (key === undefined) return run();
      const content = {
        operationId: route.operationId,
        params: toPlain(base.params),
        query: toPlain(base.query),
        body: toPlain(base.body ?? null),
      };
      return once(work, keys, { key, ...content }, run);
    },
    route.timeoutMs === undefined ? {} : { timeoutMs: route.timeoutMs },
  );
}

/** The value as JSON has it: dates and amounts as text. */
function toPlain(value: unknown): Canonical {
  const plain: Canonical = JSON.parse(JSON.stringify(value ?? null));
  return JSON.parse(canonicalJson(plain));
}

function sendFile(response: Response, file: unknown): void {
  if (!isDownload(file)) throw new CheongsanError('INTERNAL', 'A download gave no file.');
  response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.fileName)}`);
  response.type(file.mediaType).send(Buffer.from(file.content));
}

function isDownload(value: unknown): value is Download {
  return (
    typeof value === 'object' &&
    value !== null &&
    'content' in value &&
    value.content instanceof Uint8Array &&
    'mediaType' in value &&
    'fileName' in value
  );
}

async function recognise(services: Services, route: Route, request: Request): Promise<Principal | undefined> {
  if (route.permission === 'public') return undefined;
  const [scheme, token] = (request.get('authorization') ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined) {
    throw new CheongsanError('UNAUTHENTICATED', 'Send the sign-in token as "Authorization: Bearer …".');
  }
  const principal = await authenticate(services.database, token);
  if (route.permission !== 'any') requirePermission(principal, route.permission);
  return principal;
}

/** Listens and says where. */
export function listen(app: Express, host: string, port: number): Promise<{ server: Server; url: string }> {
  return new Promise((resolve, reject) => {
    const server = createServer(app);
    server.once('error', (cause: Error & { code?: string }) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? new CheongsanError('CONFIG_INVALID', `Port ${port} of ${host} is taken; set PORT to another one.`, { cause })
          : cause,
      );
    });
    server.listen(port, host, () => {
      const { address, port: actual } = server.address() as AddressInfo;
      resolve({ server, url: `http://${address.includes(':') ? `[${address}]` : address}:${actual}` });
    });
  });
}
