import type { Database } from '../database/work.ts';
import type { ExchangePort, VenueCode } from '../exchange/port.ts';
import { createUpbitAdapter } from '../exchange/upbit/adapter.ts';
import type { ConnectionOptions } from '../exchange/venue-connection.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { keyContext, readVenueAccount } from './account.ts';
import { checkAccountAddress } from './account-rules.ts';
import { venueCode } from './venue-directory.ts';

/** Makes the port of one account. Must open nothing yet: client libraries are heavy and load with the first request. */
export type AdapterMaker = (options: ConnectionOptions) => ExchangePort;

const ADAPTER_MAKERS: Readonly<Partial<Record<VenueCode, AdapterMaker>>> = { upbit: createUpbitAdapter };

/** How long an exchange may take to answer before the outcome counts as unknown. */
const TIMEOUT_MS = 10_000;

export interface ExchangeDirectoryParts {
  readonly database: Database;
  readonly keys: MasterKey;
  readonly makers?: Readonly<Partial<Record<VenueCode, AdapterMaker>>>;
  readonly log?: Log;
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
   * The exchange of an account. What was true at registration is checked again, since the row may come from a restored copy.
   * Errors: `NOT_FOUND`, `KEY_UNAVAILABLE` when the key was sealed under another master key, `LIVE_KEY_IN_DEMO`, `DEMO_ONLY`.
   */
  async exchangeFor(accountId: number): Promise<ExchangePort> {
    const { database, keys, makers = ADAPTER_MAKERS, log } = this.#parts;
    const account = await readVenueAccount(database.read, accountId);
    const sealedKey = Buffer.from(account.secretKeyCipher).toString('base64');
    const known = this.#open.get(accountId);
    if (known?.sealedKey === sealedKey) return known.port;

    const code = venueCode(account.venueCode);
    const installation = await database.read.installation.findUniqueOrThrow({ where: { id: 1 } });
    const { baseUrl, paper, training } = account;
    checkAccountAddress(installation.kind, { venueCode: code, baseUrl, paper, training });
    const makeAdapter = makers[code];
    if (makeAdapter === undefined) throw new CheongsanError('INPUT_INVALID', `Accounts of ${code} cannot be worked with yet.`);
    const port = makeAdapter({
      baseUrl,
      accessKey: keys.openText(account.accessKeyCipher, keyContext(accountId, 'access_key')),
      secretKey: keys.openText(account.secretKeyCipher, keyContext(accountId, 'secret_key')),
      timeoutMs: TIMEOUT_MS,
      clock: database.clock,
      log,
    });
    this.#open.set(accountId, { sealedKey, port });
    return port;
  }
}
