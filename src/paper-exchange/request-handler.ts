import type { IncomingMessage, ServerResponse } from 'node:http';
import { pause } from '../kernel/clock.ts';
import { CheongsanError, named } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { ExchangeCore } from './core/exchange-core.ts';
import type { Fault, FaultKind, Faults } from './faults.ts';
import type { Desk } from './operator/desk-parts.ts';
import { answerOperator } from './operator/operator-http.ts';
import { answerQuotation } from './quote-faces/quote-face.ts';
import type { QuoteVenues } from './quote-faces/quote-venue.ts';
import type { FaceRequest, FaceResponse, VenueFace } from './venue-face.ts';

const BODY_BYTES_MAX = 65_536;
const OPERATOR_BODY_BYTES_MAX = 8 * 1_048_576;
const JSON_CONTENT = { 'Content-Type': 'application/json;charset=UTF-8' };

/** A request to the venue's interface before it is handled. */
export interface RequestSeen {
  /** Counts all requests to the venue's interface since the start, beginning with 1. */
  readonly sequence: number;
  readonly method: string;
  readonly path: string;
  readonly placesOrder: boolean;
}

/** An order that was accepted and carried out, while its answer has not been sent yet. */
export interface OrderAccepted {
  readonly sequence: number;
  readonly orderId: string;
  readonly identifier: string | undefined;
  readonly accountId: string;
}

/** Waited for at their moments, so that a conductor can count requests and kill a client between its order and the answer. */
export interface PaperExchangeHooks {
  readonly onRequest?: (seen: RequestSeen) => Promise<void> | void;
  readonly onAccepted?: (accepted: OrderAccepted) => Promise<void> | void;
}

/** The running exchange behind the HTTP server. */
export interface ExchangeParts {
  readonly core: ExchangeCore;
  readonly face: VenueFace;
  readonly faults: Faults;
  readonly desk: Desk;
  readonly quoteVenues: QuoteVenues;
  /** How far the dates of answers run ahead of the exchange's clock. */
  readonly dates: { aheadMs: number };
  readonly statistics: { requests: number; ordersAccepted: number };
}

/** Brings HTTP requests to the face or the operator, through hooks and faults. */
export class RequestHandler {
  readonly #parts: ExchangeParts;
  readonly #operatorToken: string | undefined;
  readonly #hooks: PaperExchangeHooks;
  readonly #log: Log | undefined;

  constructor(parts: ExchangeParts, operatorToken: string | undefined, hooks: PaperExchangeHooks, log: Log | undefined) {
    this.#parts = parts;
    this.#operatorToken = operatorToken;
    this.#hooks = hooks;
    this.#log = log;
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    this.#route(request, response).catch((thrown: unknown) => {
      const error = named(thrown);
      this.#log?.error({ err: error, code: error.code }, 'paper exchange failed to answer');
      if (!response.headersSent) response.writeHead(error.status, JSON_CONTENT);
      response.end(JSON.stringify({ error: { name: 'internal_server_error', message: error.code } }));
    });
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/', rawQuery = ''] = splitOnce(request.url ?? '/', '?');
    const operation = /^\/operator\/([A-Za-z]+)$/.exec(path)?.[1];
    if (operation !== undefined && this.#operatorToken !== undefined && request.method === 'POST') {
      const body = await readBody(request, OPERATOR_BODY_BYTES_MAX);
      const answer = answerOperator(this.#parts.desk, this.#operatorToken, operation, request.headers.authorization, body);
      this.#send(response, answer.status, JSON_CONTENT, answer.body);
      return;
    }
    const method = request.method ?? 'GET';
    const quotation = answerQuotation(this.#parts.quoteVenues, { method, path, rawQuery }, this.#parts.core.nowMs);
    if (quotation !== undefined) {
      this.#send(response, quotation.status, JSON_CONTENT, quotation.body);
      return;
    }
    const body = await readBody(request, BODY_BYTES_MAX);
    const remoteAddress = request.socket.remoteAddress ?? '';
    await this.#exchange({ method, path, rawQuery, headers: request.headers, body, remoteAddress }, response);
  }

  async #exchange(request: FaceRequest, response: ServerResponse): Promise<void> {
    const { face, faults, statistics } = this.#parts;
    statistics.requests += 1;
    const sequence = statistics.requests;
    const placesOrder = face.placesOrder(request.method, request.path);
    await this.#hooks.onRequest?.({ sequence, method: request.method, path: request.path, placesOrder });
    const fault = faults.strike(placesOrder);
    if (fault?.kind === 'lost_before_acceptance') return loseConnection(response, fault);
    const answer = answerInstead(face, request, fault?.kind, PREVENTING) ?? face.handle(request);
    if (answer.placed !== undefined) {
      statistics.ordersAccepted += 1;
      await this.#hooks.onAccepted?.({ sequence, ...answer.placed });
    }
    if (fault?.kind === 'lost_after_acceptance') return loseConnection(response, fault);
    const { status, headers, body } = answerInstead(face, request, fault?.kind, REPLACING) ?? answer;
    this.#send(response, status, headers, body);
  }

  #send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
    const bytes = Buffer.from(body);
    const { core, dates } = this.#parts;
    const date = new Date(core.nowMs + dates.aheadMs).toUTCString();
    response.writeHead(status, { ...headers, Date: date, 'Content-Length': bytes.length });
    response.end(bytes);
  }
}

type FaultAnswers = Readonly<Partial<Record<FaultKind, (face: VenueFace, request: FaceRequest) => FaceResponse>>>;

/** Answers of faults that keep a request from being carried out. */
const PREVENTING: FaultAnswers = {
  server_error: (face, request) => face.refuse(request, 'internal'),
  too_many_requests: (face, request) => face.refuse(request, 'too_many_requests'),
  gateway_error: () => ({
    status: 502,
    headers: { 'Content-Type': 'text/html' },
    body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
    placed: undefined,
  }),
};

/** Answers of faults that strike after a request was carried out. */
const REPLACING: FaultAnswers = {
  server_error_after_acceptance: (face, request) => face.refuse(request, 'internal'),
  empty_answer: () => ({ status: 200, headers: {}, body: '', placed: undefined }),
};

function answerInstead(
  face: VenueFace,
  request: FaceRequest,
  kind: FaultKind | undefined,
  answers: FaultAnswers,
): FaceResponse | undefined {
  return kind === undefined ? undefined : answers[kind]?.(face, request);
}

async function loseConnection(response: ServerResponse, fault: Fault): Promise<void> {
  if (fault.silenceMs > 0) await pause(fault.silenceMs);
  response.destroy();
}

async function readBody(request: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > bytesMax) throw new CheongsanError('FILE_TOO_LARGE', `A request body may have ${bytesMax} bytes.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
