import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { requirePermission } from '../identity/permission.ts';
import type { Principal } from '../identity/principal.ts';
import { authenticate } from '../identity/session.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { firstAdministratorPage } from './first-administrator-page.ts';
import { IDEMPOTENCY_HEADER, idempotencyKey, once, toCanonical } from './idempotency.ts';
import { readJson } from './json-body.ts';
import { openApiDocument } from './openapi.ts';
import { answerProblem } from './problem.ts';
import { assertPlain } from './request-part.ts';
import type { Download, Route, RouteRequest } from './route.ts';
import { refuseSecrets } from './secrets.ts';
import type { Services } from './services.ts';
import { type StartRemarks, startPage, startPageStyle } from './start-page.ts';
import { withUpload } from './upload.ts';

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
} as const;

/** The service over HTTP: every route checked by its schemas, every answer or refusal through one funnel. */
export function createApp(services: Services, routes: readonly Route[], version: string, remarks: StartRemarks): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use((_request, response, next) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    next();
  });
  const document = openApiDocument(routes, version);
  app.get('/', startPage(services, version, remarks));
  app.get('/start.css', startPageStyle);
  app.get('/first-administrator', firstAdministratorPage);
  app.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  for (const route of literalFirst(routes)) app[route.method](route.path.replaceAll(/\{(\w+)\}/g, ':$1'), handler(services, route));
  app.use((request, response) => {
    const error = new CheongsanError('NOT_FOUND', `There is no ${request.method} ${request.path}; see /openapi.json.`);
    answerProblem(error, randomUUID(), response, services.log);
  });
  app.use((thrown: unknown, _request: Request, response: Response, _next: unknown) => {
    // An address that is no text in UTF-8 fails before any route is found.
    const error = thrown instanceof URIError ? new CheongsanError('INPUT_INVALID', 'The address is not well-formed.') : thrown;
    answerProblem(error, randomUUID(), response, services.log);
  });
  return app;
}

/** A path with a word where another has a parameter is tried before it: `/cases/overdue` before `/cases/{caseId}`. */
function literalFirst(routes: readonly Route[]): readonly Route[] {
  const rank = ({ path }: Route) => path.replaceAll(/\{\w+\}/g, '\uffff');
  return routes.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
}

/** Who asks is found out before anything he sends is read. */
function handler(services: Services, route: Route): RequestHandler {
  return async (request, response) => {
    const requestId = randomUUID();
    try {
      const principal = await recognise(services, route, request);
      const body = route.body === undefined ? undefined : await readJson(request, response);
      assertPlain(request.params, 'path');
      assertPlain(request.query, 'query');
      refuseSecrets(request.query);
      const base = {
        services,
        principal,
        params: request.params,
        query: request.query,
        body,
        upload: undefined,
        work: undefined,
        idempotencyKey: idempotencyKey(request.get(IDEMPOTENCY_HEADER)),
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
    case 'bulk':
      response.json(route.answer.parse(await route.run(base)));
      return;
    case 'download':
      sendFile(response, await route.run(base));
      return;
    case 'command':
      response.json(await runCommand(route, base));
      return;
    case 'upload': {
      const result = await withUpload(request, route.mediaTypes, (upload) => route.run({ ...base, upload }));
      response.json(route.answer.parse(result));
    }
  }
}

/** One unit of work for the effect and the stored answer. Without a key of the client's the request is its own. */
function runCommand(route: Route, base: RouteRequest): Promise<Canonical> {
  if (base.principal === undefined) throw new CheongsanError('UNAUTHENTICATED', 'A command needs a sign-in.');
  const { database, keys } = base.services;
  const { idempotencyKey: key } = base;
  return database.work(
    base.principal.actor,
    async (work) => {
      const run = async (): Promise<Canonical> => toCanonical(route.answer.parse(await route.run({ ...base, work })));
      if (key === undefined) return run();
      const content = {
        operationId: route.operationId,
        params: toCanonical(base.params),
        query: toCanonical(base.query),
        body: toCanonical(base.body),
      };
      return once(work, keys, { key, ...content }, run);
    },
    route.timeoutMs === undefined ? {} : { timeoutMs: route.timeoutMs },
  );
}

function sendFile(response: Response, file: unknown): void {
  if (!isDownload(file)) throw new CheongsanError('INTERNAL', 'A download gave no file.');
  response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.fileName)}`);
  response.setHeader('Content-Type', file.mediaType);
  response.end(file.content);
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
    server.on('clientError', answerBrokenRequest);
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
