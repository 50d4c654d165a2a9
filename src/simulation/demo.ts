import { existsSync, readdirSync } from 'node:fs';
import type { VenueCode } from '../exchange/port.ts';
import { civilDate, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { type Clock, DrivenClock, elapsedMs } from '../kernel/clock.ts';
import type { Config } from '../kernel/config.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { Price, Won } from '../kernel/money.ts';
import { ADAPTER_MAKERS } from '../venue/exchange-directory.ts';
import { ClockDriver } from './clock-driver.ts';
import { writeDemoUsers } from './demo-users.ts';
import { DemoInstallation, type PlayedVenue } from './installation.ts';
import { KillPlan } from './kill-plan.ts';
import { Office } from './office.ts';
import { sampleCity } from './sample/city.ts';
import { hireCast } from './story/cast.ts';
import { openCustomers, registerAccount } from './story/exchange.ts';
import { play } from './story/play.ts';
import type { Stage, StageVenue } from './story/stage.ts';
import { type DemoSummary, owedOnEverything, summarise } from './summary.ts';

export interface DemoOptions {
  readonly config: Config;
  readonly log: Log;
  readonly seed: string;
  readonly marketFolder: string | undefined;
  /** Where the sample persons hold their coins and the city sells; at least one. */
  readonly venues: readonly VenueCode[];
  readonly kills: number;
  readonly taxpayers: number;
  onProgress(text: string): void;
}

/** A Monday; the story begins when the office opens. */
const FIRST_DAY = civilDate('2026-01-05');
const INTERRUPTS = ['SIGINT', 'SIGTERM'] as const;
const INTERRUPTED_STATUS = 130;
const OFFICE_OPENS_MS = 10 * 3_600_000;
const PRICE_TIMEOUT_MS = 10_000;
/** Quotations are public. */
const NOBODY = { accessKey: 'nobody', secretKey: '' } as const;
const GENERATED_COINS = ['BTC', 'ETH', 'XRP', 'SOL', 'DOGE', 'ADA', 'LINK'];

/** The whole way of a sample city, from its files to posted proceeds, through the real service. Error: `CONFLICT` when an invariant is broken. */
export async function runDemo(options: DemoOptions): Promise<DemoSummary> {
  const startedMs = elapsedMs();
  const kills = options.kills === 0 ? undefined : new KillPlan(options.seed, options.kills, options.taxpayers);
  const installation = await installDemo(options, kills);
  const interrupt = () => {
    options.onProgress('중단합니다. 서비스와 데이터베이스를 닫습니다.');
    void installation.close().finally(() => process.exit(INTERRUPTED_STATUS));
  };
  for (const signal of INTERRUPTS) process.once(signal, interrupt);
  try {
    const played = await playDemo(installation, options);
    const summary = await concludeDemo(installation, played);
    if (kills !== undefined && installation.kills < kills.total) {
      throw new CheongsanError(
        'INTERNAL',
        `Only ${installation.kills} of ${kills.total} kills fell; the run has ${JSON.stringify(kills.counts)}.`,
      );
    }
    const killed = kills === undefined ? '' : ` (강제 종료 ${installation.kills}회)`;
    options.onProgress(`표본 ${played.stage.city.length}명의 처리를 마쳤습니다${killed}.`);
    return { ...summary, seconds: Math.round((elapsedMs() - startedMs) / 100) / 10 };
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, interrupt);
    await installation.close();
  }
}

/** A fresh installation with a clock that stands at the opening of the first day. Error: `NOT_FOUND` for a folder without candles. */
export async function installDemo(options: Omit<DemoOptions, 'kills'>, kills?: KillPlan): Promise<DemoInstallation> {
  const clock = new DrivenClock(new Date(startOfDay(FIRST_DAY).getTime() + OFFICE_OPENS_MS));
  coinsOf(options.marketFolder);
  const market =
    options.marketFolder === undefined ? ({ kind: 'generated' } as const) : ({ kind: 'replay', folder: options.marketFolder } as const);
  return DemoInstallation.open({ ...options, clock, market, kills });
}

export interface PlayedDemo {
  readonly stage: Stage;
  /** What was owed on all imported bills on the first day. */
  readonly claim: Won;
}

/** Plays every scene. */
export async function playDemo(installation: DemoInstallation, options: Omit<DemoOptions, 'kills'>): Promise<PlayedDemo> {
  const stage = await setStage(installation, options);
  const claim = await play(stage, async () => {
    const database = await installation.openDatabase();
    return owedOnEverything(database, seoulDay(installation.clock.now())).finally(() => database.close());
  });
  return { stage, claim };
}

/** Reads the sums from the books and checks every invariant. */
export async function concludeDemo(installation: DemoInstallation, { stage, claim }: PlayedDemo): Promise<Omit<DemoSummary, 'seconds'>> {
  const database = await installation.openDatabase();
  try {
    const { summary, broken } = await summarise(database, stage.venues);
    for (const { code, statement, offending } of broken) stage.tell(`✗ ${code}: ${statement} ${offending.slice(0, 5).join(', ')}`);
    return { ...summary, claimKrw: claim.toString() };
  } finally {
    await database.close();
  }
}

async function setStage(installation: DemoInstallation, options: Omit<DemoOptions, 'kills'>): Promise<Stage> {
  const { venues: played, clock } = installation;
  const office = new Office(installation, clock);
  const prices = await installation.undisturbed(() => readPrices(played[0], clock, coinsOf(options.marketFolder)));
  const { seed, taxpayers, venues: codes } = options;
  const city = sampleCity({ seed, taxpayers, venues: codes, today: FIRST_DAY, prices });
  const { cast, officerId, users } = await hireCast(office, installation.firstAdministratorToken);
  await writeDemoUsers(options.config.dataFolder, users);
  const venues: StageVenue[] = [];
  for (const venue of played) {
    venues.push(await registerAccount(office, venue, cast.administrator));
    await openCustomers(venue, city);
  }
  const driver = new ClockDriver(clock, office);
  return { office, venues, driver, clock, city, cast, officerId, tell: options.onProgress };
}

/** Only coins that were recorded, where a recording is replayed. */
function coinsOf(folder: string | undefined): string[] {
  if (folder === undefined) return GENERATED_COINS;
  if (!existsSync(folder))
    throw new CheongsanError('NOT_FOUND', `There is no folder ${folder}; name one with upbit_KRW-*_1m.csv.gz files.`);
  const coins = readdirSync(folder).flatMap((name) => /^upbit_KRW-([A-Z0-9]+)_1m\.csv\.gz$/.exec(name)?.[1] ?? []);
  if (coins.length === 0) throw new CheongsanError('NOT_FOUND', `${folder} holds no upbit_KRW-*_1m.csv.gz file.`);
  return coins.sort();
}

/** What the coins were last traded at, at one of the exchanges; nobody signs for that. */
async function readPrices(venue: PlayedVenue | undefined, clock: Clock, coins: readonly string[]): Promise<Map<string, Price>> {
  if (venue === undefined) throw new CheongsanError('INPUT_INVALID', 'The sample city needs an exchange to sell at.');
  const port = ADAPTER_MAKERS[venue.code]({ baseUrl: venue.exchange.url, ...NOBODY, timeoutMs: PRICE_TIMEOUT_MS, clock });
  const markets = new Map((await port.markets()).map(({ asset, symbol }) => [asset, symbol]));
  const prices = new Map<string, Price>();
  for (const coin of coins) {
    const symbol = markets.get(coin);
    const trade = symbol === undefined ? undefined : await port.lastTrade(symbol);
    if (trade === undefined) throw new CheongsanError('EXCHANGE_REFUSED', `The paper exchange of ${venue.code} tells no price of ${coin}.`);
    prices.set(coin, trade.price);
  }
  return prices;
}
