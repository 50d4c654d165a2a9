import { SeededRandom } from '../../kernel/random.ts';
import { type Bar, DAY_MINUTES, type MarketSource } from './candles.ts';

/** How one generated coin behaves. Prices in won, volatility as the standard deviation of a day's log return. */
export interface GeneratedCoin {
  readonly asset: string;
  readonly basePrice: number;
  readonly dailyVolatility: number;
  /** Correlation with what moves all coins at once. */
  readonly commonShare: number;
  /** Units traded on a usual day. */
  readonly dailyVolume: number;
  /** Share of minutes in which nobody trades. */
  readonly silentShare: number;
}

/** The coins Korean offices meet most, and two thin ones. Levels and volumes are those of late 2025, rounded. */
export const GENERATED_COINS: readonly GeneratedCoin[] = [
  { asset: 'BTC', basePrice: 150_000_000, dailyVolatility: 0.024, commonShare: 0.9, dailyVolume: 1_240, silentShare: 0 },
  { asset: 'ETH', basePrice: 5_200_000, dailyVolatility: 0.034, commonShare: 0.85, dailyVolume: 57_000, silentShare: 0 },
  { asset: 'XRP', basePrice: 3_900, dailyVolatility: 0.036, commonShare: 0.75, dailyVolume: 93_000_000, silentShare: 0 },
  { asset: 'SOL', basePrice: 280_000, dailyVolatility: 0.04, commonShare: 0.75, dailyVolume: 530_000, silentShare: 0 },
  { asset: 'DOGE', basePrice: 310, dailyVolatility: 0.042, commonShare: 0.75, dailyVolume: 480_000_000, silentShare: 0 },
  { asset: 'ADA', basePrice: 1_150, dailyVolatility: 0.04, commonShare: 0.7, dailyVolume: 52_000_000, silentShare: 0 },
  { asset: 'LINK', basePrice: 32_000, dailyVolatility: 0.042, commonShare: 0.75, dailyVolume: 1_200_000, silentShare: 0.02 },
  { asset: 'AQT', basePrice: 1_600, dailyVolatility: 0.06, commonShare: 0.35, dailyVolume: 900_000, silentShare: 0.55 },
  { asset: 'MOC', basePrice: 90, dailyVolatility: 0.065, commonShare: 0.3, dailyVolume: 9_000_000, silentShare: 0.65 },
];

/** Turnover by hour of the Korean day against its mean: busy when the day turns at 09:00 and from 21:00 until after midnight. */
const HOURLY_TURNOVER = [
  1.1, 0.65, 0.5, 0.35, 0.4, 0.55, 0.7, 0.8, 0.85, 1.6, 1.15, 1.05, 0.9, 0.85, 0.9, 0.9, 1.2, 1.3, 1, 0.85, 0.75, 1.85, 1.85, 2.1,
];
const SEOUL_OFFSET_HOURS = 9;
/** Days between two returns to the base price; keeps a market that is asked about any century plausible. */
const BLOCK_DAYS = 512;
const FIELD_COUNT = 5;
const DAYS_KEPT = 96;
/** Paths of the common factor serve every coin; as many days as anybody asks for at once. */
const PATHS_KEPT = 400;
const JUMPS_PER_MINUTE = 1 / 2_000;
const JUMP_SIZE = 8;
const VOLATILITY_PERSISTENCE = 0.995;
const VOLATILITY_SHOCK = 0.05;
/** Half the logarithm of the mean square of both log-normal parts, so that an average day has variance one. */
const VOLATILITY_NORM = VOLATILITY_SHOCK ** 2 / (1 - VOLATILITY_PERSISTENCE ** 2) + 0.3 ** 2 + 0.3 ** 2;

/**
 * A market without data, the same for the same seed on every machine, with random access: no minute needs the ones before it.
 *
 * 1. Day boundaries. The log price of each factor (one common to all coins, one of each coin's own) follows a Brownian bridge
 *    over blocks of 512 days, refined by halving: nine draws give any day.
 * 2. Within a day. 1,440 increments with stochastic volatility (a log-normal autoregression whose level also changes from day
 *    to day and week to week), the hourly profile above and rare jumps of about eight minutes' standard deviations are bent to
 *    meet the day's two boundaries. A coin is a mix of the common factor and its own in the stated correlation.
 * 3. Bars. Opens are the path, closes the next minute's open, highs and lows exceed both by half-normal excursions. Volume
 *    follows the profile and grows with the size of the move; a silent minute has no bar.
 *
 * Days are computed whole and the last ones kept.
 */
export class GeneratedMarket implements MarketSource {
  readonly assets: readonly string[];
  readonly #seed: string;
  readonly #coins: ReadonlyMap<string, GeneratedCoin>;
  readonly #days = new Map<string, Float64Array>();
  readonly #paths = new Map<string, DayPath>();

  constructor(seed: string, coins: readonly GeneratedCoin[] = GENERATED_COINS) {
    this.#seed = seed;
    this.#coins = new Map(coins.map((coin) => [coin.asset, coin]));
    this.assets = [...this.#coins.keys()];
  }

  bar(asset: string, minute: number): Bar | undefined {
    const coin = this.#coins.get(asset);
    if (coin === undefined) return undefined;
    const day = Math.floor(minute / DAY_MINUTES);
    const figures = remember(this.#days, DAYS_KEPT, `${asset}/${day}`, () => this.#computeDay(coin, day));
    const offset = (minute - day * DAY_MINUTES) * FIELD_COUNT;
    const open = figures[offset] ?? Number.NaN;
    if (Number.isNaN(open)) return undefined;
    const [high, low, close, volume] = [figures[offset + 1], figures[offset + 2], figures[offset + 3], figures[offset + 4]];
    return { open, high: high ?? 0, low: low ?? 0, close: close ?? 0, volume: volume ?? 0 };
  }

  #computeDay(coin: GeneratedCoin, day: number): Float64Array {
    const common = remember(this.#paths, PATHS_KEPT, `common/${day}`, () => dayPath(this.#seed, 'common', day));
    const own = dayPath(this.#seed, coin.asset, day);
    const ownShare = Math.sqrt(1 - coin.commonShare ** 2);
    const logPriceAt = (index: number): number =>
      Math.log(coin.basePrice) +
      coin.dailyVolatility * (coin.commonShare * (common.levels[index] ?? 0) + ownShare * (own.levels[index] ?? 0));
    const random = new SeededRandom(this.#seed, 'bars', coin.asset, day);
    const figures = new Float64Array(DAY_MINUTES * FIELD_COUNT);
    for (let index = 0; index < DAY_MINUTES; index++) {
      const from = logPriceAt(index);
      const to = logPriceAt(index + 1);
      const deviation = coin.dailyVolatility * (own.deviations[index] ?? 0);
      const high = Math.exp(Math.max(from, to) + Math.abs(random.normal()) * deviation * 0.6);
      const low = Math.exp(Math.min(from, to) - Math.abs(random.normal()) * deviation * 0.6);
      const haste = 0.6 + (0.5 * Math.abs(to - from)) / deviation;
      const volume = (coin.dailyVolume / DAY_MINUTES) * turnoverAt(index) * haste * Math.exp(0.7 * random.normal() - 0.25);
      const isSilent = random.chance(coin.silentShare);
      const offset = index * FIELD_COUNT;
      figures[offset] = isSilent ? Number.NaN : Math.exp(from);
      figures[offset + 1] = high;
      figures[offset + 2] = low;
      figures[offset + 3] = Math.exp(to);
      figures[offset + 4] = volume;
    }
    return figures;
  }
}

/** Levels at the beginning of each minute and at the day's end, and the expected deviation within each minute; a day has variance one. */
interface DayPath {
  readonly levels: Float64Array;
  readonly deviations: Float64Array;
}

function dayPath(seed: string, factor: string, day: number): DayPath {
  const random = new SeededRandom(seed, 'path', factor, day);
  const dayLevel = 0.3 * draw(seed, 'calm', factor, day) + 0.3 * draw(seed, 'calm-week', factor, Math.floor(day / 7));
  const levels = new Float64Array(DAY_MINUTES + 1);
  const deviations = new Float64Array(DAY_MINUTES);
  const variances = new Float64Array(DAY_MINUTES + 1);
  let mood = 0;
  for (let index = 0; index < DAY_MINUTES; index++) {
    mood = VOLATILITY_PERSISTENCE * mood + VOLATILITY_SHOCK * random.normal();
    const deviation = Math.sqrt(turnoverAt(index) / DAY_MINUTES) * Math.exp(mood + dayLevel - VOLATILITY_NORM);
    const jump = random.chance(JUMPS_PER_MINUTE) ? JUMP_SIZE * random.normal() : 0;
    deviations[index] = deviation;
    variances[index + 1] = (variances[index] ?? 0) + deviation ** 2;
    levels[index + 1] = (levels[index] ?? 0) + deviation * (random.normal() + jump);
  }
  const from = boundaryLevel(seed, factor, day);
  const to = boundaryLevel(seed, factor, day + 1);
  const miss = (levels[DAY_MINUTES] ?? 0) - (to - from);
  const totalVariance = variances[DAY_MINUTES] ?? 1;
  for (let index = 0; index <= DAY_MINUTES; index++) {
    levels[index] = from + (levels[index] ?? 0) - (miss * (variances[index] ?? 0)) / totalVariance;
  }
  return { levels, deviations };
}

/** The factor at the beginning of a day: zero at block boundaries, in between refined by halving with the variance a bridge has there. */
function boundaryLevel(seed: string, factor: string, day: number): number {
  const block = Math.floor(day / BLOCK_DAYS);
  const target = day - block * BLOCK_DAYS;
  let [low, high, lowLevel, highLevel] = [0, BLOCK_DAYS, 0, 0];
  while (target !== low) {
    const middle = (low + high) / 2;
    const deviation = Math.sqrt((high - low) / 4);
    const level = (lowLevel + highLevel) / 2 + deviation * draw(seed, 'boundary', factor, block, middle);
    if (target >= middle) [low, lowLevel] = [middle, level];
    else [high, highLevel] = [middle, level];
  }
  return lowLevel;
}

function draw(seed: string, ...labels: readonly (string | number)[]): number {
  return new SeededRandom(seed, ...labels).normal();
}

function turnoverAt(minuteOfUtcDay: number): number {
  return HOURLY_TURNOVER[(Math.floor(minuteOfUtcDay / 60) + SEOUL_OFFSET_HOURS) % 24] ?? 1;
}

/** Keeps the most recently computed entries of a map, oldest out first. */
function remember<T>(memory: Map<string, T>, kept: number, key: string, compute: () => T): T {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const value = compute();
  if (memory.size >= kept) {
    const oldest = memory.keys().next();
    if (oldest.done !== true) memory.delete(oldest.value);
  }
  memory.set(key, value);
  return value;
}
