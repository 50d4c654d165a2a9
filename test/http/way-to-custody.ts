import { expect } from 'vitest';
import { z } from 'zod';
import type { SampleTaxpayer } from '../../src/simulation/sample/city.ts';
import { ledgerFile, replyFile, transferReportFile } from '../../src/simulation/sample/files.ts';
import { CITY, CORRESPONDENCE, minutesLater, openCustomer, replyTo, type Town, today } from './way.ts';
import { approveAll, bulkOf, imported, noticesOfCase, proposals, viewCase } from './way-steps.ts';

/** Takes a taxpayer from the ledger file to coins in the city's custody, through the API alone. Returns his case. */
export async function bringIntoCustody(town: Town, owing: SampleTaxpayer): Promise<number> {
  const caseId = await bringToApproval(town, owing);
  await seizeAndDemand(town, caseId);
  await transferAll(town, owing, caseId);
  expect((await viewCase(town, caseId)).phase).toBe('in_custody');
  return caseId;
}

/** As far as the approved seizure, of which nobody outside knows yet. Returns its case. */
export async function bringToApproval(town: Town, owing: SampleTaxpayer): Promise<number> {
  await openCustomer(town, owing);
  (await town.officer.upload('/imports/delinquent-ledger?mode=store', await ledgerFile([owing]))).expect(imported);
  const asked = (await town.officer.post('/inquiries', { venueCode: 'upbit', identification: 'registration_number' })).expect(
    z.object({ id: z.int(), number: z.string() }),
  );
  expect((await town.officer.get(`/inquiries/${asked.id}/file?format=csv&encoding=cp949`)).status).toBe(200);
  expect((await town.officer.post(`/inquiries/${asked.id}/sent`, { sentOn: today(town), reference: '징수과-1' })).status).toBe(200);
  (await town.officer.upload('/imports/holdings-reply', await replyFile([replyTo(asked.number, owing)]))).expect(imported);
  const proposed = (await town.officer.post('/seizures/proposals', { venueAccountId: town.venueAccountId })).expect(proposals).proposed;
  const caseId = proposed[0]?.caseId ?? 0;
  expect((await town.officer.post('/seizures/approval-requests', { items: [caseId], reason: '체납 처분' })).status).toBe(200);
  await approveAll(town);
  return caseId;
}

/** The letters to the exchange are written, sent and served. */
export async function seizeAndDemand(town: Town, caseId: number): Promise<void> {
  const documents = { caseIds: [caseId], venueAccountId: town.venueAccountId, correspondence: CORRESPONDENCE };
  expect((await town.officer.post('/seizures/documents', documents)).status).toBe(200);
  const [seizure = 0] = await noticesOfCase(town, caseId, 'venue_seizure_notice', 'issued');
  const [demand = 0] = await noticesOfCase(town, caseId, 'transfer_demand', 'issued');
  const letters = [seizure, demand].map((noticeId) => ({ noticeId }));
  const dispatch = { method: 'official_document', dispatchedOn: today(town), items: letters };
  expect((await town.officer.post('/notices/dispatches', dispatch)).status).toBe(200);
  const result = { result: 'served', resultOn: today(town), receivedBy: 'document_office', reference: '접수-1' };
  const items = letters.map((letter) => ({ ...letter, ...result }));
  expect((await town.officer.post('/notices/service-results', { items })).expect(bulkOf(z.unknown())).refused).toEqual([]);
  await town.api.untilIdle();
}

/** The exchange moves what he had there, and reports it. */
export async function transferAll(town: Town, { accountId, holdings: [held] }: SampleTaxpayer, caseId: number): Promise<void> {
  expect((await town.officer.post(`/venue-accounts/${town.venueAccountId}/addresses`, {})).status).toBe(200);
  const { number, holdings } = await viewCase(town, caseId);
  const { asset = '', demandedQuantity: quantity = '0' } = holdings.find((each) => each.asset === held?.asset) ?? {};
  const move = { fromAccountId: accountId, toAccountId: CITY, asset, quantity, by: 'staff' } as const;
  const { transactionId } = await town.exchange.operator.transferInternally(move);
  await minutesLater(town, 5);
  const report = await transferReportFile([{ caseNumber: number, accountId, asset, quantity, transactionId, transferredOn: today(town) }]);
  (await town.officer.upload('/imports/transfer-report', report)).expect(imported);
  expect((await town.officer.post(`/venue-accounts/${town.venueAccountId}/readings`, {})).status).toBe(200);
  await town.api.untilIdle();
}
