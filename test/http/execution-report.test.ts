import { beforeAll, describe, expect, it } from 'vitest';
import { caseExecutionAnswer, periodExecutionAnswer } from '../../src/http/views/execution-view.ts';
import { named, parseXml } from '../document/svg-document.ts';
import { ExecutionStore, type StoredHolding } from '../registers/execution-store.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';

const PERIOD = 'fromDay=2026-01-05&untilDay=2026-01-05';

let api: TestApi;
let officer: SignedInClient;
let agent: SignedInClient;
let sold: StoredHolding;

beforeAll(async () => {
  api = await startApi();
  officer = await api.hire('officer', ['collection_officer']);
  agent = await api.hire('agent', ['call_agent']);
  const store = new ExecutionStore(api.database);
  const [holding] = await store.sale(['BTC']);
  if (holding === undefined) throw new Error('The sale has a holding.');
  sold = holding;
  const decidedAt = new Date('2026-01-05T01:00:00Z');
  const at = new Date('2026-01-05T01:00:02Z');
  await store.order(sold, {
    decidedAt,
    book: ['99', '101'],
    codes: ['ETH:book_thin'],
    fills: [{ at, quantity: '2', price: '98.5', fee: '1' }],
  });
});

describe('the execution report of a case', () => {
  it('answers its figures as exact text', async () => {
    const report = (await officer.get(`/cases/${sold.caseId}/execution-report`)).expect(caseExecutionAnswer);
    expect(report).toMatchObject({
      caseId: sold.caseId,
      hasFills: true,
      arrival: { benchmarkKrw: '200', shortfall: { krw: '4', bps: '200' }, fees: { krw: '1' }, impact: { krw: '3' }, timing: { krw: '0' } },
      windowStart: null,
      averageSecondsToFill: '2',
      guardEvents: [{ code: 'book_thin', asset: 'ETH', text: '호가의 단계가 너무 적습니다', count: 1 }],
    });
  });

  it('is a table with a row for each fill', async () => {
    const file = await officer.get(`/cases/${sold.caseId}/execution-report/fills`);
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(file.headers.get('content-disposition')).toContain(`execution-case-${sold.caseId}.csv`);
    expect(file.text.trimEnd().split('\r\n')).toHaveLength(2);
    const old = await officer.get(`/cases/${sold.caseId}/execution-report/fills?encoding=cp949`);
    expect(old.headers.get('content-type')).toBe('text/csv; charset=euc-kr');
  });

  it('is a picture that is saved and never run', async () => {
    const file = await officer.get(`/cases/${sold.caseId}/execution-report/plot`);
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; /);
    expect(named(parseXml(file.text), 'text').map(({ text }) => text)).toContain('즉시 체결 1건');
  });

  it('holds nothing of a person', async () => {
    const { name, registrationNumber, phone, address, email } = sold.person;
    const paths = ['', '/fills', '/plot'].map((part) => `/cases/${sold.caseId}/execution-report${part}`);
    const personal = [name, registrationNumber, phone, address, email, 'taxpayer-'].filter((text) => text !== undefined);
    for (const path of [...paths, `/execution-report?${PERIOD}`, `/execution-report/cases?${PERIOD}`]) {
      const { status, text } = await officer.get(path);
      expect(status).toBe(200);
      for (const each of personal) expect(text).not.toContain(each);
    }
  });

  it('is not there for a case that is not, and not for everybody', async () => {
    for (const part of ['', '/fills', '/plot']) {
      expect((await officer.get(`/cases/999999/execution-report${part}`)).problem().code).toBe('NOT_FOUND');
      expect((await agent.get(`/cases/${sold.caseId}/execution-report${part}`)).problem().code).toBe('FORBIDDEN');
    }
  });
});

describe('the execution report of a period', () => {
  it('answers sums, markets and cases', async () => {
    const report = (await officer.get(`/execution-report?${PERIOD}`)).expect(periodExecutionAnswer);
    expect(report).toMatchObject({
      caseCount: 1,
      casesWithFills: 1,
      orders: 1,
      proceedsKrw: '197',
      markets: [{ venue: 'upbit', asset: 'BTC', cases: 1 }],
      worstCases: [{ caseId: sold.caseId }],
    });
  });

  it('is a table with a row for each case', async () => {
    const file = await officer.get(`/execution-report/cases?${PERIOD}`);
    expect(file.headers.get('content-disposition')).toContain('execution-2026-01-05-2026-01-05.csv');
    expect(file.text.trimEnd().split('\r\n')).toHaveLength(2);
  });

  it.each(['', 'fromDay=2026-01-05', 'fromDay=2026-01-06&untilDay=2026-01-05', 'fromDay=5.1.2026&untilDay=2026-01-05'])(
    'is refused for the period %j',
    async (query) => {
      for (const path of ['/execution-report', '/execution-report/cases'])
        expect((await officer.get(`${path}?${query}`)).problem().code).toBe('INPUT_INVALID');
    },
  );
});
