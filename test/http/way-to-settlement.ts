import { expect } from 'vitest';
import { z } from 'zod';
import { Won } from '../../src/kernel/money.ts';
import { bankStatementFile, postResultsFile } from '../../src/simulation/sample/files.ts';
import { AGENCY, CITY, minutesLater, nextDay, signInAgain, type Town, today } from './way.ts';
import { approveAll, bulkOf, imported, pageOf, postLetters, viewCase } from './way-steps.ts';

/* The second half of the main way in as few steps as it has, for tests whose subject lies before it. Each takes one case. */

/** The sale notice is written, sent and served; the voluntary window is open after it. */
export async function serveSaleNotice(town: Town, caseId: number): Promise<void> {
  const written = (
    await town.officer.post('/sale-notices', { items: [caseId], venueAccountId: town.venueAccountId, agency: AGENCY })
  ).expect(bulkOf(z.object({ noticeIds: z.array(z.int()) })));
  const noticeIds = written.done[0]?.result.noticeIds ?? [];
  expect((await town.officer.post('/notices/print', { noticeIds })).status).toBe(200);
  await postLetters(town, noticeIds, '9');
  await nextDay(town, 2);
  const rows = noticeIds.map((_, index) => {
    const trackingNumber = `9${String(index).padStart(12, '0')}`;
    return { trackingNumber, result: '배달완료', on: today(town), receivedBy: '본인', reference: '배달-1' };
  });
  (await town.officer.upload('/imports/service-results', await postResultsFile(rows))).expect(imported);
  await town.api.untilIdle();
  expect((await viewCase(town, caseId)).phase).toBe('voluntary_window');
}

/** He lets the city sell, somebody else approves the mandate, and it is sold until the need is covered. */
export async function sellForHim(town: Town, caseId: number): Promise<void> {
  const choice = { caseId, kind: 'let_city_sell', madeOn: today(town), reference: '접수-7' };
  const chosen = (await town.officer.post('/window-choices', { items: [choice] })).expect(bulkOf(z.unknown()));
  expect(chosen.refused).toEqual([]);
  const asked = (await town.officer.post('/mandates', { items: [caseId], reason: '체납자의 선택' })).expect(bulkOf(z.unknown()));
  expect(asked.refused).toEqual([]);
  expect(await approveAll(town)).toBe(1);
  for (let minute = 0; minute < 240 && (await viewCase(town, caseId)).phase !== 'sale_done'; minute++) await minutesLater(town, 1);
  await signInAgain(town);
  expect((await viewCase(town, caseId)).phase).toBe('sale_done');
}

/** The won is withdrawn by a person and found on the bank statement. */
export async function bringWonHome(town: Town, caseId: number): Promise<void> {
  const request = { venueAccountId: town.venueAccountId, reason: '매각 완료' };
  const { withdrawalId } = (await town.treasurer.post('/withdrawals', request)).expect(z.looseObject({ withdrawalId: z.int() }));
  expect(await approveAll(town)).toBe(1);
  const path = `/withdrawals/${withdrawalId}`;
  const told = (await town.treasurer.get(`${path}/instruction`)).expect(z.object({ amountKrw: z.string(), number: z.string() }));
  await town.exchange.operator.withdrawWon({ accountId: CITY, amount: told.amountKrw });
  expect((await town.treasurer.post(`${path}/confirm`, { venueReference: 'UP-W-1' })).status).toBe(200);
  await minutesLater(town, 10);
  expect((await town.treasurer.post(`/venue-accounts/${town.venueAccountId}/withdrawal-readings`, {})).status).toBe(200);
  const line = { serial: '1', on: today(town), withdrawal: undefined, counterpart: '표본거래소 주식회사' };
  const statement = await bankStatementFile([{ ...line, deposit: Won.of(told.amountKrw), remark: told.number }]);
  (await town.treasurer.upload('/imports/bank-statement', statement)).expect(imported);
  await town.api.untilIdle();
  expect((await viewCase(town, caseId)).phase).toBe('distributing');
}

/** The distribution is filed, told of and final once its day is over. */
export async function distribute(town: Town, caseId: number): Promise<void> {
  const drafts = (await town.treasurer.get(`/distributions?state=drafted&caseId=${caseId}`)).expect(pageOf(z.looseObject({ id: z.int() })));
  const items = drafts.items.map(({ id }) => id);
  const told = (await town.treasurer.post('/distributions/notices', { items, agency: AGENCY })).expect(
    bulkOf(z.object({ noticeIds: z.array(z.int()) })),
  );
  await postLetters(town, told.done[0]?.result.noticeIds ?? [], '8');
  for (let days = 0; days < 40 && (await viewCase(town, caseId)).phase === 'distributing'; days++) await nextDay(town);
  expect((await viewCase(town, caseId)).phase).toBe('settled');
}
