import { z } from 'zod';
import { elapsedMs } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';

/** Where to ask. `name` stands for the address in logs and messages, since the address may hold a key. */
export interface JsonRpcOptions {
  readonly name: string;
  readonly url: string;
  /** Sent as bearer token where one is needed. */
  readonly token?: string | undefined;
  readonly timeoutMs: number;
  readonly log?: Log | undefined;
}

/** What is known after one request. */
export type JsonRpcOutcome =
  | { readonly kind: 'answered'; readonly result: unknown }
  /** The other side named an error. `message` is shortened and holds no long hexadecimal. */
  | { readonly kind: 'rejected'; readonly code: number; readonly message: string; readonly isRevert: boolean }
  /** Perhaps it was received, perhaps not: time-out, reset, an answer that is none. */
  | { readonly kind: 'lost'; readonly reason: string };

const answer = z.union([
  z.object({ id: z.unknown(), error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }) }),
  z.object({ id: z.unknown(), result: z.unknown() }),
]);

const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
const MESSAGE_LENGTH_MAX = 200;
const REVERTED = 3;
/** Keys and signed bytes are long hexadecimal; nothing that an engineer needs to read is. */
const LONG_HEXADECIMAL = /(?:0x)?[0-9a-f]{41,}/gi;

/** One JSON-RPC 2.0 address, asked once a call: no retry, no redirect, no batch. Never throws for what the other side does. */
export class JsonRpc {
  readonly name: string;
  readonly #options: JsonRpcOptions;
  #lastId = 0;

  constructor(options: JsonRpcOptions) {
    this.name = options.name;
    this.#options = options;
  }

  async ask(method: string, params: readonly unknown[]): Promise<JsonRpcOutcome> {
    const startedMs = elapsedMs();
    const outcome = await this.#send(method, params);
    const told = outcome.kind === 'answered' ? {} : { why: outcome.kind === 'lost' ? outcome.reason : outcome.message };
    this.#options.log?.debug(
      { node: this.name, method, kind: outcome.kind, elapsedMs: Math.round(elapsedMs() - startedMs), ...told },
      'node asked',
    );
    return outcome;
  }

  async #send(method: string, params: readonly unknown[]): Promise<JsonRpcOutcome> {
    const { url, token, timeoutMs } = this.#options;
    this.#lastId += 1;
    const id = this.#lastId;
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        headers: { 'Content-Type': 'application/json', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      });
      const text = await readText(response);
      if (text === undefined) return { kind: 'lost', reason: `an answer of more than ${ANSWER_BYTES_MAX} bytes` };
      return this.#judge(response.status, text, id);
    } catch (thrown) {
      return { kind: 'lost', reason: this.#clean(reasonOf(thrown)) };
    }
  }

  #judge(status: number, text: string, id: number): JsonRpcOutcome {
    const parsed = answer.safeParse(parseJson(text));
    if (!parsed.success || parsed.data.id !== id) return { kind: 'lost', reason: `HTTP ${status} without a JSON-RPC answer` };
    if (!('error' in parsed.data)) {
      return status === 200 ? { kind: 'answered', result: parsed.data.result } : { kind: 'lost', reason: `HTTP ${status}` };
    }
    const { code, message } = parsed.data.error;
    return { kind: 'rejected', code, message: this.#clean(message), isRevert: code === REVERTED || /\brevert/i.test(message) };
  }

  /** A text from outside as it may be shown: neither our token nor anything like a key, and short. */
  #clean(text: string): string {
    const { token, url } = this.#options;
    let cleaned = text.replaceAll(url, '[node]');
    if (token !== undefined && token !== '') cleaned = cleaned.replaceAll(token, '[token]');
    return cleaned.replace(LONG_HEXADECIMAL, '[hexadecimal]').slice(0, MESSAGE_LENGTH_MAX);
  }
}

async function readText(response: Response): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    // Leaving the loop cancels the rest of the answer.
    if (size > ANSWER_BYTES_MAX) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'no answer';
  const { cause } = thrown;
  const because = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return thrown.name === 'TimeoutError' ? 'no answer in time' : `${thrown.message}${because}`;
}
