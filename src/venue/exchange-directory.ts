import type { Database } from '../database/work.ts';
import { createBithumbAdapter } from '../exchange/bithumb/adapter.ts';
import { createCoinoneAdapter } from '../exchange/coinone/adapter.ts';
import { createGopaxAdapter } from '../exchange/gopax/adapter.ts';
import { createKorbitAdapter } from '../exchange/korbit/adapter.ts';
import type { ExchangePort, VenueCode } from '../exchange/port.ts';
import { createUpbitAdapter } from '../exchange/upbit/adapter.ts';
import type { ConnectionOptions } from '../exchange/venue-connection.ts';
import type { Log } from '../kernel/log.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { keyContext, readVenueAccount } from './account.ts';
import { checkAccountAddress } from './account-rules.ts';
import { signsSince } from './account-signs.ts';
import { type ProvenKey, proveKey } from './key-proof.ts';
import { venueCode } from './venue-directory.ts';

/** Makes the port of one account. Must open nothing yet: client libraries are heavy and load with the first request. */
export type AdapterMaker = (options: ConnectionOptions) => ExchangePort;

export const ADAPTER_MAKERS: Readonly<Record<VenueCode, AdapterMaker>> = {
  upbit: createUpbitAdapter,
  bithumb: createBithumbAdapter,
  gopax: createGopaxAdapter,
  coinone: createCoinoneAdapter,
  korbit: createKorbitAdapter,
};

/** How long an exchange may take to answer before the outcome counts as unknown. */
const TIMEOUT_MS = 10_000;

export interface ExchangeDirectoryParts {
  readonly database: Database;
  readonly keys: MasterKey;
  readonly makers?: Readonly<Record<VenueCode, AdapterMaker>>;
  readonly log?: Log;
}

/** A key with the way to its exchange. */
export interface KeyCandidate {
  readonly venueCode: string;
  readonly baseUrl: string;
  readonly paper: boolean;
  readonly training: boolean;
  readonly accessKey: string;
  readonly secretKey: string;
}

interface OpenExchange {
  /** The sealed secret it was opened with; sealing is never the same twice. */
  readonly sealedKey: string;
  readonly port: ExchangePort;
}

/** Opens each account's exchange once and keeps it, since an adapter remembers how fast it may ask; a new key opens it anew. */
export class ExchangeDirectory {
  readonly #parts: ExchangeDirectoryParts;
  readonly #open = new Map<number, OpenExchange>();

  constructor(parts: ExchangeDirectoryParts) {
    this.#parts = parts;
  }

  /**
   * The exchange of an account. Errors: `NOT_FOUND`, `KEY_UNAVAILABLE` when the key was sealed under another master key, `LIVE_KEY_IN_DEMO`, `TRAINING_FLAG_MISSING`.
   */
  async exchangeFor(accountId: number): Promise<ExchangePort> {
    const { database, keys } = this.#parts;
    const account = await readVenueAccount(database.read, accountId);
    const sealedKey = Buffer.from(account.secretKeyCipher).toString('base64');
    const known = this.#open.get(accountId);
    if (known?.sealedKey === sealedKey) return known.port;

    const { baseUrl, paper, training } = account;
    const port = await this.#connect({
      venueCode: account.venueCode,
      baseUrl,
      paper,
      training,
      accessKey: keys.openText(account.accessKeyCipher, keyContext(accountId, 'access_key')),
      secretKey: keys.openText(account.secretKeyCipher, keyContext(accountId, 'secret_key')),
    });
    this.#open.set(accountId, { sealedKey, port });
    return port;
  }

  /**
   * Asks the exchange about a key that is about to be kept, and keeps nothing. Errors: those of `proveKey`, `LIVE_KEY_IN_DEMO`,
   * `TRAINING_FLAG_MISSING`,
   * `INPUT_INVALID` for an address that is not the exchange's.
   */
  async proveKey(candidate: KeyCandidate): Promise<ProvenKey> {
    const { database } = this.#parts;
    const port = await this.#connect(candidate);
    const readAt = database.clock.now();
    return proveKey(port, { readAt, since: await signsSince(database.read, candidate.venueCode, readAt) });
  }

  /** What was true at registration is checked again, since the row may come from a restored copy. */
  async #connect({ accessKey, secretKey, ...address }: KeyCandidate): Promise<ExchangePort> {
    const { database, makers = ADAPTER_MAKERS, log } = this.#parts;
    const code = venueCode(address.venueCode);
    const installation = await database.read.installation.findUniqueOrThrow({ where: { id: 1 } });
    checkAccountAddress(installation.kind, { ...address, venueCode: code });
    const makeAdapter = makers[code];
    return makeAdapter({ baseUrl: address.baseUrl, accessKey, secretKey, timeoutMs: TIMEOUT_MS, clock: database.clock, log });
  }
}
