import { expect } from 'vitest';
import { z } from 'zod';
import { Won } from '../../src/kernel/money.ts';
import { bankStatementFile } from '../../src/simulation/sample/files.ts';
import { CITY, minutesLater, nextDay, type Town, today } from './way.ts';

/* What the tests of the main way read of the answers, and the acts they repeat. */

export const imported = z.object({
  importFileId: z.int(),
  state: z.string(),
  repeated: z.boolean(),
  goodCount: z.int(),
  badCount: z.int(),
});
export const bulkOf = <R extends z.ZodType>(result: R) =>
  z.object({ done: z.array(z.object({ id: z.int(), result })), refused: z.array(z.object({ id: z.int(), code: z.string() })) });
export const traced = z.looseObject({ agrees: z.boolean(), root: z.looseObject({ children: z.array(z.unknown()) }) });
export const invariant = z.object({ code: z.string(), statement: z.string(), offending: z.array(z.string()) });
export const pageOf = <I extends z.ZodType>(item: I) => z.object({ items: z.array(item), next: z.int().nullable() });
export const proposals = z.object({ proposed: z.array(z.looseObject({ caseId: z.int() })), refused: z.array(z.unknown()) });
const notice = z.object({ id: z.int(), kind: z.string(), state: z.string(), subject: z.string() });
const caseView = z.looseObject({
  phase: z.string(),
  number: z.string(),
  holdings: z.array(z.object({ id: z.int(), asset: z.string(), demandedQuantity: z.string(), state: z.string() })),
  money: z.looseObject({ agrees: z.boolean(), creditedKrw: z.string(), surplusOwedKrw: z.string() }).nullable(),
  steps: z.array(z.object({ step: z.string() })),
});

export async function viewCase({ officer }: Town, caseId: number) {
  return (await officer.get(`/cases/${caseId}`)).expect(caseView);
}

export async function noticesOfCase({ officer }: Town, caseId: number, kind: string, state: string): Promise<number[]> {
  const page = (await officer.get(`/notices?kind=${kind}&state=${state}&caseId=${caseId}`)).expect(pageOf(notice));
  return page.items.map(({ id }) => id);
}

/** Somebody else than the maker agrees to everything that waits. Returns how much that was. */
export async function approveAll({ approver, api }: Town): Promise<number> {
  const pending = (await approver.get('/approvals')).expect(z.array(z.object({ id: z.int() })));
  const approvalIds = pending.map(({ id }) => id);
  const answer = await approver.post('/approvals/decisions', { approvalIds, decision: 'approve', reason: '요건 확인' });
  await api.untilIdle();
  return answer.expect(z.object({ decided: z.int() })).decided;
}

/** Registered letters leave the office; the tracking numbers begin with a digit of their own and count from zero. */
export async function postLetters(town: Town, noticeIds: readonly number[], digit: string): Promise<void> {
  const items = noticeIds.map((noticeId, index) => ({ noticeId, trackingNumber: `${digit}${String(index).padStart(12, '0')}` }));
  const dispatch = { method: 'registered_mail', dispatchedOn: today(town), items };
  expect((await town.officer.post('/notices/dispatches', dispatch)).status).toBe(200);
}

/** Somebody objects to a draft; what he writes is opened for whoever decides, and he takes it back. */
export async function objectAndTakeBack({ treasurer, api }: Town, distributionId: number, filedById: number): Promise<void> {
  const objection = { filedById, filedOn: today({ api }), content: '채권액이 틀림' };
  const { objectionId } = (await treasurer.post(`/distributions/${distributionId}/objections`, objection)).expect(
    z.object({ objectionId: z.int() }),
  );
  const content = await treasurer.get(`/objections/${objectionId}/content?purpose=objection.decide`);
  expect(content.json()).toEqual({ content: '채권액이 틀림' });
  const decision = { decision: 'withdrawn', reason: '스스로 거두어들임' };
  expect((await treasurer.post(`/objections/${objectionId}/decision`, decision)).json()).toEqual({ redraftedTo: null });
}

/** The surplus is paid to the taxpayer's own account and to no other. */
export async function refundSurplus(
  town: Town,
  { caseId, holderName, amountKrw }: { caseId: number; holderName: string; amountKrw: string },
): Promise<void> {
  const payee = { bankName: '표본은행', accountNumber: '000-0000-0001', holderName: '표본-002' };
  const other = (await town.treasurer.post('/refunds', { items: [{ caseId, payee }], reason: '남은 금액' })).expect(bulkOf(z.unknown()));
  expect(other.refused).toEqual([{ id: caseId, code: 'REFUND_PAYEE_DIFFERS' }]);
  const asked = (
    await town.treasurer.post('/refunds', { items: [{ caseId, payee: { ...payee, holderName: holderName } }], reason: '남은 금액' })
  ).expect(bulkOf(z.object({ refundId: z.int(), number: z.string(), amountKrw: z.string() })));
  const result = asked.done[0]?.result;
  expect(result?.amountKrw).toBe(amountKrw);
  expect(await approveAll(town)).toBe(1);
  const told = (await town.treasurer.get(`/refunds/${result?.refundId}/instruction`)).expect(
    z.looseObject({ payee: z.looseObject({ accountNumber: z.string() }) }),
  );
  expect(told.payee.accountNumber).toBe('000-0000-0001');
  const paid = {
    serial: '9',
    on: today(town),
    deposit: undefined,
    withdrawal: Won.of(amountKrw),
    remark: result?.number ?? '',
    counterpart: holderName,
  };
  (await town.treasurer.upload('/imports/bank-statement', await bankStatementFile([paid]))).expect(imported);
  await town.api.untilIdle();
}

/** The accounts from which coins were seized are allowed to receive them again, after the cooling time. */
async function listSeizedAccounts(town: Town, holdingIds: readonly number[]): Promise<void> {
  const proof = { ownershipProof: '거래소 회신 2026-0001', registrationReference: '업비트 등록 2026-0001', reason: '남은 가상자산 반환' };
  const unlisted = await town.officer.post('/coin-transfers', { items: holdingIds.map((holdingId) => ({ holdingId })), reason: '반환' });
  expect(new Set(unlisted.expect(bulkOf(z.unknown())).refused.map(({ code }) => code))).toEqual(new Set(['ADDRESS_NOT_LISTED']));
  const listed = await town.officer.post('/withdrawal-addresses/seized-accounts', { items: holdingIds, ...proof });
  expect(listed.expect(bulkOf(z.unknown())).refused).toEqual([]);
  expect(await approveAll(town)).toBe(holdingIds.length);
  await nextDay(town, 2);
}

/** What is left of the coins goes back by a person's hand and is read back. */
export async function returnCoins(town: Town, holdingIds: readonly number[]): Promise<void> {
  await listSeizedAccounts(town, holdingIds);
  const asked = (
    await town.officer.post('/coin-transfers', { items: holdingIds.map((holdingId) => ({ holdingId })), reason: '남은 가상자산 반환' })
  ).expect(bulkOf(z.object({ transferId: z.int() })));
  const transferIds = asked.done.map(({ result }) => result.transferId);
  expect(await approveAll(town)).toBe(transferIds.length);
  const told = (await town.officer.post('/coin-transfers/instructions', { items: transferIds })).expect(
    bulkOf(z.object({ asset: z.string(), quantity: z.string(), destinationReference: z.string() })),
  );
  const confirmations: { transferId: number; transactionId: string }[] = [];
  for (const { id, result } of told.done) {
    const move = {
      fromAccountId: CITY,
      toAccountId: result.destinationReference,
      asset: result.asset,
      quantity: result.quantity,
      by: 'owner',
    } as const;
    confirmations.push({ transferId: id, transactionId: (await town.exchange.operator.transferInternally(move)).transactionId });
  }
  await minutesLater(town, 5);
  const confirmed = (await town.officer.post('/coin-transfers/confirmations', { items: confirmations })).expect(bulkOf(z.unknown()));
  expect(confirmed.refused).toEqual([]);
  await minutesLater(town, 10);
  expect((await town.officer.post(`/venue-accounts/${town.venueAccountId}/readings`, {})).status).toBe(200);
  await town.api.untilIdle();
}

/** What was credited leaves as one file with the receipt, and nothing is left for a second. */
export async function sendReceiptsBack(
  town: Town,
  { caseId, noticeNumber }: { readonly caseId: number; readonly noticeNumber: string | undefined },
): Promise<void> {
  const made = (await town.treasurer.post('/receipt-exports', {})).expect(
    z.object({ export: z.looseObject({ exportId: z.int(), totalKrw: z.string() }).nullable() }),
  );
  expect(made.export?.totalKrw).toBe((await viewCase(town, caseId)).money?.creditedKrw);
  const file = await town.treasurer.get(`/receipt-exports/${made.export?.exportId}/file?encoding=cp949`);
  expect(new TextDecoder('euc-kr').decode(file.bytes)).toContain(noticeNumber);
  expect((await town.treasurer.post('/receipt-exports', {})).json()).toEqual({ export: null });
}

/** The auditor reads the trial balance and the entries of a case. */
export async function readLedger(town: Town, caseId: number): Promise<void> {
  const trial = (await town.auditor.get('/ledger/trial-balance')).expect(z.object({ rows: z.array(z.looseObject({ chart: z.string() })) }));
  expect(trial.rows.map(({ chart }) => chart)).toContain('1510');
  const entries = (await town.auditor.get(`/ledger/entries?subject=case:${caseId}`)).expect(
    z.looseObject({ items: z.array(z.looseObject({ id: z.string() })) }),
  );
  expect(entries.items.length).toBeGreaterThan(3);
}
