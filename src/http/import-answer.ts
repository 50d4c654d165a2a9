import { z } from 'zod';
import { ImportState } from '../database/generated/enums.ts';
import type { RowError } from '../document/row-check.ts';
import { assertNotRefused } from '../import/refusal.ts';
import { toCanonical } from './idempotency.ts';
import { rowId } from './schemas.ts';

/** What becomes of a file whose rows are not all good. */
export const storeMode = z.enum(['store', 'accept_good']).default('store').meta({
  description: 'store: 모든 행이 맞을 때만 저장, accept_good: 맞는 행만 저장',
  example: 'store',
});
export const checkedMode = z.enum(['check', 'store', 'accept_good']).default('check').meta({
  description: 'check: 저장하지 않고 검사만, store: 모든 행이 맞을 때만 저장, accept_good: 맞는 행만 저장',
  example: 'store',
});

const rowErrorAnswer = z
  .object({
    line: z.int().meta({ description: '파일의 행', example: 7 }),
    column: z.string().meta({ description: '열 이름, 행 전체의 문제이면 빈칸', example: '본세' }),
    code: z.string().meta({ example: 'AMOUNT_NEGATIVE' }),
    reason: z.string().meta({ example: '금액은 음수일 수 없습니다' }),
    value: z.string().optional().meta({ description: '칸의 모양 (개인정보는 가림)', example: '-1000' }),
  })
  .meta({ id: 'RowError', description: '받지 않은 행과 사유' });

/** What became of a file. It names rows by line and column, never by person. */
export const importAnswer = z
  .object({
    importFileId: rowId,
    state: z.enum(ImportState).meta({ example: 'stored' }),
    repeated: z.boolean().meta({
      description: '같은 파일이 importFileId로 이미 저장되어 있어 아무것도 바뀌지 않음 (검사이면 가져와도 바뀌지 않음)',
      example: false,
    }),
    rowCount: z.int().meta({ example: 203 }),
    goodCount: z.int().meta({ example: 203 }),
    badCount: z.int().meta({ example: 0 }),
    errorCount: z.int().meta({ description: '사유의 수 (한 행에 여럿일 수 있음)', example: 0 }),
    errors: z.array(rowErrorAnswer).meta({ description: '사유 목록 (앞에서부터, 많으면 일부)', example: [] }),
    outcome: z.record(z.string(), z.unknown()).meta({
      description: '저장된 것의 수. 검사(checked)이면 맞는 행을 가져올 때 저장될 것과 이미 있는 것의 수',
      example: { bills: 203 },
    }),
  })
  .meta({ id: 'ImportReport', description: '파일 반입 결과' });

/** As the subjects report it; what is not common to all files is the outcome. */
export interface Reported {
  readonly importFileId: number;
  readonly state: ImportState;
  readonly repeated: boolean;
  readonly rowCount: number;
  readonly badCount: number;
  /** Reasons against rows; `errors` lists the first of them. */
  readonly errorCount: number;
  readonly errors: readonly RowError[];
  readonly outcome: object;
}

/**
 * The answer to whoever sent a file. A file that was refused for its rows is an error: the code of its bad rows where they all
 * have one, else `IMPORT_ROWS_REFUSED`.
 */
export function toImportAnswer(reported: Reported): z.input<typeof importAnswer> {
  const answer = importReport(reported);
  assertNotRefused({ ...answer, report: { errors: reported.errors } });
  return answer;
}

/** The same of a file whatever became of it, for whoever shows the bad rows himself. */
export function importReport(reported: Reported): z.input<typeof importAnswer> {
  const { importFileId, state, repeated, rowCount, badCount, errorCount, errors, outcome } = reported;
  return {
    importFileId,
    state,
    repeated,
    rowCount,
    goodCount: rowCount - badCount,
    badCount,
    errorCount,
    errors: errors.map((error) => ({ ...error })),
    outcome: plainRecord(outcome),
  };
}

function plainRecord(value: object): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(toCanonical(value));
}
