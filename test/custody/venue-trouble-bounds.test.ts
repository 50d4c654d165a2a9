import { afterAll, beforeAll, expect, it } from 'vitest';
import { tendAccount } from '../../src/custody/tend.ts';
import { reportTrouble, type TroubleReport } from '../../src/custody/venue-trouble.ts';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { addDays, dayFromColumn, dayToColumn, seoulDay } from '../../src/kernel/civil-date.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { testActor } from '../support/database.ts';
import { type Custody, demandHolding, endCustody, later, receiveHolding, startCustody } from './custody-fixture.ts';

/* What is the matter with a venue never keeps its books from being compared, and nothing that somebody forgot lasts for ever. */

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

const DAY = 86_400;

function today() {
  return seoulDay(custody.clock.now());
}

function tend(port: ExchangePort = custody.port) {
  return tendAccount(custody.database, port, custody.accountId);
}

function report(trouble: Pick<TroubleReport, 'kind'> & Partial<TroubleReport>) {
  return custody.database.work(custody.officer.actor, (work) =>
    reportTrouble(work, { accountId: custody.accountId, reference: '공지 2026-7', ...trouble }),
  );
}

async function setPolicy(key: string, value: number): Promise<void> {
  await custody.database.work(testActor, (work) =>
    work.tx.policyValue.create({ data: { key, value, validFrom: dayToColumn(today()), source: '표본', createdAt: work.at } }),
  );
}

async function deadlineOf(caseId: number) {
  const { phaseDeadlineOn } = await custody.database.read.seizureCase.findUniqueOrThrow({ where: { id: caseId } });
  return phaseDeadlineOn === null ? undefined : dayFromColumn(phaseDeadlineOn);
}

async function setDeadline(caseId: number, day: ReturnType<typeof today>): Promise<void> {
  await custody.database.work(testActor, (work) =>
    work.tx.seizureCase.update({ where: { id: caseId }, data: { phaseDeadlineOn: dayToColumn(day) } }),
  );
}

function alerts(code: string): Promise<number> {
  return custody.database.read.alert.count({ where: { code } });
}

/** The same line, whose venue tells nothing of its key, and how often it was asked. */
function keepingItsKeySecret(): { readonly port: ExchangePort; readonly asked: () => number } {
  let asked = 0;
  const port = new Proxy(custody.port, {
    get: (line, name) => {
      const member: unknown = Reflect.get(line, name);
      if (typeof member !== 'function') return member;
      if (name !== 'keyFacts') return member.bind(line);
      return () => {
        asked += 1;
        return Promise.reject(new CheongsanError('EXCHANGE_REFUSED', 'The exchange tells nothing of its keys.'));
      };
    },
  });
  return { port, asked: () => asked };
}

it('counts an account whose venue tells nothing of the key as read, tells a person once, and asks again after the policy’s time', async () => {
  await receiveHolding(custody, 'BTC', '0.1');
  const { port, asked } = keepingItsKeySecret();
  for (let poll = 1; poll <= 6; poll++) {
    later(custody, 60);
    expect(await tend(port)).toEqual(expect.arrayContaining([expect.objectContaining({ asset: 'BTC', agrees: true })]));
  }
  expect([asked(), await alerts('venue_key_untold'), await alerts('venue_unreadable')]).toEqual([1, 1, 0]);
  expect(await custody.database.read.venueTrouble.count({ where: { kind: 'unreadable' } })).toBe(0);
  later(custody, DAY);
  await tend(port);
  await tend(port);
  expect([asked(), await alerts('venue_key_untold')]).toEqual([2, 1]);
});

it('compares the books while a demand’s deadline cannot move further, and gives it time when it can', async () => {
  const { caseId } = await demandHolding(custody, 'ADA', '5');
  const tomorrow = addDays(today(), 1);
  await setPolicy('venue_trouble.demand_extension_days', 1);
  await setDeadline(caseId, tomorrow);
  await report({ kind: 'deposits_halted', asset: 'ADA' });
  const account = () => custody.database.read.venueAccount.findUniqueOrThrow({ where: { id: custody.accountId } });
  later(custody, 60);
  await tend();
  expect((await account()).reconciledAt).toEqual(custody.clock.now());
  expect(await deadlineOf(caseId)).toBe(tomorrow);
  later(custody, DAY);
  await tend();
  expect(await deadlineOf(caseId)).toBe(addDays(today(), 1));
});

it('moves the deadline of a forgotten halt no further than the bound, and tells of it again and again', async () => {
  const { caseId } = await demandHolding(custody, 'SOL', '5');
  await setDeadline(caseId, today());
  await setPolicy('venue_trouble.demand_extension_days', 7);
  await setPolicy('venue_trouble.demand_extension_limit_days', 20);
  const { troubleId } = await report({ kind: 'deposits_halted', asset: 'SOL' });
  const last = addDays(today(), 20);
  const acknowledge = () =>
    custody.database.work(testActor, (work) =>
      work.tx.alert.updateMany({
        where: { code: 'deposits_halted_pressing', acknowledgedAt: null },
        data: { acknowledgedAt: work.at, acknowledgedById: custody.officer.userId },
      }),
    );
  const pressed = () =>
    custody.database.read.alert.count({ where: { code: 'deposits_halted_pressing', subject: `venue_trouble:${troubleId}` } });
  for (let day = 1; day <= 30; day++) {
    later(custody, DAY);
    await tend();
    await acknowledge();
  }
  expect(await deadlineOf(caseId)).toBe(last);
  expect(today() > last).toBe(true);
  expect(await pressed()).toBe(2);
});

it('takes no maintenance that nothing would end, and no number of a person', async () => {
  await expect(report({ kind: 'maintenance' })).rejects.toMatchObject({ code: 'VENUE_TROUBLE_UNUSABLE' });
  await expect(report({ kind: 'maintenance', untilDay: today(), reference: '담당자 010-1234-5678' })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
  expect(await report({ kind: 'maintenance', untilDay: today() })).toMatchObject({ isNew: true });
});
