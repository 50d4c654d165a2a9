import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/database/work.ts';
import { checkRows } from '../../src/document/row-check.ts';
import { fileImports } from '../../src/http/routes/imports.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import { SENDER_LIST_COLUMNS } from '../../src/notice/sender-list.ts';
import { SERVICE_RESULT_COLUMNS, serviceResultRow } from '../../src/notice/service-results-file.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { createInquiry, recordInquirySent } from '../../src/seizure/inquiry.ts';
import { makeInquiryFile } from '../../src/seizure/inquiry-file.ts';
import { exportReceipts, receiptExportFile } from '../../src/tax/export.ts';
import { createOfficial } from '../identity/officials.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { creditBill } from '../tax/receipt-fixture.ts';

let town: TestDatabase;
let officer: { readonly userId: number; readonly actor: Actor };

beforeAll(async () => {
  town = await createTestDatabase();
  officer = await createOfficial(town.database, 'officer', ['collection_officer']);
  await town.database.work(officer.actor, seedPolicy);
});

function example(name: string): { readonly path: string } {
  return { path: join(projectRoot, 'examples', name) };
}

/** Imports an example as the shell and HTTP do. */
function take(name: string, query: Readonly<Record<string, string>> = { mode: 'store' }) {
  const kind = fileImports.find((each) => each.name === name);
  if (kind === undefined) throw new Error(`No file is called ${name}.`);
  const services = { database: town.database, keys: testKeys };
  return kind.run(services, { content: example(`${name}.csv`), actor: officer.actor, query });
}

/** An example as text, without what only programs see. */
async function textOf(name: string): Promise<string> {
  return plain(await readFile(example(name).path));
}

function plain(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replaceAll('\r\n', '\n');
}

/** In the order of the work: each example is about what those before it have stored. */
describe('the files in examples/', () => {
  it('bring a ledger, what it is compared with, and seizures of before', async () => {
    expect(await take('delinquent-ledger')).toMatchObject({
      state: 'stored',
      rowCount: 4,
      badCount: 0,
      outcome: { created: { persons: 3, bills: 3, lines: 4, outstandingKrw: '5110000' } },
    });
    expect(await take('official-balances')).toMatchObject({ state: 'stored', badCount: 0, outcome: { balances: 3 } });
    const query = { mode: 'store', officerId: String(officer.userId) };
    expect(await take('old-seizures', query)).toMatchObject({ state: 'stored', badCount: 0, outcome: { cases: 2 } });
  });

  it('answer an inquiry and a transfer demand', async () => {
    const { id, number } = await town.database.work(officer.actor, (work) =>
      createInquiry(work, { venueCode: 'upbit', identification: 'registration_number', selection: { bills: 'outstanding' } }),
    );
    expect(number).toBe('INQ-2026-0001');
    const order = { requestId: id, format: 'csv', encoding: 'utf-8' } as const;
    const file = await makeInquiryFile(town.database, testKeys, officer.actor, order);
    expect(plain(file.bytes)).toBe(await textOf('inquiry-registration-number.csv'));
    await town.database.work(officer.actor, (work) =>
      recordInquirySent(work, { requestId: id, sentOn: civilDate('2026-01-05'), reference: '징수과-2026-0001' }),
    );
    const outcome = { matched: 2, probable: 1, conflict: 0, unmatched: 1 };
    expect(await take('holdings-reply')).toMatchObject({ state: 'stored', badCount: 0, outcome });
    expect(await take('transfer-report')).toMatchObject({ state: 'stored', badCount: 0, outcome: { stored: 2 } });
  });

  it('tell of differences, of letters and of the bank', async () => {
    expect(await take('bill-updates')).toMatchObject({ state: 'stored', badCount: 0, outcome: { updates: 4 } });
    const checked = await checkRows(example('service-results.csv'), { columns: SERVICE_RESULT_COLUMNS, schema: serviceResultRow });
    expect(checked).toMatchObject({ rowCount: 4, goodCount: 4, errors: [] });
    expect(await take('bank-statement', { acceptUnmatched: 'true' })).toMatchObject({ state: 'stored', rowCount: 3, badCount: 0 });
  });

  it('look like what we send', async () => {
    const byName = await town.database.work(officer.actor, (work) =>
      createInquiry(work, { venueCode: 'upbit', identification: 'name_birth_phone', selection: { bills: 'outstanding' } }),
    );
    const file = await makeInquiryFile(town.database, testKeys, officer.actor, { requestId: byName.id, format: 'csv', encoding: 'utf-8' });
    expect(plain(file.bytes)).toBe(await textOf('inquiry-name-birth-phone.csv'));

    await creditBill(town.database, '2025-07-000001', '500000', 'distribution:1');
    const made = await town.database.work(officer.actor, (work) => exportReceipts(work));
    const { bytes } = await receiptExportFile(town.database.read, made?.exportId ?? 0, 'csv');
    expect(plain(bytes)).toBe(await textOf('receipts.csv'));

    const senderList = SENDER_LIST_COLUMNS.map(({ header }) => header).join(',');
    expect((await textOf('sender-list.csv')).split('\n')[0]).toBe(senderList);
  });
});
