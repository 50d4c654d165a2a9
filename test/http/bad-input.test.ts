import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import type { SampleTaxpayer } from '../../src/simulation/sample/city.ts';
import { ledgerFile, replyFile } from '../../src/simulation/sample/files.ts';
import { CITY, openCustomer, replyTo, startTown, type Town, taxpayer } from './way.ts';

/* What people really hand in wrongly: each with its name, and nothing stored of it. */

let town: Town;
const imported = z.object({ importFileId: z.int(), state: z.string(), goodCount: z.int(), badCount: z.int() });

beforeAll(async () => {
  town = await startTown();
});

async function ledgerText(...taxpayers: readonly SampleTaxpayer[]): Promise<string> {
  return new TextDecoder('euc-kr').decode(await ledgerFile(taxpayers));
}

function billed(base: SampleTaxpayer, changes: Partial<SampleTaxpayer['bills'][number]>): SampleTaxpayer {
  return { ...base, bills: base.bills.map((bill) => ({ ...bill, ...changes })) };
}

async function countsUnchanged(act: () => Promise<void>): Promise<void> {
  const { read } = town.api.database;
  const count = async () => [
    await read.bill.count(),
    await read.person.count(),
    await read.ledgerEntry.count(),
    await read.seizureCase.count(),
  ];
  const before = await count();
  await act();
  expect(await count()).toEqual(before);
}

describe('a ledger file', () => {
  const path = '/imports/delinquent-ledger?mode=store';

  test('that breaks off inside a quoted cell is torn', async () => {
    const text = await ledgerText(taxpayer(101, '500000', '0.01'));
    const torn = `${text.slice(0, text.lastIndexOf('표본시'))}"표본시`;
    await countsUnchanged(async () => {
      expect((await town.officer.upload(path, torn)).problem()).toMatchObject({ status: 400, code: 'FILE_TORN' });
    });
  });

  test('in no encoding that offices use is refused as such', async () => {
    const bytes = new Uint8Array(await ledgerFile([taxpayer(101, '500000', '0.01')]));
    const broken = new Uint8Array([...bytes, 0xff, 0xfe, 0x80, 0x0d, 0x0a]);
    await countsUnchanged(async () => {
      expect((await town.officer.upload(path, broken)).problem()).toMatchObject({ status: 400, code: 'FILE_ENCODING' });
    });
  });

  test.each([
    ['that is no table', '%PDF-1.7 this is a letter'],
    ['without the columns that were agreed', '성명,주소\n표본-001,표본시\n'],
    ['without anything in it', ''],
  ])('%s is refused by its format', async (_what, content) => {
    await countsUnchanged(async () => {
      expect((await town.officer.upload(path, content)).problem()).toMatchObject({ status: 400, code: 'FILE_FORMAT' });
    });
  });

  test('with a negative amount names it with row and column, and its report can be read', async () => {
    const text = await ledgerText(taxpayer(102, '500000', '0.01'), taxpayer(103, '600000', '0.01'));
    const bad = text.replace('500000', '-500000');
    await countsUnchanged(async () => {
      const problem = (await town.officer.upload(path, bad)).problem();
      expect(problem.code).toBe('AMOUNT_NEGATIVE');
      expect(problem.facts).toMatchObject({ badCount: 1, errors: [{ line: 2, column: '본세', code: 'AMOUNT_NEGATIVE' }] });
    });
    const { items } = (await town.officer.get('/imports?state=refused')).expect(
      z.looseObject({ items: z.array(z.object({ id: z.int() }).loose()) }),
    );
    const report = (await town.officer.get(`/imports/${items.at(-1)?.id}`)).expect(
      z.looseObject({ report: z.looseObject({ errors: z.array(z.object({ line: z.int(), reason: z.string() }).loose()) }) }),
    );
    expect(report.report.errors.map(({ line, reason }) => [line, /[가-힣]/.test(reason)])).toEqual([[2, true]]);
    expect(JSON.stringify(report)).not.toContain('표본-102');
  });

  test('is taken without its bad rows only when that is asked for', async () => {
    const text = await ledgerText(taxpayer(104, '700000', '0.01'), taxpayer(105, '800000', '0.01'));
    const bad = text.replace('700000', '-700000');
    const taken = (await town.officer.upload('/imports/delinquent-ledger?mode=accept_good', bad)).expect(imported);
    expect(taken).toMatchObject({ state: 'stored', goodCount: 1, badCount: 1 });
    const numbers = await town.api.database.read.bill.findMany({ where: { noticeNumber: { in: ['2024-140-104', '2024-140-105'] } } });
    expect(numbers.map(({ noticeNumber }) => noticeNumber)).toEqual(['2024-140-105']);
  });

  test('with other figures under a known notice number is told to come as an update', async () => {
    const known = taxpayer(106, '900000', '0.01');
    (await town.officer.upload(path, await ledgerText(known))).expect(imported);
    const other = billed(known, { lines: known.bills[0]?.lines.map((line) => ({ ...line, principal: Won.of('950000') })) ?? [] });
    await countsUnchanged(async () => {
      expect((await town.officer.upload(path, await ledgerText(other))).problem()).toMatchObject({
        status: 409,
        code: 'IMPORT_FIGURES_DIFFER',
      });
    });
  });
});

describe('an update of a bill', () => {
  const HEAD = '고지번호,세목코드,변동 구분,변동일,본세,가산세,납부지연가산세,문서번호,사유';
  const row = '2024-140-107,140,감액,2025-12-30,100000,0,0,세정-1,경정';

  test('stops at the door when it is for a notice nobody knows, and is approved by somebody else when it is good', async () => {
    (await town.officer.upload('/imports/delinquent-ledger?mode=store', await ledgerText(taxpayer(107, '400000', '0.01')))).expect(
      imported,
    );
    const unknown = `${HEAD}\n${row.replace('-107', '-999')}\n`;
    expect((await town.officer.upload('/imports/bill-updates?mode=store', unknown)).problem().code).toBe('NOT_FOUND');
    const { importFileId } = (await town.officer.upload('/imports/bill-updates?mode=store', `${HEAD}\n${row}\n`)).expect(imported);
    const pending = (await town.officer.get(`/bill-updates?importFileId=${importFileId}`)).expect(
      z.looseObject({ items: z.array(z.object({ billId: z.int(), state: z.string(), principalKrw: z.string() }).loose()) }),
    );
    expect(pending.items).toMatchObject([{ state: 'pending', principalKrw: '100000' }]);
    const billId = pending.items[0]?.billId;
    const bars = (await town.officer.get(`/bills/${billId}`)).expect(
      z.looseObject({ bars: z.array(z.object({ code: z.string() }).loose()) }),
    );
    expect(bars.bars.map(({ code }) => code)).toContain('SEIZURE_BILL_BARRED');
    const { approvalId } = (await town.officer.post('/bill-updates/approval-request', { importFileId, reason: '경정 결의' })).expect(
      z.object({ approvalId: z.int() }),
    );
    expect((await town.officer.post(`/approvals/${approvalId}/decision`, { decision: 'approve', reason: '확인' })).problem().status).toBe(
      403,
    );
    expect((await town.approver.post(`/approvals/${approvalId}/decision`, { decision: 'approve', reason: '확인' })).status).toBe(200);
    const after = (await town.officer.get(`/bills/${billId}`)).expect(
      z.looseObject({ bars: z.array(z.unknown()), owed: z.object({ lines: z.array(z.object({ taxKrw: z.string() }).loose()) }).loose() }),
    );
    expect(after.owed.lines.map(({ taxKrw }) => taxKrw)).toEqual(['300000']);
    expect(after.bars).toEqual([]);
  });
});

describe('what the national network says is unpaid', () => {
  test('moves nothing, and is shown beside our books where they differ', async () => {
    const ours = taxpayer(109, '450000', '0.01');
    (await town.officer.upload('/imports/delinquent-ledger?mode=store', await ledgerText(ours))).expect(imported);
    const file = '고지번호,세목코드,기준일,본세,가산세\n2024-140-109,140,2026-01-04,440000,0\n';
    await countsUnchanged(async () => {
      (await town.officer.upload('/imports/official-balances?mode=store', file)).expect(imported);
    });
    const differences = (await town.officer.get('/official-balances/differences')).expect(
      z.looseObject({ comparedCount: z.int(), rows: z.array(z.looseObject({ noticeNumber: z.string() })) }),
    );
    expect(differences.comparedCount).toBe(1);
    expect(differences.rows).toMatchObject([
      { noticeNumber: '2024-140-109', ledgerPrincipalKrw: '450000', officialPrincipalKrw: '440000' },
    ]);
  });
});

describe('a seizure', () => {
  test('for a bill whose dunning is not proven served is not proposed, and says so', async () => {
    const unserved = billed(taxpayer(108, '1000000', '0.01'), {
      dunningServedOn: civilDate('2025-12-30'),
      dunningDeadlineOn: civilDate('2026-12-31'),
    });
    const text = (await ledgerText(unserved)).replace('2025-12-30', '');
    (await town.officer.upload('/imports/delinquent-ledger?mode=store', text)).expect(imported);
    await openCustomer(town, unserved);
    const search = { by: 'registration_number', registrationNumber: unserved.registrationNumber, purpose: 'inquiry.select' };
    const { personIds } = (await town.officer.post('/persons/search', search)).expect(z.object({ personIds: z.array(z.int()) }));
    const inquiry = { venueCode: 'upbit', identification: 'registration_number', bills: 'outstanding', personIds };
    const asked = (await town.officer.post('/inquiries', inquiry)).expect(z.object({ id: z.int(), number: z.string() }).loose());
    await town.officer.get(`/inquiries/${asked.id}/file`);
    await town.officer.post(`/inquiries/${asked.id}/sent`, { sentOn: '2026-01-05', reference: '징수과-2' });
    (await town.officer.upload('/imports/holdings-reply', await replyFile([replyTo(asked.number, unserved)]))).expect(imported);
    await countsUnchanged(async () => {
      const answer = (await town.officer.post('/seizures/proposals', { venueAccountId: town.venueAccountId })).expect(
        z.object({
          proposed: z.array(z.unknown()),
          refused: z.array(
            z.looseObject({
              code: z.string(),
              barred: z.array(z.object({ bars: z.array(z.object({ code: z.string() }).loose()) }).loose()),
            }),
          ),
        }),
      );
      expect(answer.proposed).toEqual([]);
      const codes = answer.refused.flatMap(({ barred }) => barred.flatMap(({ bars }) => bars.map(({ code }) => code)));
      expect(codes).toContain('SEIZURE_DUNNING_UNSERVED');
    });
  });
});

describe('an exchange account', () => {
  const account = {
    venueCode: 'upbit',
    label: '다른 계정',
    owner: '표본시',
    purpose: '압류한 가상자산의 수령과 매각',
    baseUrl: 'http://127.0.0.1:9',
    paper: true,
    training: true,
    accessKey: 'another-access-key',
    secretKey: 'another-secret-key',
    permissions: ['view_assets', 'view_orders', 'trade', 'view_deposits', 'view_withdrawals'],
  };

  test('whose key may withdraw is refused, and no answer or refusal repeats the key', async () => {
    const answer = await town.administrator.post('/venue-accounts', { ...account, permissions: [...account.permissions, 'withdraw'] });
    expect(answer.problem().code).toBe('KEY_MAY_WITHDRAW');
    expect(answer.text).not.toMatch(/another-(access|secret)-key/);
    const wrong = await town.administrator.post('/venue-accounts', { ...account, baseUrl: 'https://api.elsewhere.example' });
    expect(wrong.problem().code).toBe('INPUT_INVALID');
    const list = await town.administrator.get('/venue-accounts');
    expect(list.text).not.toMatch(/(access|secret)-key-of-the-sample-city/);
  });

  test('that cannot be reached is an exchange’s fault, told as such, and is not kept', async () => {
    const before = (await town.administrator.get('/venue-accounts')).text;
    const answer = await town.administrator.post('/venue-accounts', account);
    expect(answer.problem()).toMatchObject({ status: 502, code: 'EXCHANGE_KEY_UNPROVEN' });
    expect(answer.text).not.toMatch(/another-(access|secret)-key/);
    expect((await town.administrator.get('/venue-accounts')).text).toBe(before);
  });

  test('is refused for a key that the exchange does not know, has ended, or lacks the mark of training, and told what to mend', async () => {
    const here = { ...account, baseUrl: town.exchange.url };
    const refusal = async (change: object) => (await town.administrator.post('/venue-accounts', { ...here, ...change })).problem();
    expect(await refusal({})).toMatchObject({ status: 400, code: 'EXCHANGE_KEY_REFUSED', action: expect.stringContaining('IP') });
    expect(await refusal({ keyExpiresOn: '2020-01-01' })).toMatchObject({ status: 400, code: 'EXCHANGE_KEY_EXPIRED' });
    const unmarked = await refusal({ training: false });
    expect(unmarked).toMatchObject({ status: 400, code: 'TRAINING_FLAG_MISSING', action: expect.stringContaining('training을 true로') });
  });

  test('is registered once, whatever key of it is shown, and takes no key of another account', async () => {
    const { operator, url } = town.exchange;
    const twin = { accessKey: 'twin-access-key', secretKey: 'twin-secret-key' };
    await operator.openCorporateAccount({ accountId: CITY, ...twin });
    const refused = await town.administrator.post('/venue-accounts', { ...account, ...twin, baseUrl: url });
    expect(refused.problem()).toMatchObject({ status: 409, code: 'EXCHANGE_ACCOUNT_TWICE', title: '이미 등록된 거래소 계정입니다' });
    const foreign = { accessKey: 'foreign-access-key', secretKey: 'foreign-secret-key', permissions: account.permissions };
    await operator.openCorporateAccount({ accountId: 'another-city', ...foreign });
    const path = `/venue-accounts/${town.venueAccountId}/key`;
    expect((await town.administrator.post(path, foreign)).problem().code).toBe('KEY_OF_ANOTHER_ACCOUNT');
    const ended = { ...twin, permissions: account.permissions, keyExpiresOn: '2020-01-01' };
    expect((await town.administrator.post(path, ended)).problem().code).toBe('EXCHANGE_KEY_EXPIRED');
    expect((await town.administrator.post(path, { ...twin, permissions: account.permissions })).status).toBe(200);
  });

  test('is stopped by anyone who works and started again only with somebody else’s approval', async () => {
    const body = { accountId: town.venueAccountId, to: 'HALTED', reason: '점검' };
    expect((await town.treasurer.post('/trading-state/tighten', body)).json()).toMatchObject({ changed: true });
    expect((await town.treasurer.post('/trading-state/tighten', body)).json()).toMatchObject({ changed: false });
    expect((await town.treasurer.post('/trading-state/tighten', { ...body, to: 'ACTIVE' })).problem().code).toBe('CONFLICT');
    const loosen = (await town.officer.post('/trading-state/loosening-request', { ...body, to: 'ACTIVE' })).expect(
      z.object({ approvalId: z.int() }),
    );
    expect((await town.approver.post(`/approvals/${loosen.approvalId}/decision`, { decision: 'approve', reason: '점검 끝' })).status).toBe(
      200,
    );
    const state = (await town.auditor.get('/trading-state')).expect(
      z.looseObject({ accounts: z.array(z.object({ accountId: z.int(), effective: z.string() }).loose()) }),
    );
    expect(state.accounts.find(({ accountId }) => accountId === town.venueAccountId)?.effective).toBe('ACTIVE');
  });
});
