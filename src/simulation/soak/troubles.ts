import type { Clock } from '../../kernel/clock.ts';
import { Decimal } from '../../kernel/decimal.ts';
import type { SeededRandom } from '../../kernel/random.ts';
import { BOOK_FAULTS } from '../../paper-exchange/core/book-faults.ts';
import type { FaultKind } from '../../paper-exchange/faults.ts';
import type { Operator } from '../../paper-exchange/operator/operator.ts';
import type { StateFault } from './faults.ts';

/** What an order is in the middle of when it meets a fault. */
export interface Struck {
  /** Texts by which requests about it are known. */
  readonly traces: readonly string[];
  readonly asset: string;
}

export interface TroublesParts {
  readonly operator: Operator;
  readonly clock: Clock;
  /** The city's account at the exchange. */
  readonly owner: string;
  readonly random: SeededRandom;
}

type Given = Parameters<Operator['injectFault']>[0];
type Manners = Parameters<Operator['setManners']>[0];

interface Active {
  readonly endsAtMs: number;
  readonly end: () => Promise<unknown>;
  readonly isWrongBalance: boolean;
}

const SECOND_MS = 1_000;
/** Longer than our client waits for an answer. */
const TIME_OUT_MS = 10_500;
/** Of orders whose answer is lost, so many wait for a time-out; the others see the connection break at once. */
const TIME_OUT_SHARE = 0.1;
/** Long enough for the requests of a round that go out together. */
const HELD_BACK_MS = 100;
const HELD_BACK_REQUESTS = 6;
/** What is shown where nothing is, in units. */
const FROM_NOTHING = new Decimal(1);
/** Of orders that are lost in whatever way, so many find the look-ups after them answered badly as well. */
const BAD_LOOK_UPS_SHARE = 0.3;

/** What goes wrong at one exchange: begun for one order, ended again when its time on the exchange's clock is over. */
export class Troubles {
  readonly #parts: TroublesParts;
  readonly #manners = new Map<symbol, Manners>();
  #active: Active[] = [];

  constructor(parts: TroublesParts) {
    this.#parts = parts;
  }

  /** When the next of them ends. */
  get nextEnd(): Date | undefined {
    const ends = this.#active.map(({ endsAtMs }) => endsAtMs);
    return ends.length === 0 ? undefined : new Date(Math.min(...ends));
  }

  /** True while the venue's list of balances lies. */
  get hidesBalances(): boolean {
    return this.#active.some(({ isWrongBalance }) => isWrongBalance);
  }

  /** Takes away what was aimed at orders that are over. */
  async forget(): Promise<void> {
    if (this.nextEnd === undefined) await this.#parts.operator.clearFaults();
  }

  async endDue(): Promise<void> {
    const nowMs = this.#parts.clock.now().getTime();
    const over = this.#active.filter(({ endsAtMs }) => endsAtMs <= nowMs);
    this.#active = this.#active.filter(({ endsAtMs }) => endsAtMs > nowMs);
    for (const { end } of over) await end();
  }

  /** A fault of this very request; some last, or strike what comes after it too. */
  async strikeRequest(kind: FaultKind, { traces }: Struck): Promise<void> {
    const { operator, random } = this.#parts;
    switch (kind) {
      case 'maintenance': {
        const lastsSeconds = random.integer(20, 180);
        await operator.injectFault({ kind, target: 'all', lastsSeconds });
        return this.#add(lastsSeconds, async () => undefined);
      }
      case 'answer_held_back':
        await operator.injectFault({ kind, target: 'all', times: HELD_BACK_REQUESTS, silenceMs: HELD_BACK_MS });
        return;
      case 'partial_fill':
        return this.#aim(traces, { kind, share: random.pick([0, 0.1, 0.5, 0.9]) });
      case 'lost_before_acceptance':
      case 'lost_after_acceptance':
        await this.#aim(traces, { kind, silenceMs: random.chance(TIME_OUT_SHARE) ? TIME_OUT_MS : 0 });
        break;
      default:
        // Some find the order sent again as bad a moment as the first time.
        await this.#aim(traces, { kind, times: random.pick([1, 1, 2]) });
    }
    if (!random.chance(BAD_LOOK_UPS_SHARE)) return;
    const onLookUps = random.pick(['gateway_error', 'empty_answer', 'server_error'] as const);
    await this.#aim(traces, { kind: onLookUps, target: 'all', times: random.integer(1, 3) });
  }

  /** At this order: sent for the first time, or again. */
  async #aim(traces: readonly string[], fault: Given): Promise<void> {
    for (const containing of traces) await this.#parts.operator.injectFault({ target: 'orders', ...fault, containing });
  }

  /** It never reaches the exchange's face, since whoever sent it is dead. */
  loseBeforeAcceptance({ traces }: Struck): Promise<void> {
    return this.#aim(traces, { kind: 'lost_before_acceptance' });
  }

  async begin(fault: StateFault, { traces, asset }: Struck): Promise<void> {
    const { operator, random, owner, clock } = this.#parts;
    switch (fault) {
      case 'partial_shown_as_done':
        await this.#aim(traces, { kind: 'partial_fill', share: random.pick([0.2, 0.7]) });
        return this.#behave({ partialIocWord: 'filled' }, random.integer(5, 60));
      case 'hidden_order':
        if (random.chance(0.5)) await this.#aim(traces, { kind: 'lost_after_acceptance' });
        return this.#behave({ hiddenSeconds: 5 }, random.integer(1, 10));
      case 'skewed_clock':
        return this.#behave({ clockAheadSeconds: random.pick([-90, -30, -6, -2, 2, 6, 30, 90]) }, random.integer(5, 60));
      case 'stale_book':
        await operator.setStaleBook({ asset, stale: true });
        return this.#add(random.integer(10, 120), () => operator.setStaleBook({ asset, stale: false }));
      case 'broken_book':
        await operator.setBookFault({ asset, fault: random.pick(BOOK_FAULTS) });
        return this.#add(random.integer(5, 60), () => operator.setBookFault({ asset, fault: null }));
      case 'halted_wallet': {
        const deposits = random.chance(0.7);
        await operator.haltWallet({ asset, deposits, withdrawals: !deposits || random.chance(0.5) });
        return this.#add(random.integer(30, 300), () => operator.haltWallet({ asset, deposits: false, withdrawals: false }));
      }
      case 'delisted':
        await operator.setDelisting({ asset, closesAt: clock.now().toISOString() });
        return this.#add(random.integer(20, 300), () => operator.setDelisting({ asset, closesAt: null }));
      case 'wrong_balance':
        return this.#lieAbout(random.pick([asset, 'KRW']), owner);
    }
  }

  /** Some of these last until the asset is frozen for it. */
  async #lieAbout(asset: string, owner: string): Promise<void> {
    const { operator, random } = this.#parts;
    const balances = await operator.balances({ accountId: owner });
    const free = new Decimal(balances.find((each) => each.asset === asset)?.free ?? '0');
    const share = free.times(random.pick(['-1', '-0.5', '-0.01', '0.01', '0.5'])).decimalPlaces(4, Decimal.ROUND_UP);
    const wrongBy = share.isZero() ? FROM_NOTHING : share;
    await operator.setWrongBalance({ accountId: owner, asset, wrongBy: wrongBy.toFixed() });
    const seconds = random.pick([15, 60, 400]);
    this.#add(seconds, () => operator.setWrongBalance({ accountId: owner, asset, wrongBy: '0' }), true);
  }

  /** The exchange is told all its manners anew each time. */
  async #behave(manners: Manners, seconds: number): Promise<void> {
    const name = Symbol();
    this.#manners.set(name, manners);
    await this.#tellManners();
    this.#add(seconds, () => {
      this.#manners.delete(name);
      return this.#tellManners();
    });
  }

  #tellManners(): Promise<unknown> {
    return this.#parts.operator.setManners(Object.assign({}, ...this.#manners.values()));
  }

  #add(seconds: number, end: () => Promise<unknown>, isWrongBalance = false): void {
    this.#active.push({ endsAtMs: this.#parts.clock.now().getTime() + seconds * SECOND_MS, end, isWrongBalance });
  }
}
