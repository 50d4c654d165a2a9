import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type DueSale, lanesOf, nextRound, tiesOf } from '../../../src/liquidation/lanes.ts';

const ASSETS = ['BTC', 'ETH', 'XRP', 'SOL', 'ADA', 'LINK'] as const;

/** Sales in the order of their turns; some taxpayers have two, most hold one coin. */
const dueSales = fc
  .array(fc.record({ personId: fc.integer({ min: 1, max: 30 }), assets: fc.subarray([...ASSETS], { maxLength: 2 }) }), { maxLength: 40 })
  .map((sales): DueSale[] => sales.map((sale, turn) => ({ saleId: turn + 1, turn, ...sale })));

it('every sale is in one lane, with all that share a taxpayer or a coin with it, in the order of turns', () => {
  fc.assert(
    fc.property(dueSales, (due) => {
      const lanes = lanesOf(due);
      const bySale = (sales: readonly DueSale[]) => sales.toSorted((a, b) => a.saleId - b.saleId);
      expect(bySale(lanes.flat())).toEqual(due);
      for (const lane of lanes) expect(bySale(lane)).toEqual(lane);
      expect(lanes.map(([first]) => first?.turn)).toEqual(lanes.map(([first]) => first?.turn ?? 0).toSorted((a, b) => a - b));
      const ties = lanes.map((lane) => new Set(lane.flatMap(tiesOf)));
      // No tie in two lanes, and no lane that could be divided further.
      expect(new Set(ties.flatMap((each) => [...each])).size).toBe(ties.reduce((sum, { size }) => sum + size, 0));
      for (const lane of lanes) expect(isConnected(lane)).toBe(true);
    }),
  );
});

function isConnected(lane: readonly DueSale[]): boolean {
  const reached = new Set(lane.slice(0, 1));
  const ties = new Set([...reached].flatMap(tiesOf));
  for (let before = -1; before < reached.size; ) {
    before = reached.size;
    for (const sale of lane) {
      if (!tiesOf(sale).some((tie) => ties.has(tie))) continue;
      reached.add(sale);
      for (const tie of tiesOf(sale)) ties.add(tie);
    }
    if (before === reached.size) break;
  }
  return reached.size === lane.length;
}

it('a round takes the first sales of a lane, one of a taxpayer, and leaves the others in their order', () => {
  const sale = (saleId: number, personId: number): DueSale => ({ saleId, turn: saleId, personId, assets: ['BTC'] });
  const lane = [sale(1, 7), sale(2, 7), sale(3, 8), sale(4, 9)];
  expect(nextRound(lane, 2)).toEqual({ round: [sale(1, 7), sale(3, 8)], rest: [sale(2, 7), sale(4, 9)] });
  expect(nextRound(lane, 20).rest).toEqual([sale(2, 7)]);
});

it('whichever lane goes first, and whoever starts anew from what is left, the rounds are the same', () => {
  fc.assert(
    fc.property(
      dueSales,
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.nat({ max: 1_000 }), { minLength: 40, maxLength: 40 }),
      (due, cases, picks) => {
        expect(rounds(due, cases, picks)).toEqual(rounds(due, cases, []));
      },
    ),
  );
});

/** The rounds that come of working off all that is due, in some order of lanes. */
function rounds(due: readonly DueSale[], cases: number, picks: readonly number[]): string[] {
  const taken: string[] = [];
  let left = due;
  for (let turn = 0; left.length > 0; turn++) {
    const lanes = lanesOf(left);
    const lane = lanes[(picks[turn] ?? 0) % lanes.length] ?? [];
    const { round } = nextRound(lane, cases);
    taken.push(round.map(({ saleId }) => saleId).join(' '));
    left = left.filter((sale) => !round.includes(sale));
  }
  return taken.sort();
}
