import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pause } from '../kernel/clock.ts';
import { CheongsanError, named } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { ExchangeCore } from './core/exchange-core.ts';
import { disturbanceOf, preventingAnswer, replacingAnswer } from './fault-answers.ts';
import type { Fault, Faults } from './faults.ts';
import { HeldAnswers } from './held-answers.ts';
import type { LatencySource } from './latency.ts';
import type { Desk } from './operator/desk-parts.ts';
import { answerOperator } from './operator/operator-http.ts';
import { answerQuotation } from './quote-faces/quote-face.ts';
import type { QuoteVenues } from './quote-faces/quote-venue.ts';
import { PAPER_MARK } from './training-page.ts';
import type { FaceRequest, FaceResponse, VenueFace } from './venue-face.ts';

const BODY_BYTES_MAX = 65_536;
const OPERATOR_BODY_BYTES_MAX = 8 * 1_048_576;
/** How long an answer that nothing told otherwise is held back when no other request comes. */
const HELD_BACK_MS = 1_000;
const JSON_CONTENT = { 'Content-Type': 'application/json;charset=UTF-8' };

/** A request to the venue's interface before it is handled. */
export interface RequestSeen {
  /** Counts all requests to the venue's interface since the start, beginning with 1. */
  readonly sequence: number;
  readonly method: string;
  readonly path: string;
  /** With the body, where a conductor finds the order's own reference, to aim a fault at this very request. */
  readonly rawQuery: string;
  readonly body: string;
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
  readonly latency: LatencySource;
  readonly desk: Desk;
  readonly quoteVenues: QuoteVenues;
  /** What the root path answers, as HTML. */
  readonly page: string;
  readonly statistics: { requests: number; ordersAccepted: number };
}

/** Brings HTTP requests to the face or the operator, through hooks and faults. */
export class RequestHandler {
  readonly #parts: ExchangeParts;
  readonly #operatorToken: string | undefined;
  readonly #hooks: PaperExchangeHooks;
  readonly #log: Log | undefined;
  readonly #held = new HeldAnswers();
  readonly #stopping = new AbortController();

  constructor(parts: ExchangeParts, operatorToken: string | undefined, hooks: PaperExchangeHooks, log: Log | undefined) {
    this.#parts = parts;
    this.#operatorToken = operatorToken;
    this.#hooks = hooks;
    this.#log = log;
    setMaxListeners(0, this.#stopping.signal); // One for each request that is on its way.
  }

  /** Requests that are still on their way are given up. */
  stop(): void {
    this.#stopping.abort();
    this.#held.answered(Number.POSITIVE_INFINITY);
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    this.#route(request, response).catch((thrown: unknown) => {
      const error = named(thrown);
      this.#log?.error({ err: error, code: error.code }, 'paper exchange failed to answer');
      if (!response.headersSent) response.writeHead(error.status, { ...JSON_CONTENT, ...PAPER_MARK });
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
    if (method === 'GET' && path === '/') {
      this.#send(response, 200, { 'Content-Type': 'text/html;charset=UTF-8' }, this.#parts.page);
      return;
    }
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
    const { core, face, faults, latency, statistics } = this.#parts;
    statistics.requests += 1;
    const sequence = statistics.requests;
    const placesOrder = face.placesOrder(request.method, request.path);
    const { method, path, rawQuery, body } = request;
    await this.#hooks.onRequest?.({ sequence, method, path, rawQuery, body, placesOrder });
    const fault = faults.strike({ ...request, placesOrder }, core.nowMs);
    if (fault?.kind === 'lost_before_acceptance') return this.#loseConnection(response, fault);
    const { beforeMs, afterMs } = latency.of(sequence);
    await this.#wait(beforeMs);
    if (this.#stopping.signal.aborted) return void response.destroy();
    const answer = preventingAnswer(face, request, fault) ?? (await this.#carryOut(request, fault, sequence));
    if (fault?.kind === 'lost_after_acceptance') return this.#loseConnection(response, fault);
    await this.#wait(afterMs);
    if (fault?.kind === 'answer_held_back') await this.#held.hold(sequence, fault.silenceMs || HELD_BACK_MS);
    response.once('close', () => this.#held.answered(sequence));
    const sent = replacingAnswer(face, request, fault) ?? answer;
    this.#send(response, sent.status, sent.headers, sent.body);
  }

  /** Lets the face handle the request, and tells of the orders it placed. */
  async #carryOut(request: FaceRequest, fault: Fault | undefined, sequence: number): Promise<FaceResponse> {
    const { core, face } = this.#parts;
    const disturbance = disturbanceOf(fault);
    if (disturbance === undefined) {
      const answer = face.handle(request);
      if (answer.placed !== undefined) await this.#accepted({ sequence, ...answer.placed });
      return answer;
    }
    const { result, accepted, keptOut } = core.disturb(disturbance, () => face.handle(request));
    for (const { orderId, reference, accountId } of accepted) await this.#accepted({ sequence, orderId, identifier: reference, accountId });
    return keptOut ? face.refuse(request, 'internal') : result;
  }

  async #accepted(accepted: OrderAccepted): Promise<void> {
    this.#parts.statistics.ordersAccepted += 1;
    await this.#hooks.onAccepted?.(accepted);
  }

  async #wait(milliseconds: number): Promise<void> {
    if (milliseconds > 0) await pause(milliseconds, this.#stopping.signal);
  }

  async #loseConnection(response: ServerResponse, fault: Fault): Promise<void> {
    await this.#wait(fault.silenceMs);
    response.destroy();
  }

  #send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
    const bytes = Buffer.from(body);
    const date = new Date(this.#parts.core.shownNowMs).toUTCString();
    response.writeHead(status, { ...headers, ...PAPER_MARK, Date: date, 'Content-Length': bytes.length });
    response.end(bytes);
  }
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
