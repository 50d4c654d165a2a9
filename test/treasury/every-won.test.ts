import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { VenueWon, Won } from '../../src/kernel/money.ts';
import { balances, venueWonBalance, wonBalance } from '../../src/ledger/balance.ts';
import { CHART, type ChartCode } from '../../src/ledger/chart.ts';
import { matchBankLine } from '../../src/treasury/bank-line.ts';
import { compareWithdrawals, readBackWithdrawals } from '../../src/treasury/withdrawal-comparison.ts';
import { type SampleCase, TreasuryOffice } from './treasury-office.ts';

let office: TreasuryOffice;

beforeAll(async () => {
  office = await TreasuryOffice.open();
});

const won = (chart: ChartCode) => wonBalance(office.database.read, { chart });
const atVenue = (chart: ChartCode) => venueWonBalance(office.database.read, { chart }, 'upbit');

/** What the outside knows of the money, counted by the test itself. */
class Outside {
  sold = VenueWon.zero('upbit');
  tradingFees = VenueWon.zero('upbit');
  withdrawn = Won.zero;
  withdrawalFees = Won.zero;
  bankIn = Won.zero;
  bankOut = Won.zero;
  readonly open: number[] = [];
  #serial = 0;

  serial(): string {
    this.#serial += 1;
    return `${office.today}-${office.test.clock.now().getTime()}-${this.#serial}`;
  }
}

/** Refusals that a random order of steps brings about; anything else is a defect. */
async function unlessRefused(body: () => Promise<unknown>): Promise<void> {
  try {
    await body();
  } catch (thrown) {
    if (!(thrown instanceof CheongsanError) || !['CONFLICT', 'BANK_LINE_UNMATCHED', 'PHASE_WRONG'].includes(thrown.code)) throw thrown;
  }
}

type Step = (sample: SampleCase, amount: bigint, outside: Outside) => Promise<void>;

const STEPS: Readonly<Record<string, Step>> = {
  sell: async (sample, amount, outside) => {
    const proceeds = `${amount}.${String(amount % 97n).padStart(3, '0')}`;
    const fee = `${amount / 2_000n}.5`;
    await office.sell(sample, proceeds, fee);
    outside.sold = outside.sold.plus(VenueWon.of('upbit', proceeds));
    outside.tradingFees = outside.tradingFees.plus(VenueWon.of('upbit', fee));
  },
  send: async (_sample, _amount, outside) =>
    unlessRefused(async () => {
      const { withdrawalId } = await office.send();
      const { amountKrw, feeKrw } = await office.withdrawal(withdrawalId);
      outside.withdrawn = outside.withdrawn.plus(Won.of(amountKrw));
      outside.withdrawalFees = outside.withdrawalFees.plus(Won.of(feeKrw));
      outside.open.push(withdrawalId);
    }),
  fail: async (_sample, _amount, outside) => {
    const withdrawalId = outside.open.pop();
    if (withdrawalId === undefined) return;
    const { amountKrw, feeKrw } = await office.withdrawal(withdrawalId);
    office.list(String(amountKrw), { state: 'failed', doneAt: undefined });
    await readBackWithdrawals(office.database, office.port, office.accountId);
    outside.withdrawn = outside.withdrawn.minus(Won.of(amountKrw));
    outside.withdrawalFees = outside.withdrawalFees.minus(Won.of(feeKrw));
  },
  receive: async (_sample, _amount, outside) => {
    const withdrawalId = outside.open.shift();
    if (withdrawalId === undefined) return;
    const { number, amountKrw } = await office.withdrawal(withdrawalId);
    await office.bank([{ serial: outside.serial(), in: String(amountKrw), remark: number }]);
    outside.bankIn = outside.bankIn.plus(Won.of(amountKrw));
  },
  pay: async (sample, amount, outside) => {
    await office.bank([{ serial: outside.serial(), in: String(amount), remark: sample.caseNumber }]);
    outside.bankIn = outside.bankIn.plus(Won.of(amount));
  },
  stray: async (sample, amount, outside) => {
    await office.bank([{ serial: outside.serial(), in: String(amount), remark: '?' }], { acceptUnmatched: true });
    outside.bankIn = outside.bankIn.plus(Won.of(amount));
    const line = await office.database.read.bankLine.findFirstOrThrow({ orderBy: { id: 'desc' } });
    if (amount % 3n === 0n) return;
    const kind = amount % 3n === 1n ? 'interest' : 'payment';
    await office.by(office.treasurer.actor, (work) => matchBankLine(work, { bankLineId: line.id, target: { kind, id: sample.caseId } }));
  },
  distribute: async (sample) => {
    await office.progress(sample.caseId);
    const draft = await office.database.read.distribution.findFirst({ where: { caseId: sample.caseId, state: 'drafted' } });
    if (draft === null) return;
    await office.tell(draft.id);
    if (draft.distributionOn.getTime() > office.test.clock.now().getTime()) office.advanceDays(16);
    await office.finish(draft.id);
  },
  refund: async (sample, _amount, outside) =>
    unlessRefused(async () => {
      const owed = (await office.money(sample.caseId)).surplusOwed;
      await office.refund(sample);
      outside.bankOut = outside.bankOut.plus(owed);
    }),
};

async function checkEveryWon(samples: readonly SampleCase[], outside: Outside): Promise<void> {
  await compareWithdrawals(office.database, office.accountId);
  for (const { caseId } of samples) {
    const money = await office.money(caseId);
    expect([money.differences.venue, money.differences.bank].map(String)).toEqual(['0', '0']);
    const parts = [money.gross, money.residue, money.atVenue, money.onTheWay, money.undistributed, money.surplusOwed, money.refunded];
    expect(parts.some((part) => part.isNegative())).toBe(false);
  }
  // The bank's own count: what came in and did not go out is at the bank or with the treasury.
  const atBank = [await won(CHART.bankDeposit), await won(CHART.bankUnidentified), await won(CHART.treasury)];
  expect(String(Won.sum(atBank))).toBe(String(outside.bankIn.minus(outside.bankOut)));
  // The exchange's own count.
  const left = outside.sold.minus(outside.tradingFees).minus(VenueWon.of('upbit', outside.withdrawn.plus(outside.withdrawalFees).value));
  expect(String((await atVenue(CHART.venueWonHeld)).plus(await atVenue(CHART.venueWonResidue)))).toBe(String(left));
  // Duties stand against money, receipts against the treasury, receivables against what was assessed.
  const owedOut = [CHART.undistributed, CHART.distributed, CHART.surplusOwed, CHART.bankUnidentifiedOwed];
  const duties = Won.sum(await Promise.all(owedOut.map(won)));
  expect(String((await won(CHART.bankDeposit)).plus(await won(CHART.bankUnidentified)).plus(duties))).toBe('0');
  const { _sum } = await office.database.read.billReceipt.aggregate({ _sum: { amountKrw: true } });
  expect((await won(CHART.treasury)).toBigInt()).toBe(_sum.amountKrw ?? 0n);
  const books = [
    CHART.receivableTax,
    CHART.receivableSurcharge,
    CHART.receivableLatePenalty,
    CHART.treasury,
    CHART.assessed,
    CHART.latePenaltyAssessed,
  ];
  expect(String(Won.sum(await Promise.all(books.map(won))))).toBe('0');
  expect(await balances(office.database.read, { chart: CHART.unexplained })).toEqual([]);
}

describe('every won', () => {
  it('is where the outside says it is, whatever happens in which order', { timeout: 240_000 }, async () => {
    const outside = new Outside();
    const steps = fc.array(
      fc.record({
        step: fc.constantFrom('sell', 'sell', 'send', 'receive', 'receive', 'fail', 'pay', 'stray', 'distribute', 'distribute', 'refund'),
        who: fc.nat(1),
        amount: fc.bigInt({ min: 1n, max: 900_000n }),
      }),
      { minLength: 8, maxLength: 16 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const samples = [
          await office.sampleCase({ bills: [[{ principal: '400000', surcharge: '40000' }], [{ level: 'province', principal: '150000' }]] }),
          await office.sampleCase({ bills: [[{ principal: '70000' }]] }),
        ];
        for (const { step, who, amount } of [
          ...sequence,
          ...['send', 'receive', 'receive', 'distribute'].map((last) => ({ step: last, who: 0, amount: 1n })),
        ]) {
          const sample = samples[who];
          if (sample !== undefined) await STEPS[step]?.(sample, amount, outside);
        }
        await checkEveryWon(samples, outside);
      }),
      { numRuns: 8, seed: 20260105, endOnFailure: true },
    );
  });
});
