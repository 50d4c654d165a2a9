import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/kernel/random.ts';

function drawn(random: SeededRandom, count = 1_000): number[] {
  return Array.from({ length: count }, () => random.next());
}

describe('seeded random numbers', () => {
  it('are the same for the same seed and labels, and others for others', () => {
    expect(drawn(new SeededRandom(7, 'market'))).toEqual(drawn(new SeededRandom('7', 'market')));
    expect(drawn(new SeededRandom(7, 'market'))).not.toEqual(drawn(new SeededRandom(8, 'market')));
    expect(drawn(new SeededRandom(7, 'market'))).not.toEqual(drawn(new SeededRandom(7, 'persons')));
  });

  it('fill their range evenly', () => {
    const numbers = drawn(new SeededRandom(1), 20_000);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(Math.abs(numbers.reduce((sum, number) => sum + number, 0) / numbers.length - 0.5)).toBeLessThan(0.01);
    const random = new SeededRandom(1);
    const dice = Array.from({ length: 6_000 }, () => random.integer(1, 6));
    for (const face of [1, 2, 3, 4, 5, 6]) expect(Math.abs(dice.filter((each) => each === face).length - 1_000)).toBeLessThan(150);
  });

  it('pick from a list, and not from an empty one', () => {
    const random = new SeededRandom(1);
    expect(new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c'])))).toEqual(new Set(['a', 'b', 'c']));
    expect(() => random.pick([])).toThrow(RangeError);
  });

  it('scatter normally with mean 0 and deviation 1', () => {
    const random = new SeededRandom(3);
    const numbers = Array.from({ length: 20_000 }, () => random.normal());
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });
});
