import type { bithumb, coinone, Exchange, upbit } from 'ccxt';
import { CheongsanError } from '../kernel/errors.ts';
import { parseExactJson } from './exact-json.ts';

/** The classes of ccxt that are used. */
interface Classes {
  readonly upbit: typeof upbit;
  readonly bithumb: typeof bithumb;
  readonly coinone: typeof coinone;
}
export type CcxtName = keyof Classes;

export type AnswerHeaders = Readonly<Record<string, string>>;

/** A complete HTTP answer that is not a success. Thrown out of ccxt so that we judge it, not its error classes. */
export class NotSuccessful extends Error {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** The exact JSON of the body, undefined when it is none. */
  readonly body: unknown;

  constructor(status: number, headers: AnswerHeaders, body: unknown) {
    super(`HTTP ${status}`);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** ccxt hands out the parsed body alone; the headers that came with that very body are kept beside it. */
const headersOfBody = new WeakMap<object, AnswerHeaders>();

export function headersOf(body: unknown): AnswerHeaders {
  return (typeof body === 'object' && body !== null ? headersOfBody.get(body) : undefined) ?? {};
}

/**
 * Gives an instance of a ccxt class four hooks of its own and leaves everything else (endpoints, signatures, connections) as published:
 * - `parseJson`: the published one goes through floating point; here every number stays the text of the wire;
 * - `handleErrors`: the published ones turn a JSON 429 or 503 into the class of a refusal; here status, headers and body come out;
 * - `undiciRequest`: the published time limit ends with the response headers, so a stalled body would hang; here it covers the body;
 * - `loadProxyModules`: it looks for optional packages on the first request; here nothing but the given address is ever contacted.
 */
export function makeExact<Client extends Exchange>(client: Client): Client {
  const published = client.undiciRequest.bind(client);
  const hooks: Pick<Exchange, 'parseJson' | 'handleErrors' | 'undiciRequest' | 'loadProxyModules'> = {
    parseJson: (text: string): unknown => {
      try {
        return parseExactJson(text);
      } catch (error) {
        if (error instanceof SyntaxError) return undefined;
        throw error;
      }
    },
    handleErrors: (...answer): undefined => {
      const [status, , , , headers, , body] = answer;
      if (status < 200 || status > 299) throw new NotSuccessful(status, headers, body);
      if (typeof body === 'object' && body !== null) headersOfBody.set(body, headers);
    },
    undiciRequest: (url: string, request: { signal: AbortSignal }) => {
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(client.timeout)]);
      return published(url, { ...request, signal });
    },
    loadProxyModules: async () => {},
  };
  return Object.assign(client, hooks);
}

/**
 * Loads one exchange's file instead of ccxt's index of more than a hundred: 0.12 s and 29 MB instead of 0.45 s and 81 MB. The package
 * exports its index only, so the file is found beside it.
 */
export async function loadCcxtClass<Name extends CcxtName>(name: Name): Promise<Classes[Name]> {
  const file = new URL(`src/${name}.js`, import.meta.resolve('ccxt'));
  const module: unknown = await import(file.href);
  if (!holdsClass(module, name)) throw new CheongsanError('INTERNAL', `ccxt has no class at ${file.pathname}; install the pinned version.`);
  return module.default;
}

function holdsClass<Name extends CcxtName>(module: unknown, _name: Name): module is { default: Classes[Name] } {
  return typeof module === 'object' && module !== null && 'default' in module && typeof module.default === 'function';
}
