import { civilDate } from '../../../src/kernel/civil-date.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { type CoverageInputs, coverageInputsSchema, figureText, type MarketInputs } from '../../../src/valuation/coverage/inputs.ts';

const LAST_DAY = civilDate('2026-01-04');

/** Daily returns as they are stored, the last of them of 4 January 2026. */
export function history(returns: readonly (number | undefined)[]): NonNullable<MarketInputs['history']> {
  return { lastDay: LAST_DAY, returnsPpm: returns.map((value) => (value === undefined ? '.' : Math.round(value * 1e6))).join(' ') };
}

/** Returns of a normal law with this deviation a day. */
export function normalReturns(seed: string, sigma: number, days = 365): number[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: days }, () => sigma * random.normal());
}

/** A forecast without doubt: so much volatility a day. */
export function certain(sigma: number, ...horizons: readonly number[]): MarketInputs['forecasts'] {
  return horizons.map((horizonDays) => ({ horizonDays, variance: figureText(sigma ** 2 * horizonDays), error: '0' }));
}

export interface SampleCoin {
  readonly asset: string;
  readonly units?: string;
  readonly price?: string;
  readonly costRate?: string;
  readonly caseId?: number;
  readonly returns?: readonly (number | undefined)[] | null;
  readonly forecasts?: MarketInputs['forecasts'];
  readonly state?: MarketInputs['state'];
}

export interface SampleCase {
  readonly coins: readonly SampleCoin[];
  readonly owedKrw?: string;
  readonly claims?: CoverageInputs['claims'];
  readonly horizonDays?: number;
  readonly earliestDays?: number;
  readonly cashKrw?: string;
  readonly costsKrw?: string;
  readonly cases?: CoverageInputs['cases'];
  readonly reference?: string | null;
  readonly settings?: Partial<CoverageInputs['settings']>;
}

export const SAMPLE_HORIZON = 30;

/** One case with coins that are worth a million won each unless told otherwise, ready for the rule and as it would be stored. */
export function sampleInputs(sample: SampleCase): CoverageInputs {
  const {
    coins,
    owedKrw = '1000000',
    horizonDays = SAMPLE_HORIZON,
    earliestDays = 1,
    cashKrw = '0',
    costsKrw = '0',
    reference = null,
  } = sample;
  const saleOn = civilDate('2026-02-04');
  return coverageInputsSchema.parse({
    readAt: '2026-01-05T00:00:00.000Z',
    cases: sample.cases ?? [{ caseId: 1, saleOn, horizonDays, earliestDays, cashKrw, costsKrw }],
    claims: sample.claims ?? [{ owedKrw, caseIds: [1] }],
    holdings: coins.map(({ asset, units = '1', costRate = '0', caseId = 1 }) => ({
      caseId,
      asset,
      market: `upbit:${asset}`,
      units,
      costRate,
    })),
    markets: [...new Map(coins.map((coin) => [coin.asset, coin])).values()].map((coin) => marketOf(coin, horizonDays, earliestDays)),
    reference,
    settings: {
      confidence: '0.95',
      alertBelow: '0.8',
      excessMargin: '0.3',
      paths: 4_000,
      usableDays: 60,
      proxyMultiple: '2',
      seed: 'coverage-1',
      ...sample.settings,
    },
  });
}

function marketOf({ asset, price = '1000000', returns, forecasts, state = 'priced' }: SampleCoin, ...horizons: number[]): unknown {
  const days = returns === undefined ? normalReturns(asset, 0.03) : returns;
  return {
    name: `upbit:${asset}`,
    state,
    price: state === 'priced' ? price : null,
    priceFrom: state === 'priced' ? 'candle 2026-01-05T00:00:00.000Z' : null,
    history: days === null ? null : history(days),
    forecasts: forecasts ?? certain(0.03, ...new Set(horizons)),
  };
}
