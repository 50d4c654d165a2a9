import iconv from 'iconv-lite';
import { beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import { balances, wonBalance } from '../../src/ledger/balance.ts';
import { CHART, type ChartCode } from '../../src/ledger/chart.ts';
import { readCounterpart } from '../../src/treasury/bank-counterpart.ts';
import { matchBankLine } from '../../src/treasury/bank-line.ts';
import { importBankStatement } from '../../src/treasury/bank-statement.ts';
import { testKeys } from '../support/test-keys.ts';
import { type BankRow, TreasuryOffice } from './treasury-office.ts';

let office: TreasuryOffice;
let serial = 0;

beforeAll(async () => {
  office = await TreasuryOffice.open();
});

const balance = (chart: ChartCode, subject?: string) =>
  wonBalance(office.database.read, subject === undefined ? { chart } : { chart, subject }).then(String);
const next = () => {
  serial += 1;
  return `S${serial}`;
};
const lineOf = (row: Pick<BankRow, 'serial'>) =>
  office.database.read.bankLine.findUniqueOrThrow({ where: { bankSerial: `시금고 세입세출외현금 계좌:${row.serial}` } });

async function sentWithdrawal(proceeds = '300000') {
  const sample = await office.sampleCase();
  await office.sell(sample, proceeds);
  const requested = await office.send([sample.caseId]);
  const { amountKrw } = await office.withdrawal(requested.withdrawalId);
  return { sample, ...requested, amount: String(amountKrw) };
}

async function stored() {
  const { read } = office.database;
  const entries = await read.ledgerEntry.count();
  return { lines: await read.bankLine.count(), files: await read.importFile.count(), entries, events: await read.auditEvent.count() };
}

describe('a line of the statement', () => {
  it('is a withdrawal by its number and amount', async () => {
    const { sample, number, amount, withdrawalId } = await sentWithdrawal();
    const row = { serial: next(), in: amount, remark: `업비트 ${number}` };
    expect(await office.bank([row])).toMatchObject({ state: 'stored', repeated: false, counts: { matched: 1, unmatched: 0 } });
    expect(await office.withdrawal(withdrawalId)).toMatchObject({ state: 'received' });
    expect(await lineOf(row)).toMatchObject({ state: 'matched', matchedTo: `withdrawal:${withdrawalId}`, reference: number });
    expect(await balance(CHART.undistributed, `case:${sample.caseId}`)).toBe(`-${amount}`);
    expect(await balances(office.database.read, { chart: CHART.proceedsAtVenue, subject: `case:${sample.caseId}` })).toEqual([]);
  });

  it('is a payment by the case number, credited on the bills the same day', async () => {
    const sample = await office.sampleCase({ phase: 'voluntary_window', bills: [[{ principal: '200000' }]] });
    await office.bank([{ serial: next(), in: '50000', remark: sample.caseNumber, counterpart: '표본 납세자' }]);
    const money = await office.money(sample.caseId);
    expect([money.payments, money.creditedTotal, money.surplusOwed].map(String)).toEqual(['50000', '50000', '0']);
    expect(money.agrees).toBe(true);
    expect(money.credited.map(({ tier }) => tier)).toEqual(['tax']);
  });

  it('that pays too much leaves the rest owed to the taxpayer', async () => {
    const sample = await office.sampleCase({ phase: 'selling', bills: [[{ principal: '100000' }]] });
    await office.bank([{ serial: next(), in: '150000', remark: sample.caseNumber }]);
    const money = await office.money(sample.caseId);
    expect(money.creditedTotal.plus(money.surplusOwed).toString()).toBe('150000');
    expect(money.credited.map(({ tier }) => tier)).toEqual(['tax', 'late_penalty']);
    await office.bank([{ serial: next(), in: '1000', remark: sample.caseNumber }]);
    expect((await office.money(sample.caseId)).surplusOwed.equals(money.surplusOwed.plus(Won.of('1000')))).toBe(true);
  });

  it('of an earlier day credits the claims of that day, and never what was paid since', async () => {
    const sample = await office.sampleCase({ phase: 'selling', bills: [[{ principal: '100000' }]] });
    const before = office.today;
    office.advanceDays(3);
    await office.bank([{ serial: next(), in: '100000', remark: sample.caseNumber }]);
    await office.bank([{ serial: next(), on: before, in: '100000', remark: sample.caseNumber }]);
    const money = await office.money(sample.caseId);
    expect(money.agrees).toBe(true);
    expect(money.credited.filter(({ tier }) => tier === 'tax').map(({ amount }) => amount.toString())).toEqual(['100000']);
    expect(money.surplusOwed.isPositive()).toBe(true);
  });

  it('rings every standing case over the same bills', async () => {
    const rung: number[] = [];
    const sample = await office.sampleCase({ phase: 'selling' });
    const other = await office.sampleCase({ phase: 'selling' });
    await office.database.work(office.officer.actor, (work) =>
      work.tx.caseBill.create({ data: { caseId: other.caseId, billId: sample.bills[0]?.billId ?? 0, amountAtSeizure: 1n } }),
    );
    office.database.connect({
      ring: async (queue, ids) => {
        if (queue === 'cases') rung.push(...ids);
      },
    });
    await office.bank([{ serial: next(), in: '1000', remark: sample.caseNumber }]);
    expect(rung).toEqual(expect.arrayContaining([sample.caseId, other.caseId]));
  });
});

describe('what matches nothing', () => {
  it.each([
    ['no reference', { in: '1000', remark: '무통장입금' }, 'no_reference'],
    ['an unknown number', { in: '1000', remark: '2026-999999' }, 'unknown_reference'],
    ['two numbers', { in: '1000', remark: '2026-000001 2026-000002' }, 'several_references'],
    ['money going out for a case', { out: '1000', remark: '2026-000001' }, 'wrong_direction'],
  ])('is refused with nothing stored: %s', async (_what, row, reason) => {
    const before = await stored();
    await expect(office.bank([{ serial: next(), ...row }])).rejects.toMatchObject({
      code: 'BANK_LINE_UNMATCHED',
      facts: { lines: [{ line: 2, reason }] },
    });
    expect(await stored()).toEqual(before);
  });

  it('keeps back the lines that match beside it', async () => {
    const { number, amount, withdrawalId } = await sentWithdrawal();
    const rows = [
      { serial: next(), in: amount, remark: number },
      { serial: next(), in: '1000', remark: '?' },
    ];
    await expect(office.bank(rows)).rejects.toMatchObject({ facts: { lines: [{ line: 3, reason: 'no_reference' }] } });
    expect(await office.withdrawal(withdrawalId)).toMatchObject({ state: 'confirmed' });
  });

  it('is a withdrawal whose amount differs by a won, or that nobody has confirmed', async () => {
    const { number, amount } = await sentWithdrawal();
    const short = String(BigInt(amount) - 1n);
    await expect(office.bank([{ serial: next(), in: short, remark: number }])).rejects.toMatchObject({
      facts: { lines: [{ line: 2, reason: 'amount_differs' }] },
    });
    const sample = await office.sampleCase();
    await office.sell(sample, '200000');
    const requested = await office.request([sample.caseId]);
    await office.decide(requested.approval);
    await expect(office.bank([{ serial: next(), in: '199000', remark: requested.number }])).rejects.toMatchObject({
      facts: { lines: [{ line: 2, reason: 'not_confirmed' }] },
    });
  });

  it('is the second line of one withdrawal in the same file', async () => {
    const { number, amount } = await sentWithdrawal();
    const rows = [next(), next()].map((each) => ({ serial: each, in: amount, remark: number }));
    await expect(office.bank(rows)).rejects.toMatchObject({ facts: { lines: [{ line: 3, reason: 'done_already' }] } });
  });
});

describe('an accepted line that matches nothing', () => {
  it('is booked as unidentified when told so, and later where an officer finds that it belongs', async () => {
    const sample = await office.sampleCase({ phase: 'selling', bills: [[{ principal: '900000' }]] });
    const row = { serial: next(), in: '70000', remark: '홍길동', counterpart: '홍길동' };
    expect(await office.bank([row], { acceptUnmatched: true })).toMatchObject({ counts: { matched: 0, unmatched: 1 } });
    const line = await lineOf(row);
    expect(line).toMatchObject({ state: 'unmatched', unmatchedReason: 'no_reference' });
    expect(await balance(CHART.bankUnidentified, `bank_line:${line.id}`)).toBe('70000');
    const match = (kind: 'payment' | 'refund', id: number) =>
      office.by(office.treasurer.actor, (work) => matchBankLine(work, { bankLineId: line.id, target: { kind, id } }));
    await expect(match('refund', 999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await match('payment', sample.caseId);
    await match('payment', sample.caseId);
    expect(await balance(CHART.bankUnidentified, `bank_line:${line.id}`)).toBe('0');
    expect(await balance(CHART.bankUnidentifiedOwed)).toBe('0');
    expect((await office.money(sample.caseId)).payments.toString()).toBe('70000');
    await expect(match('payment', sample.caseId - 1)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is never forced to an amount that differs, by an officer either', async () => {
    const { withdrawalId } = await sentWithdrawal();
    const row = { serial: next(), in: '5', remark: '' };
    await office.bank([row], { acceptUnmatched: true });
    const { id: bankLineId } = await lineOf(row);
    const target = { kind: 'withdrawal', id: withdrawalId } as const;
    await expect(office.by(office.treasurer.actor, (work) => matchBankLine(work, { bankLineId, target }))).rejects.toMatchObject({
      code: 'BANK_LINE_UNMATCHED',
      facts: { reason: 'amount_differs' },
    });
    expect(await balance(CHART.bankUnidentified, `bank_line:${bankLineId}`)).toBe('5');
  });

  it('alarms when it went out', async () => {
    const before = (await office.openAlerts('bank_outgoing_unmatched')).length;
    await office.bank([{ serial: next(), out: '1234', remark: '수수료' }], { acceptUnmatched: true });
    expect((await office.openAlerts('bank_outgoing_unmatched')).length).toBe(before + 1);
  });
});

describe('the file', () => {
  it('changes nothing a second time, nor does a line in another file', async () => {
    const sample = await office.sampleCase({ phase: 'selling' });
    const row = { serial: next(), in: '3000', remark: sample.caseNumber };
    await office.bank([row]);
    const before = await stored();
    expect(await office.bank([row])).toMatchObject({ repeated: true });
    expect(await stored()).toEqual(before);
    const other = { serial: next(), in: '4000', remark: sample.caseNumber };
    await office.bank([row, other]);
    expect((await office.money(sample.caseId)).payments.toString()).toBe('7000');
  });

  it('refuses a known line with other figures', async () => {
    const sample = await office.sampleCase({ phase: 'selling' });
    const row = { serial: next(), in: '3000', remark: sample.caseNumber };
    await office.bank([row]);
    const lines = (await stored()).lines;
    const report = await office.bank([{ ...row, in: '3001' }]);
    expect(report).toMatchObject({ state: 'refused', errors: [{ line: 2, column: '거래번호', code: 'IMPORT_FIGURES_DIFFER' }] });
    expect((await stored()).lines).toBe(lines);
  });

  it('of which the same comes twice at once is stored once', async () => {
    const sample = await office.sampleCase({ phase: 'selling' });
    const row = { serial: next(), in: '9000', remark: sample.caseNumber };
    const again = { serial: next(), in: '1', remark: sample.caseNumber };
    const reports = await Promise.all([office.bank([row]), office.bank([row]), office.bank([row, again])]);
    expect(reports.filter(({ repeated }) => repeated).length).toBe(1);
    expect((await office.money(sample.caseId)).payments.toString()).toBe('9001');
  });
});

describe('what the file holds', () => {
  it('is checked to the last line before the first is stored', async () => {
    const sample = await office.sampleCase({ phase: 'selling' });
    const lines = (await stored()).lines;
    const good = { serial: next(), in: '1000', remark: sample.caseNumber };
    const repeated = next();
    const report = await office.bank([
      good,
      { serial: next(), in: '-5', remark: sample.caseNumber },
      { serial: next(), in: '5', out: '5' },
      { serial: next() },
      { serial: next(), on: addDays(office.today, 1), in: '5', remark: sample.caseNumber },
      { serial: repeated, in: '5', remark: sample.caseNumber },
      { serial: repeated, in: '6', remark: sample.caseNumber },
    ]);
    expect(report.state).toBe('refused');
    expect(report.errors.map(({ line, column, code }) => [line, column, code])).toEqual([
      [3, '입금액', 'AMOUNT_NEGATIVE'],
      [4, '입금액', 'INPUT_INVALID'],
      [5, '입금액', 'INPUT_INVALID'],
      [6, '거래일자', 'INPUT_INVALID'],
      [8, '거래번호', 'CONFLICT'],
    ]);
    expect((await stored()).lines).toBe(lines);
  });

  it('is refused when torn, in no known encoding, or with other columns', async () => {
    const take = (content: Uint8Array) => importBankStatement(office.database, testKeys, office.treasurer.actor, content);
    const whole = office.statement([{ serial: next(), in: '1', remark: '가' }]);
    await expect(take(Buffer.from('거래번호,금액\r\n1,2\r\n'))).rejects.toMatchObject({ code: 'FILE_FORMAT' });
    await expect(take(Buffer.concat([whole, Buffer.from('"T1,2026-01-05,10')]))).rejects.toMatchObject({ code: 'FILE_TORN' });
    await expect(take(Buffer.concat([whole, Buffer.from([0xff, 0xff, 0x81, 0x20, 0x0d, 0x0a])]))).rejects.toMatchObject({
      code: 'FILE_ENCODING',
    });
  });

  it('may come from another bank: its own headers, time of day, CP949, and columns that say nothing to us', async () => {
    const sample = await office.sampleCase({ phase: 'selling' });
    const text = [
      '일련번호,거래일시,적요,의뢰인/수취인,찾으신금액,맡기신금액,거래후잔액,취급점',
      `${next()},${office.today} 08:15:30,${sample.caseNumber},표본 납세자,0,"12,000",99000,표본지점`,
    ].join('\r\n');
    const report = await importBankStatement(office.database, testKeys, office.treasurer.actor, iconv.encode(`${text}\r\n`, 'cp949'), {
      accountLabel: '두 번째 계좌',
    });
    expect(report.counts).toEqual({ matched: 1, unmatched: 0 });
    expect((await office.money(sample.caseId)).payments.toString()).toBe('12000');
  });

  it('keeps who paid sealed, and logs who looks', async () => {
    const sample = await office.sampleCase({ phase: 'selling' });
    const row = { serial: next(), in: '10', remark: sample.caseNumber, counterpart: '표본 비밀이름' };
    await office.bank([row]);
    const line = await lineOf(row);
    expect(Buffer.from(line.counterpartCipher).includes(Buffer.from('표본 비밀이름'))).toBe(false);
    const opened = await office.by(office.treasurer.actor, (work) => readCounterpart(work, testKeys, line.id, 'bank_line.match'));
    expect(opened).toEqual({ counterpart: '표본 비밀이름', remark: sample.caseNumber });
    const events = await office.database.read.auditEvent.findMany({
      where: { action: 'bank_line.viewed', subject: `bank_line:${line.id}` },
    });
    expect(events.length).toBe(1);
    const everything = await office.database.read.auditEvent.findMany({ select: { payload: true } });
    expect(everything.some(({ payload }) => payload.includes('표본 비밀이름'))).toBe(false);
  });
});
