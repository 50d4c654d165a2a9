import { createServer, type Server } from 'node:http';
import type { Clock } from '../kernel/clock.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { ApiKeys } from './core/api-keys.ts';
import { ExchangeCore } from './core/exchange-core.ts';
import type { MarketEvent } from './core/market-events.ts';
import { type StateEntry, StateFile } from './core/state-file.ts';
import { Faults } from './faults.ts';
import { LatencySource } from './latency.ts';
import type { MarketSource } from './market/candles.ts';
import { CombinedMarket } from './market/combined.ts';
import { GeneratedMarket } from './market/generator.ts';
import { Market } from './market/market.ts';
import { ReplayedMarket } from './market/replay.ts';
import { createDesk } from './operator/desk.ts';
import { LocalOperator } from './operator/local-operator.ts';
import type { Operator } from './operator/operator.ts';
import { type PaperExchangeSettings, type PaperExchangeSettingsGiven, paperExchangeOptions } from './options.ts';
import { quoteVenues } from './quote-faces/quote-venue.ts';
import { type ExchangeParts, type PaperExchangeHooks, RequestHandler } from './request-handler.ts';
import { trainingPage } from './training-page.ts';
import { VENUES } from './venues.ts';

export type PaperExchangeOptions = PaperExchangeSettingsGiven & {
  /** The exchange's time of day: bars, orders, transfers. Rate limits run on real time. */
  readonly clock: Clock;
  readonly hooks?: PaperExchangeHooks;
  readonly log?: Log;
};

export interface PaperExchange {
  /** Without a trailing slash. The venue's own paths, and quotations of two other venues under `/bithumb` and `/coinone`. */
  readonly url: string;
  readonly operator: Operator;
  stop(): Promise<void>;
}

/**
 * Starts an exchange that speaks one venue's REST interface over a replayed or generated market. Errors: `INPUT_INVALID` for
 * options, `NOT_FOUND`, `FILE_TORN` or `FILE_FORMAT` for market and state files, `CONFIG_INVALID` for a port in use.
 */
export async function startPaperExchange(options: PaperExchangeOptions): Promise<PaperExchange> {
  const { clock, hooks = {}, log, ...given } = options;
  const parsed = paperExchangeOptions.safeParse(given);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new CheongsanError('INPUT_INVALID', `The paper exchange cannot be set up this way. ${reasons}.`);
  }
  const parts = assemble(parsed.data, clock);
  const handler = new RequestHandler(parts, parsed.data.operatorToken, hooks, log);
  const server = createServer((request, response) => {
    handler.serve(request, response);
  });
  const url = await listen(server, parsed.data.host, parsed.data.port);
  log?.info({ url, market: parsed.data.market.kind, seed: parsed.data.seed }, 'paper exchange started');
  return {
    url,
    operator: new LocalOperator(parts.desk),
    stop: async () => {
      handler.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      parts.core.close();
    },
  };
}

function assemble(settings: PaperExchangeSettings, clock: Clock): ExchangeParts {
  const opened = settings.stateFile === undefined ? undefined : StateFile.open(settings.stateFile);
  const file = opened?.file;
  const entries: readonly StateEntry[] = opened?.entries ?? [];
  const known = entries.find((entry) => entry.kind === 'origin');
  const startAtMs = known?.startAtMs ?? clock.now().getTime();
  if (known === undefined) file?.append([{ kind: 'origin', startAtMs }]);
  const source = sourceOf(settings, new Date(startAtMs));
  const { rules, limits, openFace, depositAddress } = VENUES[settings.venue];
  const market = new Market(source, settings.seed, rules);
  const quotes = quoteVenues(source, settings.seed, rules);
  const takenHalfLifeMs = settings.takenHalfLifeSeconds * 1_000;
  const core = new ExchangeCore({ clock, market, rules, stateFile: file, entries, takenHalfLifeMs });
  const keys = new ApiKeys();
  const faults = new Faults();
  const marketEvents = new Map<string, MarketEvent>();
  const statistics = { requests: 0, ordersAccepted: 0 };
  const desk = createDesk({
    core,
    keys,
    faults,
    marketEvents,
    quoteVenues: quotes,
    depositAddress,
    statistics: () => ({ ...statistics }),
    internalTransferMs: settings.internalTransferSeconds * 1_000,
    wonWithdrawalMs: settings.wonWithdrawalSeconds * 1_000,
  });
  const shownClock = { now: () => new Date(core.shownNowMs) };
  const face = openFace({ core, keys, marketEvents, clock: shownClock, limits: { ...limits, ...settings.limits } });
  const latency = new LatencySource(settings.seed, settings.latency);
  return { core, face, faults, latency, desk, quoteVenues: quotes, page: trainingPage(settings.venue, startAtMs), statistics };
}

function sourceOf(settings: PaperExchangeSettings, firstStart: Date): MarketSource {
  const { market, seed } = settings;
  if (market.kind === 'generated') return new GeneratedMarket(seed);
  const replayed = new ReplayedMarket(market.folder, market.startAt === undefined ? firstStart : new Date(market.startAt));
  return market.generateMissing ? new CombinedMarket([replayed, new GeneratedMarket(seed)]) : replayed;
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new CheongsanError('CONFIG_INVALID', `The paper exchange cannot listen on ${host}:${port}; choose another port.`, { cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(`http://${host}:${typeof address === 'object' && address !== null ? address.port : port}`);
    });
  });
}
