import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import { isUniqueViolation } from '../database/errors.ts';
import type { ImportFile } from '../database/generated/client.ts';
import { type Actor, type Database, userIdOf, type Work } from '../database/work.ts';
import { type FileContent, openSource } from '../document/byte-source.ts';
import { digestOfFile } from '../document/file-digest.ts';
import { type CheckedRow, checkRows, type RowError } from '../document/row-check.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError, isErrorCode } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { lockNotices, type NoticeWithAttempts } from './locked-notices.ts';
import { inStreamOrder } from './notice-subject.ts';
import { endAttempt, judgeAttempt, type ProvenResult, type RunningAttempt } from './service-result.ts';
import { type PostedResult, SERVICE_RESULT_COLUMNS, type ServiceResultColumn, serviceResultRow } from './service-results-file.ts';
import type { ServiceRules } from './service-rules.ts';

export interface ServiceResultsInput {
  readonly content: FileContent;
  readonly rules: Pick<ServiceRules, 'lateService'>;
  /** Stores the good rows although others are bad. */
  readonly takeGoodRows?: boolean;
}

const reportSchema = z.object({
  /** Notices that became served or returned by this file, and those of which it said nothing new. */
  served: z.int(),
  returned: z.int(),
  unchanged: z.int(),
  errors: z.array(
    z.object({
      line: z.int(),
      column: z.string(),
      code: z.string().refine(isErrorCode),
      reason: z.string(),
      value: z.string().exactOptional(),
    }),
  ),
});

export interface ServiceResultsReport extends z.infer<typeof reportSchema> {
  readonly importFileId: number;
  /** `refused`: bad rows, and nothing was recorded. */
  readonly state: ImportFile['state'];
  /** True when this very file was stored before; it changed nothing now. */
  readonly repeated: boolean;
  readonly rowCount: number;
  readonly goodCount: number;
  readonly badCount: number;
}

interface ReadFile {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly rows: readonly CheckedRow<PostedResult>[];
  readonly errors: readonly RowError[];
  readonly rowCount: number;
}

/**
 * Records the results the post sends back for a print run, by tracking number. All rows are checked before any is recorded, and
 * none is unless all are good or the good ones are asked for. Errors: those of `checkRows` for a file that is unusable as a whole.
 */
export async function importServiceResults(
  database: Database,
  keys: MasterKey,
  actor: Actor,
  input: ServiceResultsInput,
): Promise<ServiceResultsReport> {
  const file = await readFile(input.content);
  try {
    return await database.work(actor, async (work) => (await storedBefore(work, file)) ?? (await take(work, keys, file, input)), {
      timeoutMs: TIMEOUT_MS,
    });
  } catch (thrown) {
    if (!isUniqueViolation(thrown)) throw thrown;
    // Somebody stored the same file at the same time.
    return database.work(actor, async (work) => (await storedBefore(work, file)) ?? Promise.reject(thrown));
  }
}

const TIMEOUT_MS = 300_000;
const ROWS_MAX = 20_000;

async function readFile(content: FileContent): Promise<ReadFile> {
  const rows: CheckedRow<PostedResult>[] = [];
  const lineOf = new Map<string, number>();
  const summary = await checkRows<ServiceResultColumn, PostedResult>(content, {
    columns: SERVICE_RESULT_COLUMNS,
    schema: serviceResultRow,
    limits: { rows: ROWS_MAX },
    examine: ({ line, value }) => {
      const earlier = lineOf.get(value.trackingNumber);
      if (earlier === undefined) lineOf.set(value.trackingNumber, line);
      return earlier === undefined ? [] : [{ column: '등기번호', code: 'CONFLICT', reason: `${earlier}행과 같은 등기번호임.` }];
    },
    onRow: (row) => {
      rows.push(row);
    },
  });
  const source = await openSource(content);
  await source.close();
  return { digest: await digestOfFile(content), sizeBytes: source.sizeBytes, rows, errors: summary.errors, rowCount: summary.rowCount };
}

async function storedBefore(work: Work, { digest }: ReadFile): Promise<ServiceResultsReport | undefined> {
  const stored = await work.tx.importFile.findFirst({ where: { kind: 'service_results', digest, state: 'stored' } });
  return stored === null ? undefined : reportOf(stored, true);
}

function reportOf(file: ImportFile, repeated: boolean): ServiceResultsReport {
  const { id, state, rowCount, goodCount, badCount } = file;
  return { ...reportSchema.parse(file.report), importFileId: id, state, repeated, rowCount, goodCount, badCount };
}

/** A row whose letters are known and whose result may be recorded, or was before. */
interface JudgedRow {
  readonly proven: ProvenResult;
  readonly running: readonly RunningAttempt[];
  readonly isNew: boolean;
}

async function take(
  work: Work,
  keys: MasterKey,
  file: ReadFile,
  { takeGoodRows, rules }: ServiceResultsInput,
): Promise<ServiceResultsReport> {
  const attempts = await attemptsByTrackingNumber(work, file.rows);
  const judged = file.rows.map((row) => judgeRow(row, attempts.get(row.value.trackingNumber) ?? [], work.at));
  const good = judged.flatMap((row) => ('running' in row ? [row] : []));
  const errors = [...file.errors, ...judged.flatMap((row) => ('reason' in row ? [row] : []))].sort((a, b) => a.line - b.line);
  const badCount = file.rowCount - good.length;
  const isTaken = badCount === 0 || (takeGoodRows === true && good.length > 0);
  const fresh = isTaken ? good.filter(({ isNew }) => isNew) : [];
  const served = fresh.filter(({ proven }) => proven.result === 'served');
  const report = {
    served: letters(served),
    returned: letters(fresh) - letters(served),
    unchanged: isTaken ? letters(good) - letters(fresh) : 0,
    errors,
  };
  const stored = await storeFile(work, file, { isTaken, goodCount: good.length, badCount, report });
  await endAll(work, keys, fresh, { lateService: rules.lateService, importFileId: stored.id });
  await appendAudit(work, {
    stream: 'system',
    action: isTaken ? 'service_results.imported' : 'service_results.refused',
    subject: `import_file:${stored.id}`,
    recordDigest: file.digest,
    payload: { rows: file.rowCount, bad: badCount, served: report.served, returned: report.returned },
  });
  return reportOf(stored, false);
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

function judgeRow({ line, value }: CheckedRow<PostedResult>, running: readonly RunningAttempt[], at: Date): JudgedRow | RowError {
  const refuse = (column: ServiceResultColumn, code: RowError['code'], reason: string): RowError => ({ line, column, code, reason });
  if (running.length === 0) return refuse('등기번호', 'NOT_FOUND', '발송 기록이 없는 등기번호임.');
  if (recipientCount(running) > 1) return refuse('등기번호', 'CONFLICT', '같은 등기번호로 두 사람에게 발송한 것으로 기록되어 있음.');
  const { result, resultOn, receivedBy, reference } = value;
  const proven: ProvenResult = {
    result,
    resultOn,
    ...(receivedBy === undefined ? {} : { receivedBy }),
    proof: { form: 'reference', reference },
  };
  const judgements = running.map((attempt) => judgeAttempt(attempt, proven, seoulDay(at)));
  const refusal = judgements.find((judgement) => judgement.verdict === 'refused');
  if (refusal !== undefined) return refuse('배달결과', refusal.code, refusal.reason);
  const fresh = running.filter((_, index) => judgements[index]?.verdict === 'new');
  return fresh.length === 0 ? { proven, running, isNew: false } : { proven, running: fresh, isNew: true };
}

function recipientCount(running: readonly RunningAttempt[]): number {
  return new Set(running.map(({ notice }) => `${notice.recipientId}/${notice.venueCode}`)).size;
}

async function storeFile(
  work: Work,
  file: ReadFile,
  outcome: { isTaken: boolean; goodCount: number; badCount: number; report: z.infer<typeof reportSchema> },
): Promise<ImportFile> {
  return work.tx.importFile.create({
    data: {
      kind: 'service_results',
      digest: file.digest,
      sizeBytes: BigInt(file.sizeBytes),
      state: outcome.isTaken ? 'stored' : 'refused',
      rowCount: file.rowCount,
      goodCount: outcome.goodCount,
      badCount: outcome.badCount,
      report: outcome.report,
      uploadedById: userIdOf(work.actor),
      createdAt: work.at,
      storedAt: outcome.isTaken ? work.at : null,
    },
  });
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
