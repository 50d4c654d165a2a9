import { connect } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { raiseAlert } from '../../src/intent/alert.ts';
import { ERROR_ACTIONS, ERROR_CATALOGUE, isErrorCode } from '../../src/kernel/errors.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';
import { testActor } from '../support/database.ts';

let api: TestApi;
let officer: SignedInClient;
let administrator: SignedInClient;

beforeAll(async () => {
  api = await startApi();
  officer = await api.hire('officer', ['collection_officer']);
  administrator = await api.hire('administrator', ['administrator']);
});

/** Sends bytes as they are and answers all that comes back. */
function raw(request: string, options: { readonly endAfterwards: boolean }): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port, hostname } = new URL(api.url);
    const socket = connect({ port: Number(port), host: hostname }, () => {
      if (options.endAfterwards) socket.end(request);
      else socket.write(request);
    });
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece) => {
      answer += piece;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('a refusal', () => {
  test('is a problem with a name, a Korean title, a status and an address of its own', async () => {
    const answer = await officer.get('/cases/4711');
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const problem = answer.problem();
    expect(problem).toEqual({
      type: 'urn:cheongsan:problem:NOT_FOUND',
      title: ERROR_CATALOGUE.NOT_FOUND.title,
      action: ERROR_ACTIONS.NOT_FOUND,
      status: 404,
      code: 'NOT_FOUND',
      detail: 'There is no seizure case 4711.',
      instance: expect.stringMatching(/^urn:cheongsan:request:[0-9a-f-]{36}$/),
      facts: {},
    });
    expect(answer.status).toBe(404);
    expect((await officer.get('/cases/4711')).problem().instance).not.toBe(problem.instance);
  });

  test.each([
    ['GET', '/nowhere', 'NOT_FOUND'],
    ['POST', '/health', 'NOT_FOUND'],
    ['DELETE', '/cases/1', 'NOT_FOUND'],
    ['GET', '/cases/%E0%A4%A', 'INPUT_INVALID'],
    ['GET', '/cases/one', 'INPUT_INVALID'],
    ['GET', '/cases/0', 'INPUT_INVALID'],
    ['GET', '/cases/-1', 'INPUT_INVALID'],
    ['GET', '/cases/1.5', 'INPUT_INVALID'],
    ['GET', '/cases/0x10', 'INPUT_INVALID'],
    ['GET', '/cases/99999999999', 'INPUT_INVALID'],
    ['GET', '/cases/2147483647', 'NOT_FOUND'],
    ['GET', '/ledger/entries/9223372036854775808', 'INPUT_INVALID'],
    ['GET', '/ledger/entries/9223372036854775807', 'NOT_FOUND'],
    ['GET', '/cases?phase=nowhere', 'INPUT_INVALID'],
    ['GET', '/cases?phase=seized&phase=approved', 'INPUT_INVALID'],
    ['GET', '/cases?fase=seized', 'INPUT_INVALID'],
    ['GET', '/cases?limit=0', 'INPUT_INVALID'],
    ['GET', '/cases?limit=501', 'INPUT_INVALID'],
    ['GET', '/cases?number=%00', 'INPUT_INVALID'],
    ['GET', '/persons/1/bills?asOf=2026-02-30', 'INPUT_INVALID'],
    ['GET', '/ledger/trial-balance?at=yesterday', 'INPUT_INVALID'],
    ['GET', '/persons/1', 'INPUT_INVALID'],
    ['GET', '/persons/1?purpose=curiosity', 'INPUT_INVALID'],
  ])('%s %s is %s', async (method, path, code) => {
    expect((await officer.send(method, path, undefined, {})).problem().code).toBe(code);
  });
});

describe('a body', () => {
  const path = '/inquiries';
  const good = { venueCode: 'upbit', identification: 'registration_number' };
  const json = { 'content-type': 'application/json' };

  test.each([
    ['is no JSON', '{"venueCode": "upbit"', json],
    ['is a text', '"upbit"', json],
    ['is a list', '[]', json],
    ['is nothing', '', json],
    ['is sent as something else', JSON.stringify(good), { 'content-type': 'text/plain' }],
    ['is sent as nothing in particular', new TextEncoder().encode(JSON.stringify(good)), {}],
    ['claims a character set nobody knows', JSON.stringify(good), { 'content-type': 'application/json; charset=klingon' }],
    ['lacks a member', JSON.stringify({ venueCode: 'upbit' }), json],
    ['has a member nobody knows', JSON.stringify({ ...good, owedFrom: '1000' }), json],
    ['has a number where a text belongs', JSON.stringify({ ...good, owedFromKrw: 1000 }), json],
    ['has a text where a number belongs', JSON.stringify({ ...good, personIds: ['1'] }), json],
    ['has a fraction', JSON.stringify({ ...good, personIds: [1.5] }), json],
    ['has a number no machine keeps', '{"venueCode":"upbit","identification":"registration_number","personIds":[9007199254740993]}', json],
    ['has a row that no table has', JSON.stringify({ ...good, personIds: [2_147_483_648] }), json],
    ['has won with a fraction', JSON.stringify({ ...good, owedFromKrw: '0.5' }), json],
    ['has negative won', JSON.stringify({ ...good, owedFromKrw: '-1' }), json],
    ['has won in an exponent', JSON.stringify({ ...good, owedFromKrw: '1e6' }), json],
    ['has an exchange nobody knows', JSON.stringify({ ...good, venueCode: 'mtgox' }), json],
    ['has a NUL in it', JSON.stringify({ ...good, venueCode: 'up\u0000bit' }), json],
    ['is nested without end', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, json],
    ['hides a prototype', '{"venueCode":"upbit","identification":"registration_number","__proto__":{"bills":"outstanding"}}', json],
  ])('that %s is refused by name', async (_what, body, headers) => {
    const answer = await officer.send('POST', path, body, { headers });
    expect(answer.problem()).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
    expect(await api.database.read.inquiryRequest.count()).toBe(0);
  });

  test('that is too large is refused before it is read', async () => {
    const body = JSON.stringify({ ...good, personIds: Array.from({ length: 1_500_000 }, () => 1) });
    expect(body.length).toBeGreaterThan(3_000_000);
    const twice = `${body.slice(0, -1)},"padding":"${'x'.repeat(3_000_000)}"}`;
    expect((await officer.send('POST', path, twice, { headers: json })).problem()).toMatchObject({ status: 413, code: 'FILE_TOO_LARGE' });
  });

  test('is not read at all from somebody who has not signed in', async () => {
    const answer = await api.nobody.send('POST', path, '{"venueCode":', { headers: json });
    expect(answer.problem().code).toBe('UNAUTHENTICATED');
  });

  test('names every member that is wrong, and no value of it', async () => {
    const problem = (
      await officer.post('/persons', {
        kind: 'natural',
        name: '표본-009',
        registrationNumber: 9001011000009,
        birthDate: '900101',
        phone: null,
        address: null,
        email: null,
      })
    ).problem();
    expect(problem.code).toBe('INPUT_INVALID');
    const facts = z.object({ problems: z.array(z.object({ at: z.string(), problem: z.string() })) }).parse(problem.facts);
    expect(facts.problems.map(({ at }) => at).toSorted()).toEqual(['body.birthDate', 'body.registrationNumber']);
    expect(JSON.stringify(problem)).not.toMatch(/9001011000009|900101|표본-009/);
  });

  test('may be left out where a command needs none', async () => {
    const client = await api.hire('signs.out', ['auditor']);
    expect((await client.send('POST', '/sign-out', undefined, {})).status).toBe(200);
  });
});

describe('personal data', () => {
  test.each([
    ['/nowhere/900101-1000001', 'NOT_FOUND'],
    ['/cases?number=900101-1000001&x=1', 'INPUT_INVALID'],
    ['/cases?9001011000001=1', 'INPUT_INVALID'],
    ['/persons/1?purpose=010-1234-5678', 'INPUT_INVALID'],
  ])('in the address %s does not come back in the refusal', async (path, code) => {
    const answer = await officer.get(path);
    expect(answer.problem().code).toBe(code);
    expect(answer.text).not.toMatch(/900101|010-1234-5678/);
  });

  test('that is searched for does not come back when nobody is found', async () => {
    const answer = await officer.post('/persons/search', {
      by: 'registration_number',
      registrationNumber: '900101-1000001',
      purpose: 'taxpayer.call',
    });
    expect(answer.expect(z.object({ personIds: z.array(z.int()) })).personIds).toEqual([]);
    expect(answer.text).not.toContain('900101');
  });
});

describe('a list', () => {
  const page = z.object({ items: z.array(z.looseObject({ id: z.int() })), next: z.int().nullable() });

  test('is read page by page, each row once and in order', async () => {
    const raised = await api.database.work(testActor, async (work) => {
      const ids: number[] = [];
      for (let index = 0; index < 5; index++) {
        ids.push(
          (await raiseAlert(work, { code: 'paged', severity: 'notice', subject: `sample:${index}`, text: '표본 알림', facts: {} })).id,
        );
      }
      return ids;
    });
    const read: number[] = [];
    const sizes: number[] = [];
    for (let after = 0, isOver = false; !isOver; ) {
      const { items, next } = (await officer.get(`/alerts?limit=2${after === 0 ? '' : `&after=${after}`}`)).expect(page);
      read.push(...items.map(({ id }) => id));
      sizes.push(items.length);
      isOver = next === null;
      after = next ?? 0;
    }
    expect(read).toEqual(raised);
    expect(sizes).toEqual([2, 2, 1]);
  });

  test('that has nothing is empty and has no next page', async () => {
    expect((await officer.get('/cases')).expect(page)).toEqual({ items: [], next: null });
  });
});

describe('every answer', () => {
  test('is kept by no cache and framed by no page', async () => {
    for (const path of ['/health', '/', '/openapi.json', '/nowhere']) {
      const { headers } = await api.nobody.get(path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  test('the page at the root says what runs, and in Korean', async () => {
    const page = await api.nobody.get('/');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toContain('0.0.0-test');
    expect(page.text).toContain('내장 PostgreSQL');
  });

  test('the description of the API is served as it is checked', async () => {
    const document = (await api.nobody.get('/openapi.json')).expect(
      z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }),
    );
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/cases/{caseId}');
  });
});

describe('what is no complete request', () => {
  const head = (length: number) =>
    [
      'POST /imports/delinquent-ledger?mode=store HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${officer.bearer}`,
      'Content-Type: text/csv',
      `Content-Length: ${length}`,
      '',
      '',
    ].join('\r\n');

  test('is answered as torn when it ends before its announced length, and nothing is stored', async () => {
    const answer = await raw(`${head(1_000)}고지번호,성명`, { endAfterwards: true });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code":"FILE_TORN"');
    expect(await api.database.read.importFile.count()).toBe(0);
  });

  test('is refused when it is not HTTP', async () => {
    const answer = await raw('안녕하세요\r\n\r\n', { endAfterwards: false });
    expect(answer).toContain('"code":"INPUT_INVALID"');
  });

  test('is refused when its headers have no end', async () => {
    const answer = await raw(`GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}`, { endAfterwards: false });
    expect(answer).toContain('"code":"FILE_TOO_LARGE"');
  });
});

describe('an uploaded file', () => {
  test('of a type nobody reads is refused before it is read', async () => {
    const problem = (await officer.upload('/imports/delinquent-ledger', 'a,b\n', 'application/x-www-form-urlencoded')).problem();
    expect(problem.code).toBe('FILE_FORMAT');
    expect(problem.detail).toContain('text/csv');
  });

  test('is announced as too large without being sent', async () => {
    const answer = await raw(
      [
        'POST /imports/delinquent-ledger HTTP/1.1',
        'Host: x',
        `Authorization: Bearer ${officer.bearer}`,
        'Content-Type: text/csv',
        'Content-Length: 999999999',
        'Connection: close',
        '',
        '',
      ].join('\r\n'),
      { endAfterwards: false },
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"FILE_TOO_LARGE"');
  });
});

test('every code that a refusal can bear is in the catalogue with a Korean title', () => {
  for (const [code, { status, title }] of Object.entries(ERROR_CATALOGUE)) {
    expect(isErrorCode(code)).toBe(true);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(title).toMatch(/[가-힣]/);
  }
});

test('an administrator who is no officer is told which permission he lacks', async () => {
  expect((await administrator.get('/cases')).problem().facts).toEqual({ permission: 'case.read' });
});
