import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planReplacement } from '../../src/chain/replacement.ts';
import { planSweep, type SweepInput } from '../../src/chain/sweep-plan.ts';
import { type ChainTransaction, type GasPrice, highestGasPriceWei, maximumFeeWei } from '../../src/chain/transaction.ts';
import { amountOf, unitsOf } from '../../src/chain/units.ts';
import { CoinAmount, Price, Rate } from '../../src/kernel/money.ts';

const ETH = { asset: 'ETH', decimals: 18 };
const CHAIN = { code: 'sample-net', chainId: 1, nativeAsset: 'ETH' };
const WALLET = '0x00000000000000000000000000000000000A11cE';
const CITY = '0x0000000000000000000000000000000000C17900';
const GWEI = 1_000_000_000n;

const address = (number: number) => `0x${(0x10_0000 + number).toString(16).padStart(40, '0')}`;

interface TokenShape {
  readonly decimals: number;
  readonly units: bigint;
  readonly gasLimit: bigint | undefined;
  readonly price: number | undefined;
}

interface Shape {
  readonly nativeWei: bigint;
  readonly gasPriceWei: bigint;
  readonly nativeGas: bigint;
  readonly reserveWei: bigint;
  readonly firstNonce: number;
  readonly nativePrice: number | undefined;
  readonly worthTimes: number;
  readonly tokens: readonly TokenShape[];
}

function inputOf(shape: Shape): SweepInput {
  const prices = new Map<string, Price>();
  if (shape.nativePrice !== undefined) prices.set('ETH', Price.of('ETH', BigInt(shape.nativePrice)));
  const tokens = shape.tokens.map(({ decimals, units, gasLimit, price }, index) => {
    const token = { asset: `T${index}`, decimals, contract: address(index) };
    if (price !== undefined) prices.set(token.asset, Price.of(token.asset, BigInt(price)));
    return { token, balance: amountOf(token, units), destination: CITY, gasLimit };
  });
  return {
    chain: CHAIN,
    wallet: WALLET,
    gasPrice: { kind: 'dynamic', maxFeePerGasWei: shape.gasPriceWei, maxPriorityFeePerGasWei: 0n },
    firstNonce: shape.firstNonce,
    native: { balance: amountOf(ETH, shape.nativeWei), destination: CITY, gasLimit: shape.nativeGas },
    tokens,
    reserve: amountOf(ETH, shape.reserveWei),
    prices,
    worthOfFeeMinimum: Rate.of(BigInt(shape.worthTimes)),
  };
}

const token = fc.record({
  decimals: fc.integer({ min: 0, max: 18 }),
  units: fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: 10n ** 24n })),
  gasLimit: fc.option(fc.bigInt({ min: 21_000n, max: 200_000n }), { nil: undefined, freq: 6 }),
  price: fc.option(fc.integer({ min: 0, max: 100_000_000 }), { nil: undefined }),
});

const shapes: fc.Arbitrary<Shape> = fc.record({
  nativeWei: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 10n ** 16n }), fc.bigInt({ min: 0n, max: 10n ** 20n })),
  gasPriceWei: fc.bigInt({ min: 1n, max: 300n * GWEI }),
  nativeGas: fc.bigInt({ min: 21_000n, max: 90_000n }),
  reserveWei: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 10n ** 15n })),
  firstNonce: fc.nat(1_000),
  nativePrice: fc.option(fc.integer({ min: 1, max: 10_000_000 }), { nil: undefined }),
  worthTimes: fc.integer({ min: 0, max: 5 }),
  tokens: fc.array(token, { maxLength: 6 }),
});

describe('a plan', () => {
  it('takes every asset once: moved whole or left with a reason', () => {
    fc.assert(
      fc.property(shapes.map(inputOf), (input) => {
        const plan = planSweep(input);
        const moved = plan.transfers.filter(({ token }) => token !== undefined);
        const expected = input.tokens
          .filter(({ balance }) => balance.isPositive())
          .map(({ token, balance }) => `${token.asset} ${balance}`);
        const told = [...moved, ...plan.left.filter(({ asset }) => asset !== 'ETH')].map(({ asset, amount }) => `${asset} ${amount}`);
        expect(told.toSorted()).toEqual(expected.toSorted());
        const nativeTold = [...plan.transfers, ...plan.left].filter(({ asset }) => asset === 'ETH');
        expect(nativeTold).toHaveLength(input.native.balance.isPositive() ? 1 : 0);
      }),
    );
  });

  it('never spends more than there is and what it asks for, and everything when native coin moves', () => {
    fc.assert(
      fc.property(shapes.map(inputOf), (input) => {
        const plan = planSweep(input);
        const nativeSent = CoinAmount.sum(
          'ETH',
          plan.transfers.filter(({ token }) => token === undefined).map(({ amount }) => amount),
        );
        const spent = nativeSent.plus(plan.feesMax).plus(input.reserve);
        const available = input.native.balance.plus(plan.gasToSendFirst);
        if (plan.transfers.length > 0) expect(spent.compare(available)).toBeLessThanOrEqual(0);
        if (nativeSent.isPositive()) {
          expect(spent.equals(input.native.balance)).toBe(true);
          expect(plan.gasToSendFirst.isZero()).toBe(true);
        }
        if (plan.gasToSendFirst.isPositive()) expect(spent.equals(available)).toBe(true);
      }),
    );
  });

  it('says of each transfer what will be signed, in the order of nonces, native coin last', () => {
    fc.assert(
      fc.property(shapes.map(inputOf), (input) => {
        const { transfers, gasToSendFirst } = planSweep(input);
        expect(transfers.map(({ transaction }) => transaction.nonce)).toEqual(transfers.map((_, index) => input.firstNonce + index));
        expect(transfers.slice(0, -1).every(({ token }) => token !== undefined)).toBe(true);
        for (const { transaction, amount, token, feeMax } of transfers) {
          expect(transaction).toMatchObject({ chainId: 1, from: WALLET, to: token?.contract ?? CITY, gasPrice: input.gasPrice });
          expect(unitsOf(ETH, feeMax)).toBe(maximumFeeWei(transaction));
          expect(transaction.valueWei).toBe(token === undefined ? unitsOf(ETH, amount) : 0n);
          if (token !== undefined) expect(BigInt(`0x${transaction.data.slice(-64)}`)).toBe(unitsOf(token, amount));
        }
        // The wallet pays for a beginning of the list; all of it exactly when no gas is asked for.
        const affordable = transfers.map(({ isAffordable }) => isAffordable);
        expect(affordable).toEqual([...affordable].sort((a, b) => Number(b) - Number(a)));
        if (transfers.length > 0) expect(affordable.every(Boolean)).toBe(gasToSendFirst.isZero());
      }),
    );
  });
});

describe('what a plan leaves', () => {
  it('is what its reason is true of, and the most worth moves first', () => {
    fc.assert(
      fc.property(shapes.map(inputOf), (input) => {
        const plan = planSweep(input);
        const feeWei = (gas: bigint) => amountOf(ETH, gas * highestGasPriceWei(input.gasPrice));
        const nativePrice = input.prices.get('ETH');
        for (const { token, balance, gasLimit } of input.tokens.filter(({ balance }) => balance.isPositive())) {
          const reason = plan.left.find(({ asset }) => asset === token.asset)?.reason;
          const price = input.prices.get(token.asset);
          const isPoor =
            gasLimit !== undefined &&
            price !== undefined &&
            nativePrice !== undefined &&
            balance.worthAt(price).isLessThan(feeWei(gasLimit).worthAt(nativePrice).times(input.worthOfFeeMinimum, 'up'));
          expect(reason).toBe(gasLimit === undefined ? 'transfer_reverts' : isPoor ? 'worth_less_than_its_fee' : undefined);
        }
        const worths = plan.transfers.flatMap(({ asset, amount, token }) => {
          const price = input.prices.get(asset);
          return token === undefined ? [] : [price === undefined ? -1n : amount.worthAt(price).toBigInt()];
        });
        expect(worths).toEqual([...worths].sort((a, b) => (a === b ? 0 : a > b ? -1 : 1)));
      }),
    );
  });
});

const plain: Shape = {
  nativeWei: 10n ** 18n,
  gasPriceWei: 100n * GWEI,
  nativeGas: 21_000n,
  reserveWei: 0n,
  firstNonce: 4,
  nativePrice: 5_000_000,
  worthTimes: 1,
  tokens: [],
};

describe('a plan in figures', () => {
  it('dust stays, what reverts stays, what has no price moves last', () => {
    const shape = {
      ...plain,
      tokens: [
        { decimals: 6, units: 1_000_000n, gasLimit: 60_000n, price: 29_999 },
        { decimals: 6, units: 1_000_000n, gasLimit: 60_000n, price: 30_000 },
        { decimals: 6, units: 1_000_000n, gasLimit: undefined, price: 900_000 },
        { decimals: 18, units: 1n, gasLimit: 60_000n, price: undefined },
      ],
    };
    const plan = planSweep(inputOf(shape));
    expect(plan.transfers.map(({ asset, amount }) => [asset, amount.toString()])).toEqual([
      ['T1', '1'],
      ['T3', '0.000000000000000001'],
      ['ETH', '0.9859'],
    ]);
    expect(plan.left.map(({ asset, reason }) => [asset, reason])).toEqual([
      ['T0', 'worth_less_than_its_fee'],
      ['T2', 'transfer_reverts'],
    ]);
    expect([plan.feesMax.toString(), plan.gasToSendFirst.toString()]).toEqual(['0.0141', '0']);
  });

  it('what is kept in reserve pays for no token', () => {
    const tokens = [{ decimals: 0, units: 1n, gasLimit: 50_000n, price: undefined }];
    const fee = 50_000n * 100n * GWEI;
    const short = planSweep(inputOf({ ...plain, nativeWei: fee, reserveWei: 7n, tokens }));
    expect(short.transfers.map(({ isAffordable }) => isAffordable)).toEqual([false]);
    expect(unitsOf(ETH, short.gasToSendFirst)).toBe(7n);
    const enough = planSweep(inputOf({ ...plain, nativeWei: fee + 7n, reserveWei: 7n, tokens }));
    expect([enough.transfers.map(({ isAffordable }) => isAffordable), enough.gasToSendFirst.isZero()]).toEqual([[true], true]);
  });

  it('native coin worth less than its fee stays and asks for nothing', () => {
    const plan = planSweep(inputOf({ ...plain, nativeWei: 42_000n * 100n * GWEI - 1n }));
    expect(plan.transfers).toEqual([]);
    expect(plan.left.map(({ reason }) => reason)).toEqual(['worth_less_than_its_fee']);
    expect(plan.gasToSendFirst.isZero()).toBe(true);
    expect(planSweep(inputOf({ ...plain, nativeWei: 42_000n * 100n * GWEI })).transfers).toHaveLength(1);
  });
});

describe('a replacement', () => {
  const caps = { maxFeePerGasWei: 10n ** 15n, maxPriorityFeePerGasWei: 10n ** 14n };
  const wei = fc.bigInt({ min: 0n, max: 10n ** 12n });
  const dynamic = fc.tuple(wei, wei).map(
    ([a, b]): GasPrice => ({
      kind: 'dynamic',
      maxFeePerGasWei: a > b ? a : b,
      maxPriorityFeePerGasWei: a > b ? b : a,
    }),
  );
  const legacy = wei.map((gasPriceWei): GasPrice => ({ kind: 'legacy', gasPriceWei }));
  const stuckAt = (gasPrice: GasPrice): ChainTransaction => ({
    chainId: 1,
    from: WALLET,
    to: CITY,
    valueWei: 10n ** 18n,
    data: '0x',
    nonce: 3,
    gasLimit: 21_000n,
    gasPrice,
  });
  const partsOf = (price: GasPrice) =>
    price.kind === 'dynamic' ? [price.maxFeePerGasWei, price.maxPriorityFeePerGasWei] : [price.gasPriceWei];

  it('costs at least an eighth more in every part, never less than now, and changes nothing else', () => {
    const pairs = fc.oneof(fc.tuple(dynamic, dynamic), fc.tuple(legacy, legacy));
    fc.assert(
      fc.property(pairs, ([old, present]) => {
        const planned = planReplacement(stuckAt(old), present, caps, 'value');
        if (planned.kind !== 'replacement') throw new Error(planned.kind);
        const { gasPrice, ...rest } = planned.transaction;
        const { gasPrice: _, ...before } = stuckAt(old);
        expect(rest).toEqual(before);
        for (const [index, part] of partsOf(gasPrice).entries()) {
          const [was = 0n, now = 0n] = [partsOf(old)[index], partsOf(present)[index]];
          expect(part > was && part * 8n >= was * 9n && part >= now).toBe(true);
        }
        if (gasPrice.kind === 'dynamic') expect(gasPrice.maxPriorityFeePerGasWei <= gasPrice.maxFeePerGasWei).toBe(true);
      }),
    );
  });

  it('of swept native coin keeps amount and fee together, and ends where nothing would be left', () => {
    const stuck = stuckAt({ kind: 'legacy', gasPriceWei: 8n * GWEI });
    const planned = planReplacement(stuck, { kind: 'legacy', gasPriceWei: 1n }, caps, 'all_less_fee');
    if (planned.kind !== 'replacement') throw new Error(planned.kind);
    expect(planned.transaction).toMatchObject({ valueWei: 10n ** 18n - 21_000n * GWEI, gasPrice: { gasPriceWei: 9n * GWEI } });
    const poor = { ...stuck, valueWei: 21_000n * GWEI };
    expect(planReplacement(poor, { kind: 'legacy', gasPriceWei: 1n }, caps, 'all_less_fee')).toEqual({ kind: 'not_worth_it' });
  });

  it('waits for a person above the caps, and is not made across kinds', () => {
    const stuck = stuckAt({ kind: 'legacy', gasPriceWei: 80n });
    const tight = { maxFeePerGasWei: 89n, maxPriorityFeePerGasWei: 1n };
    expect(planReplacement(stuck, { kind: 'legacy', gasPriceWei: 1n }, tight, 'value')).toEqual({
      kind: 'above_caps',
      needed: { kind: 'legacy', gasPriceWei: 90n },
    });
    const present: GasPrice = { kind: 'dynamic', maxFeePerGasWei: 1n, maxPriorityFeePerGasWei: 1n };
    expect(() => planReplacement(stuck, present, caps, 'value')).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});

describe('units', () => {
  it('of an amount and back are the same to the last one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 18 }), fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (decimals, units) => {
        const counted = { asset: 'T', decimals };
        expect(unitsOf(counted, amountOf(counted, units))).toBe(units);
      }),
    );
  });

  it('are refused for what is finer than the asset, negative, of another asset, or beyond what can be kept', () => {
    const counted = { asset: 'T', decimals: 6 };
    const invalid = expect.objectContaining({ code: 'INPUT_INVALID' });
    for (const amount of [CoinAmount.of('T', '0.0000001'), CoinAmount.of('T', '-1'), CoinAmount.of('U', '1')]) {
      expect(() => unitsOf(counted, amount)).toThrow(invalid);
    }
    for (const decimals of [19, -1, 1.5]) expect(() => amountOf({ asset: 'T', decimals }, 1n)).toThrow(invalid);
  });
});
