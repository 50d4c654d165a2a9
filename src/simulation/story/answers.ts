import { z } from 'zod';
import { CheongsanError } from '../../kernel/errors.ts';
import type { Official } from '../office.ts';
import type { Stage, StageVenue } from './stage.ts';

/** What the story reads of the service's answers. Schemas here are the story's own: it knows the API like every client. */

const imported = z.object({ state: z.string(), goodCount: z.int(), badCount: z.int() });

/** Hands in a file; a file with a bad row is a fault of the story. */
export async function handIn(
  stage: Stage,
  path: string,
  file: Uint8Array<ArrayBuffer>,
  official: Official,
  mediaType = 'text/csv',
): Promise<number> {
  const { state, goodCount, badCount } = imported.parse(await stage.office.upload(path, file, mediaType, official));
  if (state !== 'stored' || badCount > 0)
    throw new CheongsanError('INTERNAL', `${path} stored ${goodCount} rows and refused ${badCount} (${state}).`);
  return goodCount;
}

const bulkAnswer = z.object({
  done: z.array(z.object({ id: z.int(), result: z.unknown() })),
  refused: z.array(z.object({ id: z.int(), code: z.string(), detail: z.string() })),
});

const BULK_MAX = 500;
const APPROVALS_AT_ONCE = 100;

/** Does something to many rows and answers each row's result; a refusal that nobody expects is a fault of the story. */
export async function toAll<T extends z.ZodType>(
  stage: Stage,
  path: string,
  request: {
    readonly items: readonly unknown[];
    readonly common?: object;
    readonly official: Official;
    readonly result: T;
    readonly mayRefuse?: readonly string[];
  },
): Promise<{ readonly id: number; readonly result: z.output<T> }[]> {
  const done: { id: number; result: z.output<T> }[] = [];
  for (let start = 0; start < request.items.length; start += BULK_MAX) {
    const body = { ...request.common, items: request.items.slice(start, start + BULK_MAX) };
    const answer = bulkAnswer.parse(await stage.office.post(path, body, request.official));
    const unexpected = answer.refused.filter(({ code }) => request.mayRefuse?.includes(code) !== true);
    if (unexpected.length > 0) {
      const first = unexpected[0];
      throw new CheongsanError(
        'INTERNAL',
        `${path} refused ${unexpected.length} of ${request.items.length}: ${first?.code} ${first?.detail}`,
      );
    }
    done.push(...answer.done.map(({ id, result }) => ({ id, result: request.result.parse(result) })));
  }
  return done;
}

function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.int().nullable() });
}

/** Every row of a paged list. */
export async function listAll<T extends z.ZodType>(stage: Stage, path: string, official: Official, item: T): Promise<z.output<T>[]> {
  const rows: z.output<T>[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const url = new URL(path, 'http://story');
    url.searchParams.set('limit', '500');
    if (after > 0) url.searchParams.set('after', String(after));
    const page: z.output<ReturnType<typeof pageOf<T>>> = pageOf(item).parse(
      await stage.office.get(`${url.pathname}${url.search}`, official),
    );
    rows.push(...page.items);
    after = page.next;
  }
  return rows;
}

const approvals = z.array(z.object({ id: z.int(), kind: z.string() }));

/**
 * The approver reads what waits for him and agrees; what is worth so much that two must agree is then seconded by the director.
 * Returns how many were decided.
 */
export async function approveAll(stage: Stage, kind: string): Promise<number> {
  const { office, cast } = stage;
  let decided = 0;
  for (const official of [cast.approver, cast.director]) {
    const pending = approvals.parse(await office.get(`/approvals?state=pending&kind=${kind}`, official));
    for (let start = 0; start < pending.length; start += APPROVALS_AT_ONCE) {
      const approvalIds = pending.slice(start, start + APPROVALS_AT_ONCE).map(({ id }) => id);
      await office.post('/approvals/decisions', { approvalIds, decision: 'approve', reason: '요건 확인 (표본)' }, official);
    }
    decided = Math.max(decided, pending.length);
  }
  return decided;
}

export const caseRow = z.object({ id: z.int(), number: z.string(), phase: z.string(), personId: z.int() });
export type CaseRow = z.output<typeof caseRow>;

/** Cases in a phase, at every exchange or at one. */
export function casesIn(stage: Stage, phase: string, at?: StageVenue): Promise<CaseRow[]> {
  const there = at === undefined ? '' : `&venueCode=${at.code}`;
  return listAll(stage, `/cases?phase=${phase}${there}`, stage.cast.officer, caseRow);
}
