import { expect } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { assertNotRefused } from '../../src/import/refusal.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { loadBillStates, owedOnBills } from '../../src/tax/bill-state.ts';
import { importDelinquentLedger, type LedgerImport, type LedgerImportInput } from '../../src/tax/import-ledger.ts';
import { testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { type LedgerRow, ledgerCsv } from './ledger-fixture.ts';
import { defaultRules } from './sample.ts';

export const NOTHING_STORED = { persons: 0, bills: 0, lines: 0, deferrals: 0, payments: 0, entries: 0 };

export function importFile(database: Database, content: Uint8Array, options: Partial<LedgerImportInput> = {}): Promise<LedgerImport> {
  return importDelinquentLedger({ database, keys: testKeys }, { content, actor: testActor, ...options });
}

export function importRows(
  database: Database,
  rows: readonly LedgerRow[],
  options: Partial<LedgerImportInput> = {},
): Promise<LedgerImport> {
  return importFile(database, ledgerCsv(rows), options);
}

export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(CheongsanError);
    return thrown instanceof CheongsanError ? thrown.code : '';
  }
  return 'nothing thrown';
}

/** The code under which a caller who wants an error would get the refusal of an import. */
export async function refusalOf(attempt: Promise<LedgerImport>): Promise<string> {
  const outcome = await attempt;
  return codeOf((async () => assertNotRefused(outcome))());
}

/** Rows of every table that an import fills. */
export async function stockOf({ read }: Database): Promise<typeof NOTHING_STORED> {
  return {
    persons: await read.person.count(),
    bills: await read.bill.count(),
    lines: await read.billLine.count(),
    deferrals: await read.deferral.count(),
    payments: await read.priorPayment.count(),
    entries: await read.ledgerEntry.count(),
  };
}

/** Taxpayer, figures and what is owed by notice and tax item, whatever the order of ids. */
export async function figuresOf({ read }: Database): Promise<string[]> {
  const bills = await read.bill.findMany({ include: { lines: true, person: true } });
  const states = await loadBillStates(
    read,
    bills.map(({ id }) => id),
  );
  const owed = new Map(owedOnBills(states, civilDate('2026-01-05'), defaultRules).lines.map((each) => [each.line.lineId, each]));
  return bills
    .flatMap((bill) =>
      bill.lines.map((line) => {
        const { tax, surcharge, latePenalty } = owed.get(String(line.id)) ?? {};
        const item = `${bill.noticeNumber} ${line.lineNumber} ${line.taxItemCode} ${line.level} ${tax} ${surcharge} ${latePenalty}`;
        return `${item} ${bill.person.registrationIndex} ${bill.figuresDigest}`;
      }),
    )
    .sort();
}
