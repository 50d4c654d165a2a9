import type { RowError } from '../document/row-check.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { ImportOutcome } from './record.ts';

/**
 * For callers that want an error instead of a report: throws when the file was refused. The code is that of its bad rows where
 * they all have one, else `IMPORT_ROWS_REFUSED`, which is also the code of rows that are bad only because of others.
 */
export function assertNotRefused({ state, rowCount, badCount, report }: ImportOutcome<{ readonly errors: readonly RowError[] }>): void {
  if (state !== 'refused') return;
  const [code, ...otherCodes] = new Set(report.errors.map((error) => error.code).filter((each) => each !== 'IMPORT_ROWS_REFUSED'));
  const shown = report.errors
    .slice(0, 5)
    .map(({ line, column, code: each }) => `line ${line}${column === '' ? '' : `, ${column}`} (${each})`);
  throw new CheongsanError(
    code === undefined || otherCodes.length > 0 ? 'IMPORT_ROWS_REFUSED' : code,
    `${badCount} of ${rowCount} rows are bad, so nothing was stored: ${shown.join('; ')}. Correct them, or take the good rows.`,
    {
      facts: {
        rowCount,
        badCount,
        errors: report.errors.slice(0, 20).map(({ line, column, code: each }) => ({ line, column, code: each })),
      },
    },
  );
}
