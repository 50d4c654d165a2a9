import type { Market, SellingTerms } from '../exchange/port.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import { staleBookSeconds } from '../policy/definitions/sale.ts';
import type { MarketFacts } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import { readable } from './readable.ts';

/** What is known of a market beside its book. */
interface MarketStanding {
  readonly terms: SellingTerms;
  /** Open orders that nothing of ours stands for: somebody else's hand is in the account, or his bid would meet our sale. */
  readonly strangeOrders: number;
  readonly walletState: MarketFacts['walletState'];
}

interface Remembered<T> {
  readonly readAtMs: number;
  readonly value: Promise<T>;
}

/**
 * What a run of the desk knows of its markets beside their books: terms, flags, wallets, strange orders. They change by the hour, and
 * the venue grants only so many questions a second, so an answer serves as long as the policy lets a book serve. What changes meanwhile
 * is met by the venue's refusal of an order. A failure is remembered for nobody.
 */
export class MarketStandings {
  readonly #desk: Desk;
  readonly #standings = new Map<string, Remembered<MarketStanding>>();
  #markets: Remembered<readonly Market[] | undefined> | undefined;
  #keptMs: number | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Undefined when the venue gave no answer that can be used. */
  async markets(): Promise<readonly Market[] | undefined> {
    const { port } = this.#desk;
    if (!(await this.#isFresh(this.#markets))) {
      this.#markets = this.#remembered(readable(this.#desk, 'markets', () => port.markets()));
    }
    const listed = await this.#markets?.value;
    if (listed === undefined) this.#markets = undefined;
    return listed;
  }

  /** Errors: those of the port. */
  async of(asset: string, symbol: string): Promise<MarketStanding> {
    const known = this.#standings.get(symbol);
    if (known !== undefined && (await this.#isFresh(known))) return known.value;
    const asked = this.#remembered(readStanding(this.#desk, asset, symbol));
    this.#standings.set(symbol, asked);
    try {
      return await asked.value;
    } catch (thrown) {
      if (this.#standings.get(symbol) === asked) this.#standings.delete(symbol);
      throw thrown;
    }
  }

  #remembered<T>(value: Promise<T>): Remembered<T> {
    return { readAtMs: this.#desk.database.clock.now().getTime(), value };
  }

  async #isFresh(known: Remembered<unknown> | undefined): Promise<boolean> {
    const { read, clock } = this.#desk.database;
    const now = clock.now();
    this.#keptMs ??= (await readPolicy(read)).get(staleBookSeconds, seoulDay(now)) * 1_000;
    return known !== undefined && now.getTime() - known.readAtMs < this.#keptMs;
  }
}

async function readStanding(desk: Desk, asset: string, symbol: string): Promise<MarketStanding> {
  const [terms, strangeOrders, walletState] = await Promise.all([
    desk.port.sellingTerms(symbol),
    strangeOrdersIn(desk, symbol),
    knownWalletState(desk, asset),
  ]);
  return { terms, strangeOrders, walletState };
}

async function strangeOrdersIn(desk: Desk, symbol: string): Promise<number> {
  const open = await desk.port.openOrders(symbol);
  if (open.length === 0) return 0;
  // Some venues list an order under its number alone. One that the books hold for over is as strange as one that nobody knows: its coins
  // would be sold a second time.
  const ours = await desk.database.read.saleOrder.findMany({
    where: { venueAccountId: desk.accountId, symbol, closedAt: null },
    select: { venueOrderId: true, intentId: true },
  });
  const intents = await desk.database.read.intent.findMany({
    where: { id: { in: ours.map(({ intentId }) => intentId) }, state: { in: ['open', 'with_person'] } },
    select: { identifier: true },
  });
  const known = new Set([...intents.map(({ identifier }) => identifier), ...ours.flatMap(({ venueOrderId }) => venueOrderId ?? [])]);
  return open.filter(({ identifier, orderId }) => !known.has(orderId) && !(identifier !== undefined && known.has(identifier))).length;
}

/** As last read beside the candles; it changes by the hour, not by the second. */
async function knownWalletState({ database, accountId }: Desk, asset: string): Promise<MarketFacts['walletState']> {
  const watched = await database.read.watchedMarket.findUnique({ where: { venueAccountId_asset: { venueAccountId: accountId, asset } } });
  const state = watched?.walletState;
  return state === 'working' || state === 'deposits_only' || state === 'withdrawals_only' || state === 'halted' ? state : 'unknown';
}
