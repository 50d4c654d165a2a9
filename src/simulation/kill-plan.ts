import { SeededRandom } from '../kernel/random.ts';

/** At least this many kills fall between an order's send and its answer. */
const ORDER_KILLS_MIN = 5;

/** How much of each a run has at least, per taxpayer; kills are spread over most of it. The more taxpayers, the more share an order. */
const COMMITS_PER_TAXPAYER = 30;
const REQUESTS_PER_TAXPAYER = 7;
const ORDERS_PER_TAXPAYER = 0.3;
const SPREAD = 0.8;

/**
 * Draws where the service is to be killed, from the seed alone: at counted commits (before they reach the database, or after),
 * at counted requests to the exchange, and between the exchange's acceptance of an order and its answer.
 */
export class KillPlan {
  /** By count: does the commit still reach the database? */
  readonly #commits: Map<number, boolean>;
  readonly #requests: Set<number>;
  readonly #orders: Set<number>;
  readonly total: number;
  #commitCount = 0;
  #requestCount = 0;
  #orderCount = 0;
  #held = 0;
  /** A kill that fell while the plan was held is carried out at the next occasion of its kind. */
  #owedCommits: boolean[] = [];
  #owedRequests = 0;
  #owedOrders = 0;

  constructor(seed: string, kills: number, taxpayers: number) {
    const random = new SeededRandom(seed, 'kills');
    const orders = Math.min(kills, Math.max(ORDER_KILLS_MIN, Math.round(kills / 3)));
    const requests = Math.round((kills - orders) / 3);
    const commits = kills - orders - requests;
    this.total = kills;
    this.#orders = drawDistinct(random, orders, taxpayers * ORDERS_PER_TAXPAYER * SPREAD);
    this.#requests = drawDistinct(random, requests, taxpayers * REQUESTS_PER_TAXPAYER * SPREAD);
    this.#commits = new Map(
      [...drawDistinct(random, commits, taxpayers * COMMITS_PER_TAXPAYER * SPREAD)].map((count) => [count, random.chance(0.5)]),
    );
  }

  /** Asked at every commit. `before`: the commit never arrives; `after`: it arrives and its answer does not. */
  atCommit(): 'pass' | 'before' | 'after' {
    this.#commitCount++;
    const isDrawn = this.#commits.get(this.#commitCount);
    if (isDrawn !== undefined) this.#owedCommits.push(isDrawn);
    if (this.#held > 0) return 'pass';
    const reaches = this.#owedCommits.shift();
    if (reaches === undefined) return 'pass';
    return reaches ? 'after' : 'before';
  }

  /** Asked at every request the exchange receives. */
  atExchangeRequest(): boolean {
    this.#requestCount++;
    if (this.#requests.has(this.#requestCount)) this.#owedRequests++;
    if (this.#held > 0 || this.#owedRequests === 0) return false;
    this.#owedRequests--;
    return true;
  }

  /** Asked after the exchange has accepted an order and before it answers. */
  atOrderAccepted(): boolean {
    this.#orderCount++;
    if (this.#orders.has(this.#orderCount)) this.#owedOrders++;
    if (this.#held > 0 || this.#owedOrders === 0) return false;
    this.#owedOrders--;
    return true;
  }

  async hold<T>(body: () => Promise<T>): Promise<T> {
    this.#held++;
    try {
      return await body();
    } finally {
      this.#held--;
    }
  }

  get counts(): { readonly commits: number; readonly requests: number; readonly orders: number } {
    return { commits: this.#commitCount, requests: this.#requestCount, orders: this.#orderCount };
  }
}

function drawDistinct(random: SeededRandom, count: number, upTo: number): Set<number> {
  const drawn = new Set<number>();
  const limit = Math.max(count, Math.floor(upTo));
  while (drawn.size < count) drawn.add(random.integer(1, limit));
  return drawn;
}
