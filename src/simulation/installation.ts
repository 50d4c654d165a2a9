import { openDatabase } from '../database/open.ts';
import type { Database } from '../database/work.ts';
import type { VenueCode } from '../exchange/port.ts';
import { REFERENCE_VENUE_CODES } from '../exchange/reference/reference-market.ts';
import type { DrivenClock } from '../kernel/clock.ts';
import type { Config } from '../kernel/config.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { PaperExchangeSettingsGiven } from '../paper-exchange/options.ts';
import { QUOTE_VENUES } from '../paper-exchange/quote-faces/quote-venue.ts';
import { type PaperExchange, startPaperExchange } from '../paper-exchange/server.ts';
import { DatabaseTap } from './database-tap.ts';
import { type DemoStore, freshDemoStore } from './demo-store.ts';
import { forgetDemoUsers } from './demo-users.ts';
import type { KillPlan } from './kill-plan.ts';
import type { ServiceAddress } from './office.ts';
import { ServiceProcess } from './service-process.ts';

export interface InstallationOptions {
  readonly config: Config;
  readonly clock: DrivenClock;
  readonly log: Log;
  readonly market: PaperExchangeSettingsGiven['market'];
  readonly seed: string;
  /** At least one. */
  readonly venues: readonly VenueCode[];
  readonly kills: KillPlan | undefined;
}

/** A paper exchange that plays one venue. */
export interface PlayedVenue {
  readonly code: VenueCode;
  readonly exchange: PaperExchange;
}

const POSTGRES_PORT = 5432;
/** At accelerated time a real second holds many of the exchange's: its limits are those of the accelerated second. */
const ACCELERATED_LIMITS = { ordersPerSecond: 500, defaultPerSecond: 2_000, quotationPerSecond: 2_000 };

/**
 * The stage: a fresh demo database, the paper exchanges on one clock and one market, and the real service as a process of its own,
 * with the conductor's taps on all wires. The conductor itself is never killed.
 */
export class DemoInstallation implements ServiceAddress {
  readonly venues: readonly PlayedVenue[];
  readonly #store: DemoStore;
  readonly #process: ServiceProcess;
  readonly #options: InstallationOptions;
  /** Last opened first. */
  readonly #opened: readonly { close(): Promise<void> }[];

  private constructor(parts: {
    venues: readonly PlayedVenue[];
    store: DemoStore;
    service: ServiceProcess;
    options: InstallationOptions;
    opened: readonly { close(): Promise<void> }[];
  }) {
    this.venues = parts.venues;
    this.#store = parts.store;
    this.#process = parts.service;
    this.#options = parts.options;
    this.#opened = parts.opened;
  }

  /** What was opened is closed again when something after it does not open. */
  static async open(options: InstallationOptions): Promise<DemoInstallation> {
    const store = await freshDemoStore(options.config, options.log);
    await forgetDemoUsers(options.config.dataFolder);
    const opened: { close(): Promise<void> }[] = [store];
    try {
      const killing: { service?: ServiceProcess } = {};
      const kill = () => killing.service?.kill();
      const tap = options.kills === undefined ? undefined : await tapOn(store, options.kills, kill);
      if (tap !== undefined) opened.unshift(tap);
      const venues: PlayedVenue[] = [];
      for (const code of options.venues) {
        const exchange = await openExchange(code, options, kill);
        opened.unshift({ close: () => exchange.stop() });
        venues.push({ code, exchange });
      }
      const service = new ServiceProcess({
        args: () => ['--demo', '--clock', options.clock.now().toISOString()],
        environment: {
          DATABASE_URL: tap?.through(store.applicationUrl) ?? store.applicationUrl,
          DATABASE_OWNER_URL: store.ownerUrl ?? '',
          CHEONGSAN_DATA: options.config.dataFolder,
          HOST: '127.0.0.1',
          PORT: '0',
          LOG_LEVEL: 'warn',
          REDIS_URL: options.config.redisUrl ?? '',
          REFERENCE_VENUES: referencesOf(venues),
        },
      });
      killing.service = service;
      opened.unshift({ close: () => service.stop() });
      await service.restartIfDown();
      return new DemoInstallation({ venues, store, service, options, opened });
    } catch (thrown) {
      for (const each of opened) await each.close();
      throw thrown;
    }
  }

  get firstAdministratorToken(): string {
    const token = this.#process.firstAdministratorLink?.split('#')[1];
    if (token === undefined) throw new CheongsanError('INTERNAL', 'The service did not print the first administrator’s link.');
    return token;
  }

  get clock(): DrivenClock {
    return this.#options.clock;
  }

  /** How often the service was killed. */
  get kills(): number {
    return this.#process.kills;
  }

  killService(): void {
    this.#process.kill();
  }

  async url(): Promise<string> {
    await this.#process.restartIfDown();
    const url = this.#process.url;
    if (url === undefined) throw new CheongsanError('INTERNAL', 'The service did not come back after a kill.');
    return url;
  }

  undisturbed<T>(body: () => Promise<T>): Promise<T> {
    return this.#options.kills === undefined ? body() : this.#options.kills.hold(body);
  }

  /** The database with the auditor's eyes, past any tap. */
  openDatabase(): Promise<Database> {
    const access = { applicationUrl: this.#store.applicationUrl, ownerUrl: undefined, kind: 'demo' } as const;
    return openDatabase(access, this.#options.clock, this.#options.log);
  }

  async close(): Promise<void> {
    for (const each of this.#opened) await each.close();
  }
}

/** On the wire between service and database; only where somebody is to be killed, since all that is said passes through it. */
function tapOn({ applicationUrl }: DemoStore, kills: KillPlan, kill: () => void): Promise<DatabaseTap> {
  const address = new URL(applicationUrl);
  return DatabaseTap.open({
    target: { host: address.hostname, port: Number(address.port || POSTGRES_PORT) },
    onCommit: () => {
      const verdict = kills.atCommit();
      return verdict === 'pass' ? 'pass' : verdict === 'before' ? 'cut_before' : 'cut_after';
    },
    onCut: kill,
  });
}

/** A venue that is played is asked itself; of the others the first paper exchange quotes what it can. */
function referencesOf(venues: readonly PlayedVenue[]): string {
  const places = REFERENCE_VENUE_CODES.flatMap((code) => {
    const played = venues.find((venue) => venue.code === code)?.exchange.url;
    if (played !== undefined) return [`${code}=${played}`];
    const [first] = venues;
    const isQuoted = QUOTE_VENUES.some((quoted) => quoted === code);
    return first !== undefined && isQuoted ? [`${code}=${first.exchange.url}/${code}`] : [];
  });
  return places.join(',');
}

function openExchange(
  venue: VenueCode,
  { clock, log, seed, market, kills }: InstallationOptions,
  kill: () => void,
): Promise<PaperExchange> {
  return startPaperExchange({
    venue,
    clock,
    log,
    seed,
    market,
    limits: ACCELERATED_LIMITS,
    hooks: {
      onRequest: async () => {
        if (kills?.atExchangeRequest() === true) kill();
      },
      onAccepted: async () => {
        if (kills?.atOrderAccepted() === true) kill();
      },
    },
  });
}
