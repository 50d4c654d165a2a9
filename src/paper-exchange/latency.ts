import { SeededRandom } from '../kernel/random.ts';

/** Log-normal times on the way, by two points of their distribution. Real milliseconds. */
export interface Latency {
  readonly medianMs: number;
  /** Ninety-nine of a hundred are shorter. */
  readonly p99Ms: number;
}

/** The 99th percentile of the standard normal distribution. */
const NORMAL_P99 = 2.326347874;

/** How long a request is on its way to the matching, and its answer on the way back: the same for the same seed and request. */
export class LatencySource {
  readonly #seed: string;
  readonly #latency: Latency | undefined;

  constructor(seed: string, latency: Latency | undefined) {
    this.#seed = seed;
    this.#latency = latency;
  }

  of(sequence: number): { readonly beforeMs: number; readonly afterMs: number } {
    if (this.#latency === undefined) return { beforeMs: 0, afterMs: 0 };
    const { medianMs, p99Ms } = this.#latency;
    const deviation = Math.log(p99Ms / medianMs) / NORMAL_P99;
    const random = new SeededRandom(this.#seed, 'latency', sequence);
    const draw = (): number => medianMs * Math.exp(deviation * random.normal());
    return { beforeMs: draw(), afterMs: draw() };
  }
}
