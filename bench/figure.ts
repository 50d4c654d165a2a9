/** One measured figure beside what it is compared with. `ratio` is value by reference, whichever of the two ought to be larger. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reference: string;
  readonly referenceValue: number;
  readonly ratio: number;
  readonly higherIsBetter: boolean;
}

/** A benchmark yields the figures it is named for. */
export interface Benchmark {
  readonly names: readonly string[];
  run(): Promise<readonly Figure[]>;
}

export function figure(measured: Omit<Figure, 'ratio'>): Figure {
  const value = rounded(measured.value);
  const referenceValue = rounded(measured.referenceValue);
  return { ...measured, value, referenceValue, ratio: rounded(value / referenceValue) };
}

/** Four digits that count: a machine shared with others does not repeat more. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  if (low === undefined || high === undefined) throw new RangeError('Nothing was measured.');
  return (low + high) / 2;
}

/** The least value that so large a share of them does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new RangeError('Nothing was measured.');
  return value;
}
