import { z } from 'zod';
import type { Actor, Database, Work } from '../database/work.ts';
import type { FileContent } from '../document/byte-source.ts';
import type { CheckedRow, RowError, RowProblem } from '../document/row-check.ts';
import { type ImportChoice, importTable, type Judged, type OtherRows, type TableImport, type TablePlan } from '../import/table.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { lockNotices, type NoticeWithAttempts } from './locked-notices.ts';
import { inStreamOrder } from './notice-subject.ts';
import { endAttempt, judgeAttempt, type ProvenResult, type RunningAttempt } from './service-result.ts';
import { type PostedResult, SERVICE_RESULT_COLUMNS, type ServiceResultColumn, serviceResultRow } from './service-results-file.ts';
import type { ServiceRules } from './service-rules.ts';

export interface ServiceResultsInput extends ImportChoice {
  readonly content: FileContent;
  readonly rules: Pick<ServiceRules, 'lateService'>;
}

const ROWS_MAX = 20_000;

/** Notices that became served or returned by a file, and those of which it said nothing new. */
const countsSchema = z.object({ served: z.int(), returned: z.int(), unchanged: z.int() });
type ResultCounts = z.infer<typeof countsSchema>;

/**
 * Records the results the post sends back for a print run, by tracking number. All rows are checked before any is recorded, and
 * none is unless all are good or the good ones are asked for. Errors: those of `importTable`.
 */
export function importServiceResults(
  database: Database,
  keys: MasterKey,
  actor: Actor,
  { rules: { lateService }, ...input }: ServiceResultsInput,
): Promise<TableImport<ResultCounts>> {
  const plan: TablePlan<ServiceResultColumn, PostedResult, JudgedRow, ResultCounts> = {
    kind: 'service_results',
    columns: SERVICE_RESULT_COLUMNS,
    schema: serviceResultRow,
    rowsMax: ROWS_MAX,
    examiner: repeatedNumbers,
    judge: judgeRows,
    store: (work, good, importFileId) => record(work, keys, good, { lateService, importFileId }),
    counts: countsSchema,
    nothing: { served: 0, returned: 0, unchanged: 0 },
  };
  return importTable(database, plan, { ...input, actor });
}

/** One envelope has one outcome; the same number twice could mean either. */
function repeatedNumbers(): (row: CheckedRow<PostedResult>) => RowProblem<ServiceResultColumn>[] {
  const lineOf = new Map<string, number>();
  return ({ line, value }) => {
    const earlier = lineOf.get(value.trackingNumber);
    if (earlier === undefined) lineOf.set(value.trackingNumber, line);
    return earlier === undefined ? [] : [{ column: '등기번호', code: 'CONFLICT', reason: `${earlier}행과 같은 등기번호임.` }];
  };
}

/** A row whose letters are known and whose result may be recorded, or was before. */
interface JudgedRow {
  readonly proven: ProvenResult;
  readonly running: readonly RunningAttempt[];
  readonly isNew: boolean;
}

async function judgeRows(
  work: Work,
  rows: readonly CheckedRow<PostedResult>[],
  { readable }: OtherRows<PostedResult>,
): Promise<Judged<JudgedRow>> {
  const attempts = await attemptsByTrackingNumber(work, [...rows, ...readable]);
  const judge = (row: CheckedRow<PostedResult>) => judgeRow(row, attempts.get(row.value.trackingNumber) ?? [], work.at);
  const judged = rows.map(judge);
  return {
    good: judged.flatMap((row) => ('running' in row ? [row] : [])),
    errors: [...judged, ...readable.map(judge)].flatMap((row) => ('running' in row ? [] : row)),
  };
}

async function record(
  work: Work,
  keys: MasterKey,
  rows: readonly JudgedRow[],
  ending: { readonly lateService: ServiceRules['lateService']; readonly importFileId: number },
): Promise<ResultCounts> {
  const fresh = rows.filter(({ isNew }) => isNew);
  await endAll(work, keys, fresh, ending);
  const served = letters(fresh.filter(({ proven }) => proven.result === 'served'));
  return { served, returned: letters(fresh) - served, unchanged: letters(rows) - letters(fresh) };
}

function letters(rows: readonly JudgedRow[]): number {
  return rows.reduce((sum, { running }) => sum + running.length, 0);
}

async function attemptsByTrackingNumber(work: Work, rows: readonly CheckedRow<PostedResult>[]): Promise<Map<string, RunningAttempt[]>> {
  const numbers = rows.map(({ value }) => value.trackingNumber);
  const sent = await work.tx.serviceAttempt.findMany({ where: { trackingNumber: { in: numbers } }, select: { noticeId: true } });
  const notices = await lockNotices(work, [...new Set(sent.map(({ noticeId }) => noticeId))]);
  const byNumber = new Map<string, RunningAttempt[]>();
  for (const notice of notices) {
    for (const attempt of notice.attempts) {
      if (attempt.trackingNumber === null) continue;
      byNumber.set(attempt.trackingNumber, [...(byNumber.get(attempt.trackingNumber) ?? []), { notice, attempt }]);
    }
  }
  return byNumber;
}

/** A row to be recorded, or every reason against it. */
function judgeRow({ line, value }: CheckedRow<PostedResult>, running: readonly RunningAttempt[], at: Date): JudgedRow | RowError[] {
  const refuse = (column: ServiceResultColumn, code: RowError['code'], reason: string): RowError => ({ line, column, code, reason });
  if (running.length === 0) return [refuse('등기번호', 'NOT_FOUND', '발송 기록이 없는 등기번호임.')];
  if (recipientCount(running) > 1) return [refuse('등기번호', 'CONFLICT', '같은 등기번호로 두 사람에게 발송한 것으로 기록되어 있음.')];
  const { result, resultOn, receivedBy, reference } = value;
  const proven: ProvenResult = {
    result,
    resultOn,
    ...(receivedBy === undefined ? {} : { receivedBy }),
    proof: { form: 'reference', reference },
  };
  const judgements = running.map((attempt) => judgeAttempt(attempt, proven, seoulDay(at)));
  // Letters of one envelope are mostly refused for one reason, which is told once.
  const refusals = new Map(judgements.flatMap((judgement) => (judgement.verdict === 'refused' ? [[judgement.reason, judgement]] : [])));
  if (refusals.size > 0) return [...refusals.values()].map(({ code, reason }) => refuse('배달결과', code, reason));
  const fresh = running.filter((_, index) => judgements[index]?.verdict === 'new');
  return fresh.length === 0 ? { proven, running, isNew: false } : { proven, running: fresh, isNew: true };
}

function recipientCount(running: readonly RunningAttempt[]): number {
  return new Set(running.map(({ notice }) => `${notice.recipientId}/${notice.venueCode}`)).size;
}

async function endAll(
  work: Work,
  keys: MasterKey,
  rows: readonly JudgedRow[],
  { lateService, importFileId }: { lateService: ServiceRules['lateService']; importFileId: number },
): Promise<void> {
  const endings = new Map(rows.flatMap(({ running, proven }) => running.map((attempt) => [attempt.notice.id, { ...attempt, proven }])));
  for (const notice of inStreamOrder([...endings.values()].map((ending): NoticeWithAttempts => ending.notice))) {
    const ending = endings.get(notice.id);
    if (ending === undefined) throw new CheongsanError('INTERNAL', `Notice ${notice.number} lost its result.`);
    await endAttempt(work, keys, { ...ending, lateService, importFileId });
  }
}
