import type { Actor, Database, Work } from '../database/work.ts';
import type { FileContent } from '../document/byte-source.ts';
import type { CheckedRow, RowProblem } from '../document/row-check.ts';
import { readTable } from '../document/table-reader.ts';
import { type ImportChoice, importTable, type TableImport, type TablePlan } from '../import/table.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { OLD_SEIZURE_COLUMNS, type OldSeizureColumn, type OldSeizureRow, oldSeizureRow } from './old-seizure-file.ts';
import { countsSchema, type JudgedSeizure, judgeOldSeizures, type SeizureCounts, storeOldSeizures } from './old-seizure-store.ts';

const ROWS_MAX = 50_000;

/**
 * Takes over seizures that were made before this service ran, as cases that stand already. Lines of one seizure number are one case
 * and are taken together or not at all. A seizure known already under the same number and with the same particulars changes
 * nothing. Errors: those of `importTable`; rows are refused for unknown persons and bills.
 */
export async function importOldSeizures(
  database: Database,
  keys: MasterKey,
  actor: Actor,
  content: FileContent,
  { officerId, ...choice }: ImportChoice & { readonly officerId: number },
): Promise<TableImport<SeizureCounts>> {
  const officer = await database.read.userAccount.findUnique({ where: { id: officerId }, select: { active: true } });
  if (officer?.active !== true) {
    throw new CheongsanError('INPUT_INVALID', `User ${officerId} is no active official who could carry a case.`);
  }
  const numberAt = await seizureNumbers(content);
  const plan: TablePlan<OldSeizureColumn, OldSeizureRow, JudgedSeizure, SeizureCounts> = {
    kind: 'old_seizures',
    columns: OLD_SEIZURE_COLUMNS,
    schema: oldSeizureRow,
    rowsMax: ROWS_MAX,
    examiner: sameSeizure,
    judge: (work: Work, rows, { lines, readable }) => {
      const torn = new Set([...lines].flatMap((line) => numberAt.get(line) ?? []));
      return judgeOldSeizures(work, keys, rows, { torn, readable });
    },
    store: (work, good) => storeOldSeizures(work, good, officerId),
    counts: countsSchema,
    nothing: { cases: 0, known: 0 },
  };
  return importTable(database, plan, { content, actor, ...choice });
}

/** The seizure number of every line, malformed ones included, so that no seizure is taken without one of its lines. */
async function seizureNumbers(content: FileContent): Promise<ReadonlyMap<number, string>> {
  const numbers = new Map<number, string>();
  for await (const { line, cells } of readTable(content, { columns: OLD_SEIZURE_COLUMNS, limits: { rows: ROWS_MAX } })) {
    numbers.set(line, cells.압류번호.trim().normalize('NFC'));
  }
  return numbers;
}

/** Lines of one number agree in everything but asset and quantity, and name each asset once. */
function sameSeizure(): (row: CheckedRow<OldSeizureRow>) => RowProblem<OldSeizureColumn>[] {
  const firstOf = new Map<string, CheckedRow<OldSeizureRow>>();
  const lineOf = new Map<string, number>();
  return (row) => {
    const { line, value } = row;
    const first = firstOf.get(value.seizureNumber);
    if (first === undefined) firstOf.set(value.seizureNumber, row);
    const key = `${value.seizureNumber}\u001f${value.quantity.asset}`;
    const earlier = lineOf.get(key);
    if (earlier === undefined) lineOf.set(key, line);
    return [
      ...(earlier === undefined
        ? []
        : [{ column: '가상자산', code: 'CONFLICT', reason: `${earlier}행에 같은 압류의 같은 가상자산이 있음.` } as const]),
      ...(first === undefined ? [] : differences(first, value)),
    ];
  };
}

function differences({ line, value: first }: CheckedRow<OldSeizureRow>, row: OldSeizureRow): RowProblem<OldSeizureColumn>[] {
  const pairs: readonly (readonly [OldSeizureColumn, string, string])[] = [
    ['등록번호', first.registrationNumber, row.registrationNumber],
    ['거래소', first.venueCode, row.venueCode],
    ['계정', first.accountReference, row.accountReference],
    ['압류일', first.seizedOn, row.seizedOn],
    ['고지번호', first.noticeNumbers.join(), row.noticeNumbers.join()],
  ];
  return pairs
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([column]) => ({ column, code: 'CONFLICT', reason: `같은 압류번호의 ${line}행과 다름.` }));
}
