import { join } from 'node:path';
import type { Database } from '../src/database/work.ts';
import type { ExchangePort } from '../src/exchange/port.ts';
import { createUser } from '../src/identity/user.ts';
import { dayToColumn, seoulDay } from '../src/kernel/civil-date.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { createLog, type Log } from '../src/kernel/log.ts';
import { MasterKey } from '../src/kernel/master-key.ts';
import type { Desk } from '../src/liquidation/desk.ts';
import type { GeneratedCoin } from '../src/paper-exchange/market/generator.ts';
import { type PaperExchange, type PaperExchangeOptions, startPaperExchange } from '../src/paper-exchange/server.ts';
import { seedPolicy } from '../src/policy/book.ts';
import { registerVenueAccount } from '../src/venue/account.ts';
import { NEEDED_PERMISSIONS } from '../src/venue/account-rules.ts';
import { ExchangeDirectory } from '../src/venue/exchange-directory.ts';
import { benchActor } from './ledger-workload.ts';
import { withFolder, withSandbox } from './sandbox.ts';
import { writeTape } from './selling-market.ts';

const OWNER = 'bench-city';
const [ACCESS_KEY, SECRET_KEY] = ['access-key-of-the-bench', 'secret-key-of-the-bench'];
const KEY_BYTES = 32;

/** A city with an account at a paper exchange, spoken to over HTTP by the adapter that speaks to the real one. */
export interface SellingCity {
  readonly database: Database;
  readonly exchange: PaperExchange;
  readonly port: ExchangePort;
  readonly desk: Desk;
  readonly accountId: number;
  readonly officerId: number;
  readonly ownerUrl: string;
  /** How often the exchange has refused a request because there were too many, an order or any other. */
  refusedForRate(): number;
  /** Units of a coin arrive at the account, as the exchange sees it. */
  fund(asset: string, quantity: string): Promise<void>;
}

export interface CityOptions {
  readonly coins: readonly GeneratedCoin[];
  readonly limits: NonNullable<PaperExchangeOptions['limits']>;
  /** Values of the city's own in place of the defaults, by key. */
  readonly policy: Readonly<Record<string, string | number | boolean | { readonly [key: string]: string | number | boolean }>>;
}

export function withSellingCity<T>(options: CityOptions, body: (city: SellingCity) => Promise<T>): Promise<T> {
  return withFolder((folder) =>
    withSandbox(async ({ database, ownerUrl }) => {
      await writeTape(join(folder, 'tape'), options.coins);
      const market = { kind: 'replay', folder: join(folder, 'tape'), generateMissing: false } as const;
      const exchange = await startPaperExchange({ clock: systemClock, market, limits: options.limits });
      try {
        await setPolicy(database, options.policy);
        return await body({ ...(await openAccount(database, exchange)), ownerUrl });
      } finally {
        await exchange.stop();
      }
    }),
  );
}

async function setPolicy(database: Database, values: CityOptions['policy']): Promise<void> {
  await database.work(benchActor, seedPolicy);
  await database.work(benchActor, (work) =>
    work.tx.policyValue.createMany({
      data: Object.entries(values).map(([key, value]) => ({
        key,
        value,
        validFrom: dayToColumn(seoulDay(work.at)),
        source: 'bench',
        createdAt: work.at,
      })),
    }),
  );
}

async function openAccount(database: Database, exchange: PaperExchange): Promise<Omit<SellingCity, 'ownerUrl'>> {
  const keys = new MasterKey(Buffer.alloc(KEY_BYTES, 1));
  await exchange.operator.openCorporateAccount({ accountId: OWNER, accessKey: ACCESS_KEY, secretKey: SECRET_KEY });
  const officer = { loginName: 'officer', displayName: '표본 담당', division: '징수과', roles: ['collection_officer'] } as const;
  const { id: officerId } = await database.work(benchActor, (work) => createUser(work, officer));
  const accountId = await database.work(benchActor, (work) =>
    registerVenueAccount(work, keys, {
      venueCode: 'upbit',
      label: '표본시',
      owner: '표본시',
      purpose: '압류한 가상자산의 수령과 매각',
      baseUrl: exchange.url,
      accessKey: ACCESS_KEY,
      secretKey: SECRET_KEY,
      permissions: [...NEEDED_PERMISSIONS],
      paper: true,
      training: true,
    }),
  );
  const refusals = new RateRefusals();
  const port = await new ExchangeDirectory({ database, keys, log: refusals.log }).exchangeFor(accountId);
  const desk: Desk = { database, port, accountId, log: createLog({ level: 'error' }) };
  const fund = async (asset: string, quantity: string) => {
    await exchange.operator.depositFromChain({ accountId: OWNER, asset, quantity, confirmationSeconds: 0 });
  };
  return { database, exchange, port, desk, accountId, officerId, fund, refusedForRate: () => refusals.count };
}

/** Counts what the adapter says of answers with status 429 (too many requests) or 418 (blocked for it). */
class RateRefusals {
  count = 0;
  readonly log: Log = createLog({
    level: 'warn',
    destination: {
      write: (line: string) => {
        if (/"status":4(29|18)\b/.test(line)) this.count += 1;
      },
    },
  });
}
