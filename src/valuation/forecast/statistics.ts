/** Sum with the error of rounding carried along (Neumaier), so that a long series of small figures loses nothing. */
export function sum(values: readonly number[]): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** NaN for nothing. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** With n − 1; NaN for fewer than two. */
export function sampleVariance(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const middle = mean(values);
  return sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1);
}

/** Between neighbours in proportion; NaN for nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (place - Math.floor(place)) * (high - low);
}

/**
 * Coefficients with the least squared error, the constant first when the rows begin with 1; solved by Householder reflections, which
 * stay exact where the normal equations do not. Undefined when the columns do not determine them.
 */
export function leastSquares(rows: readonly (readonly number[])[], targets: readonly number[]): number[] | undefined {
  const width = rows[0]?.length ?? 0;
  const matrix = rows.map((row, index) => [...row, targets[index] ?? Number.NaN]);
  if (matrix.length < width || width === 0) return undefined;
  for (let column = 0; column < width; column++) if (!reflect(matrix, column)) return undefined;
  return solveUpper(matrix, width);
}

const SINGULAR = 1e-12;

/** Brings everything below the diagonal of a column to zero; false when nothing is left to stand on it. */
function reflect(matrix: number[][], column: number): boolean {
  const below = matrix.slice(column);
  const at = (row: readonly number[], index: number) => row[index] ?? 0;
  const norm = Math.hypot(...below.map((row) => at(row, column)));
  const scale = Math.hypot(...matrix.map((row) => at(row, column)));
  if (!(norm > SINGULAR * scale)) return false;
  const [first = []] = below;
  const diagonal = at(first, column) > 0 ? -norm : norm;
  const direction = below.map((row, index) => at(row, column) - (index === 0 ? diagonal : 0));
  const square = sum(direction.map((value) => value * value));
  for (let index = column; index < first.length; index++) {
    const share = (2 * sum(below.map((row, place) => at(row, index) * (direction[place] ?? 0)))) / square;
    below.forEach((row, place) => {
      row[index] = at(row, index) - share * (direction[place] ?? 0);
    });
  }
  return true;
}

function solveUpper(matrix: readonly (readonly number[])[], width: number): number[] {
  const solution = new Array<number>(width).fill(0);
  for (let row = width - 1; row >= 0; row--) {
    const line = matrix[row] ?? [];
    const known = sum(solution.slice(row + 1).map((value, index) => value * (line[row + 1 + index] ?? 0)));
    solution[row] = ((line[width] ?? 0) - known) / (line[row] ?? Number.NaN);
  }
  return solution;
}
