import type { Database } from '../../database/work.ts';
import type { ExchangePort, VenueCode } from '../../exchange/port.ts';
import { DrivenClock } from '../../kernel/clock.ts';
import type { MasterKey } from '../../kernel/master-key.ts';
import type { PaperExchangeHooks } from '../../paper-exchange/request-handler.ts';
import { type PaperExchange, startPaperExchange } from '../../paper-exchange/server.ts';
import { registerVenueAccount } from '../../venue/account.ts';
import { NEEDED_PERMISSIONS } from '../../venue/account-rules.ts';
import { ExchangeDirectory } from '../../venue/exchange-directory.ts';
import type { Officials } from './officials.ts';

/** A real second holds many of the exchange's: what is limited by real time must not stand in the way. */
const UNLIMITED = { ordersPerSecond: 100_000, defaultPerSecond: 100_000, quotationPerSecond: 100_000, refusalsUntilBlock: 1_000_000 };
/** Of the form that the strictest venue hands out: GOPAX gives secrets in base64. */
const SECRET_KEY = Buffer.from('secret-key-of-the-sample-city-0123456789').toString('base64');
/** Half of what was taken from a level of the book is back after so long. */
const TAKEN_HALF_LIFE_SECONDS = 60;

/** One venue of the soak: its paper exchange with a clock of its own, and the city's account there. */
export interface Stall {
  readonly venue: VenueCode;
  readonly clock: DrivenClock;
  /** The one database, by this venue's clock. */
  readonly database: Database;
  readonly exchange: PaperExchange;
  /** The account, by the exchange's name of it and by our row. */
  readonly owner: string;
  readonly accountId: number;
  /** The conductor's own line to the exchange, for what officials read there. */
  readonly port: ExchangePort;
}

export interface StallOptions {
  readonly venue: VenueCode;
  readonly start: Date;
  readonly seed: string;
  readonly hooks: PaperExchangeHooks;
  readonly officials: Officials;
  readonly keys: MasterKey;
  /** The database by a given clock. */
  readonly databaseBy: (clock: DrivenClock) => Database;
}

/** The caller stops the exchange. */
export async function openStall({ venue, start, seed, hooks, officials, keys, databaseBy }: StallOptions): Promise<Stall> {
  const clock = new DrivenClock(start);
  const database = databaseBy(clock);
  const exchange = await startPaperExchange({
    venue,
    clock,
    seed: `${seed}/${venue}`,
    limits: UNLIMITED,
    hooks,
    takenHalfLifeSeconds: TAKEN_HALF_LIFE_SECONDS,
  });
  const owner = `city-at-${venue}`;
  const accessKey = `access-key-of-the-city-at-${venue}`;
  await exchange.operator.openCorporateAccount({ accountId: owner, accessKey, secretKey: SECRET_KEY });
  const accountId = await officials.byRecord(database, (work) =>
    registerVenueAccount(work, keys, {
      venueCode: venue,
      label: `표본시 ${venue}`,
      owner: '표본시',
      purpose: '압류한 가상자산의 수령과 매각',
      baseUrl: exchange.url,
      accessKey,
      secretKey: SECRET_KEY,
      permissions: [...NEEDED_PERMISSIONS],
      paper: true,
      training: true,
    }),
  );
  const port = await new ExchangeDirectory({ database, keys }).exchangeFor(accountId);
  return { venue, clock, database, exchange, owner, accountId, port };
}
