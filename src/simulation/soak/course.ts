import { CheongsanError } from '../../kernel/errors.ts';
import { SeededRandom } from '../../kernel/random.ts';
import type { OrderAccepted, PaperExchangeHooks, RequestSeen } from '../../paper-exchange/request-handler.ts';
import { tightenTrading } from '../../venue/trading-state.ts';
import { FaultDeck, isKill, isRequestFault, type KillFault, type SoakFault } from './faults.ts';
import type { IdleReport } from './messages.ts';
import type { Officials } from './officials.ts';
import { referenceIn, tracesOf } from './order-reference.ts';
import { Sales } from './sales.ts';
import type { SellerProcess } from './seller-process.ts';
import type { Stall } from './stall.ts';
import { Troubles } from './troubles.ts';
import { VenueOfficials } from './venue-officials.ts';

export interface CourseOptions {
  readonly seed: string;
  /** How many orders the venue is to get, and how many a sale is to need. */
  readonly orders: number;
  readonly ordersEach: number;
  /** The share of orders that meet a fault. */
  readonly faultShare: number;
  onOrder(): void;
}

/** Seconds until a killed process is running again. */
const RESTART_SECONDS = [0, 0, 3, 20] as const;
/** A block is over after so long, whatever it says. */
const BLOCK_MS = 60_000;
/** So many instants in a row without an order, and something hangs. */
const IDLE_STEPS_MAX = 2_000;

/**
 * What happens at one venue, from the first order to the last: a pure function of the seed. The clock stands still while anything is
 * due; one order follows the other; which of them meets what is drawn beforehand; where a process dies is told by what it has sent, never
 * by how long something took.
 */
export class Course {
  readonly stall: Stall;
  readonly seller: SellerProcess;
  readonly faults = new Map<SoakFault, number>();
  readonly #options: CourseOptions;
  readonly #deck: FaultDeck;
  readonly #random: SeededRandom;
  readonly #troubles: Troubles;
  readonly #sales: Sales;
  readonly #helpers: VenueOfficials;
  readonly #officials: Officials;
  readonly #references = new Set<string>();
  #kill: { readonly moment: KillFault; readonly reference: string } | undefined;
  #failure: unknown;
  #idleSteps = 0;

  constructor(parts: { readonly stall: Stall; readonly seller: SellerProcess; readonly officials: Officials }, options: CourseOptions) {
    const { stall, seller, officials } = parts;
    this.stall = stall;
    this.seller = seller;
    this.#officials = officials;
    this.#options = options;
    this.#deck = new FaultDeck(options.seed, stall.venue, options.faultShare);
    this.#random = new SeededRandom(options.seed, 'course', stall.venue);
    this.#troubles = new Troubles({ operator: stall.exchange.operator, clock: stall.clock, owner: stall.owner, random: this.#random });
    this.#sales = new Sales(stall, officials, options);
    this.#helpers = new VenueOfficials(stall, officials);
  }

  /** Intents of which a request has reached the exchange. */
  get orders(): number {
    return this.#references.size;
  }

  get acts(): VenueOfficials['acts'] {
    return this.#helpers.acts;
  }

  /** For the exchange of this course. */
  readonly hooks: PaperExchangeHooks = {
    onRequest: (seen) => this.#watched(() => this.#atRequest(seen)),
    onAccepted: (accepted) => this.#watched(() => this.#atAcceptance(accepted)),
  };

  /** Until all orders are placed, everything that went wrong is over, and nothing is open. Error: `INTERNAL` when something hangs. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.stall;
    while (!signal.aborted) {
      await this.#troubles.endDue();
      const report = await this.#work();
      if (this.#failure !== undefined) throw this.#failure;
      const mayLift = !this.#troubles.hidesBalances;
      if (await this.#helpers.help(report, { maySell: !this.#isDone, mayLift })) continue;
      const isCalm = this.#troubles.nextEnd === undefined;
      if (isCalm && this.#isDone && report.ordersOpen === 0) return;
      if (isCalm && !this.#isDone && report.salesOpen === 0) {
        await this.#troubles.forget();
        await this.#sales.beginNext();
        continue;
      }
      clock.advanceTo(this.#nextInstant(report));
    }
  }

  get #isDone(): boolean {
    return this.orders >= this.#options.orders;
  }

  #nextInstant(report: IdleReport): Date {
    this.#idleSteps += 1;
    const instants = [report.nextDueAt === null ? undefined : new Date(report.nextDueAt), this.#troubles.nextEnd];
    const next = instants.reduce((first, each) => (first === undefined || (each !== undefined && each < first) ? each : first), undefined);
    if (next !== undefined && this.#idleSteps <= IDLE_STEPS_MAX) return next;
    const { venue, clock } = this.stall;
    throw new CheongsanError(
      'INTERNAL',
      `Nothing goes on at ${venue} after ${this.orders} orders at ${clock.now().toISOString()}: ${JSON.stringify(report)}.`,
    );
  }

  /** Everything that is due at this instant, by as many processes as it takes. */
  async #work(): Promise<IdleReport> {
    const { clock } = this.stall;
    for (;;) {
      const report = await this.seller.workAt(clock.now());
      if (report !== 'killed' && !report.isBlocked) return report;
      clock.advanceBy(report === 'killed' ? this.#random.pick(RESTART_SECONDS) * 1_000 : BLOCK_MS);
      await this.#troubles.endDue();
    }
  }

  async #atRequest(seen: RequestSeen): Promise<void> {
    // Whatever is asked next, its answer has come, or a refusal that left nothing to be accepted.
    if (this.#kill !== undefined) await this.#killNow();
    if (!seen.placesOrder) return;
    const { venue } = this.stall;
    const reference = referenceIn(venue, seen);
    if (reference === undefined)
      throw new CheongsanError('INTERNAL', `An order at ${venue} carries no name: ${seen.body || seen.rawQuery}`);
    if (this.#references.has(reference)) return;
    this.#references.add(reference);
    this.#idleSteps = 0;
    this.#options.onOrder();
    if (this.#isDone) await this.#endSelling();
    const fault = this.#deck.next();
    if (fault === undefined) return;
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    await this.#strike(fault, reference);
  }

  async #strike(fault: SoakFault, reference: string): Promise<void> {
    const struck = { traces: tracesOf(this.stall.venue, reference), asset: this.#sales.asset };
    if (isRequestFault(fault)) return this.#troubles.strikeRequest(fault, struck);
    if (!isKill(fault)) return this.#troubles.begin(fault, struck);
    this.#kill = { moment: fault, reference };
    if (fault !== 'killed_before_acceptance') return;
    await this.#troubles.loseBeforeAcceptance(struck);
    await this.#killNow();
  }

  async #atAcceptance({ identifier }: OrderAccepted): Promise<void> {
    if (this.#kill?.moment === 'killed_before_answer' && this.#kill.reference === identifier) await this.#killNow();
  }

  async #killNow(): Promise<void> {
    this.#kill = undefined;
    await this.seller.kill();
  }

  /** The last order is on its way: nothing new is begun. */
  async #endSelling(): Promise<void> {
    const scope = { kind: 'account', accountId: this.stall.accountId } as const;
    await this.#officials.byOfficer(this.stall.database, (work) =>
      tightenTrading(work, { scope, to: 'REDUCING', reason: '표본 매각의 끝' }),
    );
  }

  /** A hook that fails would look like a fault of the exchange. */
  async #watched(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (thrown) {
      this.#failure ??= thrown;
    }
  }
}
