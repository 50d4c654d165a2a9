import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { matchDeposit } from '../../src/custody/deposit-decision.ts';
import { readDeposits } from '../../src/custody/deposits.ts';
import { confirmInstructed } from '../../src/custody/instruction.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { requestShortage } from '../../src/custody/shortage.ts';
import { importTransferReport } from '../../src/custody/transfer-report.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { coinBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import {
  approve,
  CITY,
  type Custody,
  demandHolding,
  endCustody,
  expiry,
  instruct,
  later,
  moveToCity,
  receiptText,
  reportFile,
  type SampleHolding,
  setPhase,
  startCustody,
  unbalancedAssets,
} from './custody-fixture.ts';

const ASSET = 'BTC';
let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

/** What may happen to a holding, in any order. Quantities are tenths. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('receive' as const),
    tenths: fc.integer({ min: 1, max: 12 }),
    reported: fc.constantFrom('before', 'after', 'never'),
  }),
  fc.record({ kind: fc.constant('match' as const) }),
  fc.record({ kind: fc.constant('shortage' as const) }),
  fc.record({
    kind: fc.constant('return' as const),
    tenths: fc.integer({ min: 1, max: 12 }),
    confirmed: fc.constantFrom('before', 'after'),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const tenths = (count: number): string => `${Math.floor(count / 10)}.${count % 10}`;

async function run(holding: SampleHolding, taken: Step): Promise<void> {
  if (taken.kind === 'receive') return receive(holding, taken.tenths, taken.reported);
  if (taken.kind === 'match') return matchAny(holding);
  if (taken.kind === 'shortage') return declareShortage(holding);
  return giveBack(holding, tenths(taken.tenths), taken.confirmed);
}

async function receive(holding: SampleHolding, count: number, reported: 'before' | 'after' | 'never'): Promise<void> {
  const quantity = tenths(count);
  await custody.exchange.operator.depositFromChain({ accountId: holding.source, asset: ASSET, quantity, confirmationSeconds: 0 });
  const { transactionId } = await moveToCity(custody, holding.source, ASSET, quantity);
  const report = () =>
    importTransferReport(custody.database, custody.officer.actor, reportFile({ ...holding, asset: ASSET, quantity, transactionId }));
  if (reported === 'before') await report();
  later(custody, 61);
  await Promise.all([1, 2].map(() => readDeposits(custody.database, custody.port, custody.accountId)));
  if (reported === 'after') await report();
}

async function matchAny(holding: SampleHolding): Promise<void> {
  const waiting = await custody.database.read.venueDeposit.findFirst({ where: { state: 'unidentified' } });
  if (waiting === null) return;
  const match = { depositRowId: waiting.id, holdingId: holding.holdingId, reason: '담당자 확인' };
  await unlessRefused(custody.database.work(custody.officer.actor, (work) => matchDeposit(work, match)));
}

async function declareShortage({ holdingId }: SampleHolding): Promise<void> {
  const request = { holdingId, reason: '더 오지 않음', expiresAt: expiry(custody) };
  const approval = await unlessRefused(custody.database.work(custody.officer.actor, (work) => requestShortage(work, request)));
  if (approval !== undefined) await approve(custody, approval);
}

async function giveBack(holding: SampleHolding, quantity: string, confirmed: 'before' | 'after'): Promise<void> {
  const { phase } = await custody.database.read.seizureCase.findUniqueOrThrow({ where: { id: holding.caseId } });
  await setPhase(custody, holding.caseId, 'settled');
  const request = { holdingId: holding.holdingId, quantity: CoinAmount.of(ASSET, quantity), reason: '반환', expiresAt: expiry(custody) };
  const asked = await unlessRefused(custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request)));
  if (asked !== undefined) {
    const { transferId } = asked;
    await approve(custody, asked.approval);
    await instruct(custody, transferId);
    await custody.exchange.operator.transferInternally({
      fromAccountId: CITY,
      toAccountId: holding.source,
      asset: ASSET,
      quantity,
      by: 'owner',
    });
    const confirm = () => custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId }));
    if (confirmed === 'before') await confirm();
    later(custody, 61);
    await reconcileAccount(custody.database, custody.port, custody.accountId);
    if (confirmed === 'after') await confirm();
  }
  await setPhase(custody, holding.caseId, phase);
}

/** What the rules forbid at that moment is a fine outcome of a random step; anything else is not. */
async function unlessRefused<T>(attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt;
  } catch (thrown) {
    if (thrown instanceof CheongsanError && (thrown.code === 'CONFLICT' || thrown.code === 'PHASE_WRONG')) return undefined;
    throw thrown;
  }
}

async function coins(
  chart: typeof CHART.coinsHeld | typeof CHART.coinsInTransit | typeof CHART.dutyToOwner,
  holdingId: number,
): Promise<CoinAmount> {
  return coinBalance(custody.database.read, { chart, subject: `holding:${holdingId}` }, ASSET);
}

it('keeps demanded = received + outstanding + short, and received = held + in transit + returned, in whatever order things happen', async () => {
  const scenario = fc.tuple(fc.integer({ min: 5, max: 30 }), fc.array(step, { minLength: 2, maxLength: 6 }));
  await fc.assert(
    fc.asyncProperty(scenario, async ([demandedTenths, steps]) => {
      const demanded = tenths(demandedTenths);
      const holding = await demandHolding(custody, ASSET, demanded);
      for (const taken of steps) {
        await run(holding, taken);
        const receipt = await receiptText(custody, holding.caseId);
        const amount = (text: string): CoinAmount => CoinAmount.of(ASSET, text);
        expect([receipt.received, receipt.outstanding, receipt.short].some((text) => text.startsWith('-'))).toBe(false);
        const returned = CoinAmount.sum(
          ASSET,
          (await custody.database.read.coinTransfer.findMany({ where: { holdingId: holding.holdingId, state: 'done' } })).map(
            ({ quantity }) => amount(quantity.toFixed()),
          ),
        );
        const [held, moving, duty] = [
          await coins(CHART.coinsHeld, holding.holdingId),
          await coins(CHART.coinsInTransit, holding.holdingId),
          await coins(CHART.dutyToOwner, holding.holdingId),
        ];
        expect(held.plus(moving).plus(returned).toString()).toBe(amount(receipt.received).toString());
        // The duty to the owner is booked apart from all of these: it says independently what is short.
        const short = amount(demanded).plus(duty).minus(returned);
        expect(short.toString()).toBe(receipt.short);
        expect(duty.negated().toString()).toBe(held.plus(moving).plus(amount(receipt.outstanding)).toString());
      }
      const readings = await reconcileAccount(custody.database, custody.port, custody.accountId);
      expect(readings.filter(({ agrees, isFrozen }) => !agrees || isFrozen)).toEqual([]);
      expect(await unbalancedAssets(custody)).toEqual([]);
    }),
    { numRuns: 6, endOnFailure: true },
  );
}, 120_000);
