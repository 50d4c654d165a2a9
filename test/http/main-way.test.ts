import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Won } from '../../src/kernel/money.ts';
import { bankStatementFile, ledgerFile, postResultsFile, replyFile, transferReportFile } from '../../src/simulation/sample/files.ts';
import { sealEverything } from '../support/seal.ts';
import {
  AGENCY,
  CITY,
  CORRESPONDENCE,
  minutesLater,
  nextDay,
  openCustomer,
  replyTo,
  startTown,
  type Town,
  taxpayer,
  today,
} from './way.ts';
import {
  approveAll,
  bulkOf,
  imported,
  invariant,
  noticesOfCase,
  objectAndTakeBack,
  pageOf,
  postLetters,
  proposals,
  readLedger,
  refundSurplus,
  returnCoins,
  sendReceiptsBack,
  traced,
  viewCase,
} from './way-steps.ts';

/*
 * One taxpayer on the whole main way, through the API alone: from the ledger file to won credited on his bill and the closed case.
 * Each test is a stop; a later one builds on those before.
 */

const PRINCIPAL = '1200000';
const owing = taxpayer(1, PRINCIPAL, '0.05');
let town: Town;
let caseId = 0;
let personId = 0;
let billId = 0;

beforeAll(async () => {
  town = await startTown();
  await openCustomer(town, owing);
});

test('his bill comes in with the ledger: checked first, stored once', async () => {
  const file = await ledgerFile([owing]);
  const check = (await town.officer.upload('/imports/delinquent-ledger', file)).expect(imported);
  expect(check).toMatchObject({ state: 'checked', goodCount: 1, badCount: 0 });
  expect(await town.api.database.read.bill.count()).toBe(0);
  const stored = (await town.officer.upload('/imports/delinquent-ledger?mode=store', file)).expect(imported);
  expect(stored).toMatchObject({ state: 'stored', repeated: false, goodCount: 1 });
  const again = (await town.officer.upload('/imports/delinquent-ledger?mode=store', file)).expect(imported);
  expect(again).toMatchObject({ state: 'stored', repeated: true, importFileId: stored.importFileId });

  const found = (
    await town.officer.post('/persons/search', {
      by: 'registration_number',
      registrationNumber: owing.registrationNumber,
      purpose: 'taxpayer.call',
    })
  ).expect(z.object({ personIds: z.array(z.int()) }));
  personId = found.personIds[0] ?? 0;
  const person = (await town.officer.get(`/persons/${personId}?purpose=taxpayer.call`)).expect(
    z.looseObject({ name: z.string(), sample: z.boolean() }),
  );
  expect(person).toMatchObject({ name: owing.name, sample: true });
  const bills = (await town.officer.get(`/persons/${personId}/bills`)).expect(
    z.object({ totalKrw: z.string(), bills: z.array(z.object({ id: z.int(), bars: z.array(z.unknown()) })) }),
  );
  billId = bills.bills[0]?.id ?? 0;
  expect(bills.bills[0]?.bars).toEqual([]);
  expect(Won.of(bills.totalKrw).isMoreThan(Won.of(PRINCIPAL))).toBe(true);
  const penalty = (await town.officer.get(`/bills/${billId}/penalty`)).expect(
    z.object({ lines: z.array(z.object({ totalKrw: z.string() })) }),
  );
  expect(
    Won.of(penalty.lines[0]?.totalKrw ?? '0')
      .plus(Won.of(PRINCIPAL))
      .toString(),
  ).toBe(bills.totalKrw);
});

test('the exchange is asked and answers; a reply to a question nobody asked is refused', async () => {
  const asked = (await town.officer.post('/inquiries', { venueCode: 'upbit', identification: 'registration_number' })).expect(
    z.object({ id: z.int(), number: z.string(), subjectCount: z.int() }),
  );
  expect(asked.subjectCount).toBe(1);
  const file = await town.officer.get(`/inquiries/${asked.id}/file?format=csv&encoding=cp949`);
  expect(file.headers.get('content-type')).toBe('text/csv; charset=euc-kr');
  expect(new TextDecoder('euc-kr').decode(file.bytes)).toContain(owing.name);
  const sheet = await town.officer.get(`/inquiries/${asked.id}/file?format=xlsx`);
  expect([...sheet.bytes.slice(0, 2)]).toEqual([0x50, 0x4b]);
  expect((await town.officer.post(`/inquiries/${asked.id}/sent`, { sentOn: today(town), reference: '징수과-1' })).status).toBe(200);

  const row = replyTo(asked.number, owing);
  const stray = await replyFile([{ ...row, requestNumber: 'INQ-2026-9999' }]);
  expect((await town.officer.upload('/imports/holdings-reply', stray)).problem()).toMatchObject({
    status: 404,
    code: 'REPLY_UNKNOWN_REQUEST',
  });
  expect(await town.api.database.read.holdingsReply.count()).toBe(0);
  (await town.officer.upload('/imports/holdings-reply', await replyFile([row]))).expect(imported);
  const rows = (await town.officer.get(`/reply-rows?inquiryId=${asked.id}`)).expect(pageOf(z.object({ id: z.int(), state: z.string() })));
  expect(rows.items.map(({ state }) => state)).toEqual(['matched']);
  const comparison = (await town.officer.get(`/reply-rows/${rows.items[0]?.id}/comparison`)).expect(
    z.looseObject({ ours: z.looseObject({ name: z.string() }).nullable() }),
  );
  expect(comparison.ours?.name).toBe(owing.name);
  expect(await town.api.database.read.auditEvent.count({ where: { action: 'holdings_reply_row.viewed' } })).toBe(1);
});

test('a seizure is proposed for what he owes; its maker may not approve it', async () => {
  const body = { venueAccountId: town.venueAccountId };
  const answer = (await town.officer.post('/seizures/proposals', body)).expect(proposals);
  expect(answer.refused).toEqual([]);
  caseId = answer.proposed[0]?.caseId ?? 0;
  expect((await town.officer.post('/seizures/proposals', body)).expect(proposals).proposed).toEqual([]);

  const both = await town.api.hire('maker.and.checker', ['collection_officer', 'approver']);
  const asked = (await both.post('/seizures/approval-requests', { items: [caseId, 4711], reason: '체납 처분' })).expect(
    bulkOf(z.object({ approvalId: z.int() })),
  );
  expect(asked.refused).toEqual([{ id: 4711, code: 'NOT_FOUND' }]);
  const approvalId = asked.done[0]?.result.approvalId ?? 0;
  const decision = { decision: 'approve', reason: '요건 확인' };
  expect((await both.post(`/approvals/${approvalId}/decision`, decision)).problem()).toMatchObject({
    status: 403,
    code: 'APPROVAL_BY_MAKER',
  });
  expect((await viewCase(town, caseId)).phase).toBe('proposed');
  expect((await town.approver.post(`/approvals/${approvalId}/decision`, decision)).status).toBe(200);
  expect((await town.approver.post(`/approvals/${approvalId}/decision`, decision)).problem().code).toBe('APPROVAL_NOT_PENDING');
  expect((await viewCase(town, caseId)).phase).toBe('approved');
});

test('the letters to the exchange are written, sent and proven served', async () => {
  const written = (
    await town.officer.post('/seizures/documents', {
      caseIds: [caseId],
      venueAccountId: town.venueAccountId,
      correspondence: CORRESPONDENCE,
    })
  ).expect(bulkOf(z.array(z.object({ noticeId: z.int(), kind: z.string() }))));
  expect(written.done[0]?.result.map(({ kind }) => kind).toSorted()).toEqual(['seizure_record', 'transfer_demand', 'venue_seizure_notice']);
  const [seizure = 0] = await noticesOfCase(town, caseId, 'venue_seizure_notice', 'issued');
  const [demand = 0] = await noticesOfCase(town, caseId, 'transfer_demand', 'issued');
  const result = { result: 'served', resultOn: today(town), receivedBy: 'document_office', reference: '접수-1' };
  const early = (await town.officer.post('/notices/service-results', { items: [{ noticeId: seizure, ...result }] })).expect(
    bulkOf(z.unknown()),
  );
  expect(early.refused).toEqual([{ id: seizure, code: 'CONFLICT' }]);
  const dispatch = { method: 'official_document', dispatchedOn: today(town), items: [{ noticeId: seizure }, { noticeId: demand }] };
  expect((await town.officer.post('/notices/dispatches', dispatch)).status).toBe(200);
  const served = (
    await town.officer.post('/notices/service-results', { items: [seizure, demand].map((noticeId) => ({ noticeId, ...result })) })
  ).expect(bulkOf(z.object({ state: z.string() })));
  expect(served.done.map(({ result: { state } }) => state)).toEqual(['served', 'served']);
  await town.api.untilIdle();
  expect((await viewCase(town, caseId)).phase).toBe('transfer_demanded');
  expect(
    (await town.officer.post('/seizures/valuations', { venueAccountId: town.venueAccountId })).expect(
      z.object({ valuedHoldings: z.int() }),
    ),
  ).toEqual({ valuedHoldings: 1 });
  expect((await town.officer.get(`/notices/${seizure}`)).expect(z.looseObject({ attempts: z.array(z.unknown()) })).attempts).toHaveLength(
    1,
  );
});

test('the coins come into the city’s account and are his holding', async () => {
  expect((await town.officer.post(`/venue-accounts/${town.venueAccountId}/addresses`, {})).status).toBe(200);
  const { number, holdings } = await viewCase(town, caseId);
  const quantity = holdings[0]?.demandedQuantity ?? '0';
  const { transactionId } = await town.exchange.operator.transferInternally({
    fromAccountId: owing.accountId,
    toAccountId: CITY,
    asset: 'BTC',
    quantity,
    by: 'staff',
  });
  await minutesLater(town, 5);
  const report = await transferReportFile([
    { caseNumber: number, accountId: owing.accountId, asset: 'BTC', quantity, transactionId, transferredOn: today(town) },
  ]);
  (await town.officer.upload('/imports/transfer-report', report)).expect(imported);
  const readings = (await town.officer.post(`/venue-accounts/${town.venueAccountId}/readings`, {})).expect(
    z.array(z.object({ asset: z.string(), agrees: z.boolean() })),
  );
  expect(readings.every(({ agrees }) => agrees)).toBe(true);
  await town.api.untilIdle();
  expect((await viewCase(town, caseId)).phase).toBe('in_custody');
  const receipts = (await town.officer.get(`/cases/${caseId}/coin-receipts`)).expect(
    z.array(z.object({ received: z.string(), outstanding: z.string() })),
  );
  expect(receipts).toEqual([{ received: quantity, outstanding: '0' }]);
  const balances = (await town.officer.get(`/venue-accounts/${town.venueAccountId}/balances`)).expect(
    z.array(z.object({ asset: z.string(), ledgerQuantity: z.string() })),
  );
  expect(balances).toContainEqual({ asset: 'BTC', ledgerQuantity: quantity });
});

test('without proven service on him nothing is sold', async () => {
  const denied = (await town.officer.get(`/cases/${caseId}/gate`)).expect(
    z.object({ open: z.boolean(), denials: z.array(z.object({ code: z.string(), text: z.string() })) }),
  );
  expect(denied.open).toBe(false);
  expect(denied.denials.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['sale_notice_missing', 'window_missing', 'mandate_missing']),
  );
  const mandate = (await town.officer.post('/mandates', { items: [caseId], reason: '기간 경과' })).expect(bulkOf(z.unknown()));
  expect(mandate.refused).toEqual([{ id: caseId, code: 'PHASE_WRONG' }]);
});

test('the sale notice is written, printed, listed, sent, and its service read from the post’s file', async () => {
  const written = (
    await town.officer.post('/sale-notices', { items: [caseId], venueAccountId: town.venueAccountId, agency: AGENCY })
  ).expect(bulkOf(z.object({ noticeIds: z.array(z.int()) })));
  const [saleNotice = 0] = written.done[0]?.result.noticeIds ?? [];
  const printed = await town.officer.post('/notices/print', { noticeIds: [saleNotice] });
  expect(printed.headers.get('content-type')).toBe('application/pdf');
  expect(printed.text.slice(0, 5)).toBe('%PDF-');
  const list = await town.officer.post('/notices/sender-list', { noticeIds: [saleNotice] });
  expect(list.text).toContain(owing.address);
  await postLetters(town, [saleNotice], '9');
  await nextDay(town, 2);
  const rows = [{ trackingNumber: '9000000000000', result: '배달완료', on: today(town), receivedBy: '본인', reference: '배달-1' }];
  (await town.officer.upload('/imports/service-results', await postResultsFile(rows))).expect(imported);
  await town.api.untilIdle();
  expect((await viewCase(town, caseId)).phase).toBe('voluntary_window');
  const status = (await town.officer.get(`/cases/${caseId}/sale-notices`)).expect(
    z.array(z.looseObject({ notice: z.looseObject({ state: z.string() }).nullable() })),
  );
  expect(status.map((each) => each.notice?.state)).toEqual(['served']);
  const windows = (await town.officer.get('/windows?state=open')).expect(pageOf(z.looseObject({ caseId: z.int() })));
  expect(windows.items.map((window) => window.caseId)).toEqual([caseId]);
  expect(
    (await town.officer.post('/sale-invitations', { items: [caseId], agency: AGENCY })).expect(bulkOf(z.object({ noticeId: z.int() })))
      .done,
  ).toHaveLength(1);
});

test('he lets the city sell, takes it back, and chooses it again with his form', async () => {
  const choice = { caseId, kind: 'let_city_sell', madeOn: today(town), reference: '접수-7' };
  const chosen = (await town.officer.post('/window-choices', { items: [choice] })).expect(bulkOf(z.object({ choiceId: z.int() })));
  const choiceId = chosen.done[0]?.result.choiceId;
  expect((await town.officer.post(`/window-choices/${choiceId}/revoke`, { revokedOn: today(town), reference: '접수-8' })).status).toBe(200);
  const paper = (await town.officer.post('/notices/print', { noticeIds: await noticesOfCase(town, caseId, 'sale_notice', 'served') }))
    .bytes;
  const query = `kind=let_city_sell&madeOn=${today(town)}&reference=${encodeURIComponent('접수-9')}`;
  const again = await town.officer.upload(`/cases/${caseId}/choice?${query}`, new Uint8Array(paper), 'application/pdf');
  expect(again.status).toBe(200);
  const { proofDocumentId } = await town.api.database.read.windowChoice.findFirstOrThrow({ where: { caseId, revokedAt: null } });
  const kept = await town.officer.get(`/documents/${proofDocumentId}?purpose=choice.review`);
  expect(kept.bytes).toEqual(paper);
});

test('somebody else approves the mandate, and the sale runs until the need is covered', async () => {
  const asked = (await town.officer.post('/mandates', { items: [caseId], reason: '체납자의 선택' })).expect(
    bulkOf(z.object({ mandateId: z.int(), approvalId: z.int() })),
  );
  expect(asked.done).toHaveLength(1);
  expect(await approveAll(town)).toBe(1);
  for (let minute = 0; minute < 120 && (await viewCase(town, caseId)).phase !== 'sale_done'; minute++) await minutesLater(town, 1);
  expect((await viewCase(town, caseId)).phase).toBe('sale_done');
  const decisions = (await town.officer.get(`/cases/${caseId}/decisions`)).expect(
    pageOf(z.looseObject({ id: z.int(), outcome: z.string() })),
  );
  expect(decisions.items.map(({ outcome }) => outcome)).toContain('order');
  const whole = await town.auditor.get(`/decisions/${decisions.items[0]?.id}`);
  expect(whole.expect(z.looseObject({ inputs: z.looseObject({ ruleVersion: z.string() }) })).inputs.ruleVersion).toBe('planned-1');
  const orders = (await town.officer.get(`/cases/${caseId}/orders`)).expect(
    pageOf(z.looseObject({ fills: z.array(z.looseObject({ id: z.int() })) })),
  );
  expect(orders.items.flatMap(({ fills }) => fills).length).toBeGreaterThan(0);
  expect((await viewCase(town, caseId)).steps.map(({ step }) => step)).toContain('withdraw_won');
});

test('the won is withdrawn by a person and found again on the bank statement', async () => {
  const request = { venueAccountId: town.venueAccountId, reason: '매각 완료' };
  const asked = (await town.treasurer.post('/withdrawals', request)).expect(z.object({ withdrawalId: z.int(), number: z.string() }));
  const path = `/withdrawals/${asked.withdrawalId}`;
  expect((await town.treasurer.get(`${path}/instruction`)).problem().code).toBe('CONFLICT');
  expect(await approveAll(town)).toBe(1);
  const told = (await town.treasurer.get(`${path}/instruction`)).expect(z.object({ amountKrw: z.string(), number: z.string() }));
  await town.exchange.operator.withdrawWon({ accountId: CITY, amount: told.amountKrw });
  expect((await town.treasurer.post(`${path}/confirm`, { venueReference: 'UP-W-1' })).status).toBe(200);
  await minutesLater(town, 10);
  expect((await town.treasurer.post(`/venue-accounts/${town.venueAccountId}/withdrawal-readings`, {})).status).toBe(200);

  const line = { on: today(town), withdrawal: undefined, counterpart: '표본거래소 주식회사' };
  const arrived = { ...line, serial: '1', deposit: Won.of(told.amountKrw), remark: told.number };
  const stranger = { ...line, serial: '2', deposit: Won.of('50000'), remark: '누군가의 입금' };
  const both = await bankStatementFile([arrived, stranger]);
  expect((await town.treasurer.upload('/imports/bank-statement', both)).problem()).toMatchObject({
    status: 409,
    code: 'BANK_LINE_UNMATCHED',
  });
  expect(await town.api.database.read.bankLine.count()).toBe(0);
  (await town.treasurer.upload('/imports/bank-statement?acceptUnmatched=true', both)).expect(imported);
  await town.api.untilIdle();
  const unmatched = (await town.treasurer.get('/bank-lines?state=unmatched')).expect(
    pageOf(z.looseObject({ id: z.int(), unmatchedReason: z.object({ code: z.string() }).nullable() })),
  );
  expect(unmatched.items.map(({ unmatchedReason }) => unmatchedReason?.code)).toEqual(['no_reference']);
  const lineId = unmatched.items[0]?.id;
  const counterpart = (await town.treasurer.get(`/bank-lines/${lineId}/counterpart?purpose=bank.match`)).expect(
    z.looseObject({ remark: z.string() }),
  );
  expect(counterpart.remark).toContain('누군가의 입금');
  const wrong = await town.treasurer.post(`/bank-lines/${lineId}/match`, { kind: 'withdrawal', id: asked.withdrawalId });
  expect(wrong.problem().code).toBe('BANK_LINE_UNMATCHED');
  expect((await viewCase(town, caseId)).phase).toBe('distributing');
});

test('the distribution is filed, told of, and final once its day is over', async () => {
  const drafts = (await town.treasurer.get(`/distributions?state=drafted&caseId=${caseId}`)).expect(pageOf(z.looseObject({ id: z.int() })));
  const draftId = drafts.items[0]?.id ?? 0;
  const detail = (await town.treasurer.get(`/distributions/${draftId}`)).expect(
    z.looseObject({ lines: z.array(z.looseObject({ tier: z.string() })) }),
  );
  expect(detail.lines.map(({ tier }) => tier)).toContain('tax');
  const statement = await town.treasurer.get(`/distributions/${draftId}/statement`);
  expect(statement.text.slice(0, 5)).toBe('%PDF-');
  const early = (await town.treasurer.post('/distributions/finish', { items: [draftId] })).expect(bulkOf(z.unknown()));
  expect(early.refused).toEqual([{ id: draftId, code: 'DISTRIBUTION_TOO_EARLY' }]);

  const told = (await town.treasurer.post('/distributions/notices', { items: [draftId], agency: AGENCY })).expect(
    bulkOf(z.object({ noticeIds: z.array(z.int()) })),
  );
  await postLetters(town, told.done[0]?.result.noticeIds ?? [], '8');
  await objectAndTakeBack(town, draftId, personId);
  for (let days = 0; days < 40 && (await viewCase(town, caseId)).phase === 'distributing'; days++) await nextDay(town);
  expect((await viewCase(town, caseId)).phase).toBe('settled');
  const receipts = (await town.officer.get(`/bills/${billId}/receipts`)).expect(
    z.array(z.looseObject({ tier: z.string(), amountKrw: z.string() })),
  );
  expect(receipts.map(({ tier }) => tier).toSorted()).toEqual(['late_penalty', 'tax']);
});

test('what is left goes back to him and the case is closed', async () => {
  const { money, holdings, steps } = await viewCase(town, caseId);
  expect(steps.map(({ step }) => step)).toEqual(['refund', 'return_coins']);
  await refundSurplus(town, { caseId, holderName: owing.name, amountKrw: money?.surplusOwedKrw ?? '0' });
  await returnCoins(
    town,
    holdings.map(({ id }) => id),
  );
  expect((await viewCase(town, caseId)).steps.map(({ step }) => step)).toEqual(['release']);
  const closable = await town.treasurer.get('/cases/closable?venueCode=upbit');
  expect(closable.expect(z.array(z.looseObject({ caseId: z.int() }))).map((each) => each.caseId)).toEqual([caseId]);
  const closed = (await town.treasurer.post('/cases/closures', { venueCode: 'upbit', correspondence: CORRESPONDENCE })).expect(
    bulkOf(z.unknown()),
  );
  expect(closed).toMatchObject({ done: [{ id: caseId }], refused: [] });
  expect(await viewCase(town, caseId)).toMatchObject({ phase: 'closed', money: { agrees: true } });
});

test('what was credited goes back to the national network once, as a file', async () => {
  await sendReceiptsBack(town, { caseId, noticeNumber: owing.bills[0]?.noticeNumber });
});

test('every won can be traced both ways, and nothing is broken', async () => {
  const { read } = town.api.database;
  const { number } = await read.seizureCase.findUniqueOrThrow({ where: { id: caseId } });
  const { noticeNumber } = await read.bill.findUniqueOrThrow({ where: { id: billId } });
  const fill = await read.orderFill.findFirstOrThrow();
  for (const [kind, ...names] of [
    ['case', caseId, number, `case:${caseId}`],
    ['bill', billId, noticeNumber, `bill:${billId}`],
    ['fill', fill.id, fill.tradeId, `order_fill:${fill.id}`],
  ]) {
    const traces = [];
    for (const name of names) traces.push((await town.auditor.get(`/trace/${kind}/${name}`)).expect(traced));
    for (const trace of traces) expect(trace).toEqual(traces[0]);
    expect(traces[0]?.agrees).toBe(true);
    expect(traces[0]?.root.children.length).toBeGreaterThan(0);
    expect((await town.auditor.get(`/trace/${kind}/2099-999999`)).problem().code).toBe('NOT_FOUND');
  }
  await readLedger(town, caseId);
  await sealEverything(town.api.database);
  const invariants = (await town.auditor.get('/invariants')).expect(z.object({ broken: z.int(), results: z.array(invariant) }));
  expect(invariants.results.filter(({ offending }) => offending.length > 0)).toEqual([]);
  expect(invariants.broken).toBe(0);
  expect((await town.auditor.get('/audit/verification')).json()).toEqual({ intact: true, findings: [] });
  const events = (await town.auditor.get(`/audit/events?stream=case:${caseId}&limit=500`)).expect(
    z.looseObject({ items: z.array(z.looseObject({ action: z.string() })) }),
  );
  expect(events.items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['seizure.proposed', 'seizure.approved', 'seizure.took_effect']),
  );
});
