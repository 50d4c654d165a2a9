import { z } from 'zod';
import { namedDatabaseError } from '../database/errors.ts';
import type { Work } from '../database/work.ts';
import { ERROR_ACTIONS, ERROR_CATALOGUE, type ErrorCode, named } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { once, toCanonical } from './idempotency.ts';
import { factsOf } from './problem.ts';
import { parsePart } from './request-part.ts';
import { type Head, type Input, NONE, parseAddress, type Route, type RouteRequest, shared } from './route.ts';
import { factsAnswer, rowId } from './schemas.ts';

/** Rows in one call, unless a route says less. */
export const BULK_MAX = 1_000;

/** What was refused, and why; whatever else was asked for is done all the same. */
const refusalAnswer = z
  .object({
    id: rowId,
    code: z.string().meta({ example: 'PHASE_WRONG' }),
    title: z.string().meta({ example: ERROR_CATALOGUE.PHASE_WRONG.title }),
    action: z.string().meta({ description: '무엇을 하면 되는지', example: ERROR_ACTIONS.PHASE_WRONG }),
    detail: z.string().meta({ example: 'Case 2026-000012 is closed.' }),
    facts: factsAnswer,
  })
  .meta({ id: 'Refusal', description: '처리하지 못한 건과 사유' });
type RefusalAnswer = z.input<typeof refusalAnswer>;

/** The answer of everything that is done to many rows. */
export function bulkAnswer<R extends z.ZodType>(result: R) {
  return z.object({ done: z.array(z.object({ id: rowId, result })), refused: z.array(refusalAnswer) });
}

export function toRefusal(
  id: number,
  refusal: { readonly code: ErrorCode; readonly detail: string; readonly facts?: Readonly<Record<string, unknown>> },
): RefusalAnswer {
  const { code, detail, facts = {} } = refusal;
  return { id, code, title: ERROR_CATALOGUE[code].title, action: ERROR_ACTIONS[code], detail, facts: factsOf(facts) };
}

/** Without these no other row can be done either. */
const FATAL: readonly ErrorCode[] = ['DATABASE_UNAVAILABLE', 'DISK_FULL', 'KEY_UNAVAILABLE'];

type BulkBody<I extends z.ZodType, C extends z.ZodObject> = z.output<C> & { readonly items: readonly z.output<I>[] };
type BulkInput<I extends z.ZodType, C extends z.ZodObject> = Input<typeof NONE, typeof NONE, BulkBody<I, C>>;

interface BulkHead<I extends z.ZodType, C extends z.ZodObject, R extends z.ZodType, T>
  extends Omit<Head<typeof NONE, typeof NONE>, 'params' | 'query'> {
  /** One row of the call: its id, or an object with it. */
  readonly item: I;
  /** Names the row in the answer; no two items of a call have the same. */
  readonly idOf: (item: z.output<I>) => number;
  readonly itemsMax?: number;
  /** What holds for all rows alike. */
  readonly common: C;
  readonly result: R;
  /** What must be known before the first row and cannot be found out inside a unit of work, such as an order book. */
  readonly prepare: (input: BulkInput<I, C>) => Promise<T>;
  readonly handle: (work: Work, input: BulkInput<I, C> & { readonly prepared: T }, item: z.output<I>) => Promise<z.input<R>>;
}

/** For a bulk command that needs to know nothing beforehand. */
export function nothingToPrepare(): Promise<undefined> {
  return Promise.resolve(undefined);
}

/**
 * A POST that does the same to many rows, in the order of their ids, each in a unit of work of its own: a refusal is an answer,
 * with its code, and keeps the others from nothing. Under an `Idempotency-Key` each row keeps a record of its own: the same call
 * again answers what was done and tries again what was refused or not reached.
 */
export function bulk<I extends z.ZodType, C extends z.ZodObject, R extends z.ZodType, T>(head: BulkHead<I, C, R, T>): Route {
  const address = { ...head, params: NONE, query: NONE };
  const itemsMax = head.itemsMax ?? BULK_MAX;
  const items = z
    .array(head.item)
    .min(1)
    .max(itemsMax)
    .refine((rows) => new Set(rows.map(head.idOf)).size === rows.length, 'a row stands twice')
    .meta({ description: `한 번에 ${itemsMax}건까지` });
  const body = head.common.extend({ items });
  return {
    ...shared('bulk', 'post', address),
    body,
    answer: bulkAnswer(head.result),
    run: async (request) => {
      parsePart(body, request.body, 'body');
      const input = { ...head.common.parse(request.body), ...z.object({ items }).parse(request.body) };
      return runBulk(head, { ...parseAddress(address, request), body: input }, request);
    },
  };
}

async function runBulk<I extends z.ZodType, C extends z.ZodObject, R extends z.ZodType, T>(
  head: BulkHead<I, C, R, T>,
  input: BulkInput<I, C>,
  request: RouteRequest,
): Promise<{ readonly done: readonly unknown[]; readonly refused: readonly RefusalAnswer[] }> {
  const { database, log } = input.services;
  await claimKey(head.operationId, input, request);
  const prepared = await head.prepare(input);
  const done: unknown[] = [];
  const refused: RefusalAnswer[] = [];
  for (const item of input.body.items.toSorted((a, b) => head.idOf(a) - head.idOf(b))) {
    const id = head.idOf(item);
    try {
      const result = await database.work(input.principal.actor, (work) => runItem(work, head, { ...input, prepared }, item, request));
      done.push({ id, result });
    } catch (thrown) {
      refused.push(refusalOf(id, thrown, log));
    }
  }
  return { done, refused };
}

/** The whole call is recorded first, so that another one under its key is refused before anything is done. */
async function claimKey(
  operationId: string,
  { services, principal }: Pick<Input<never, never, never>, 'services' | 'principal'>,
  request: RouteRequest,
) {
  const key = request.idempotencyKey;
  if (key === undefined) return;
  const whole = { key, operationId, params: null, query: null, body: toCanonical(request.body) };
  await services.database.work(principal.actor, (work) => once(work, services.keys, whole, () => Promise.resolve(null)));
}

async function runItem<I extends z.ZodType, C extends z.ZodObject, R extends z.ZodType, T>(
  work: Work,
  head: BulkHead<I, C, R, T>,
  input: BulkInput<I, C> & { readonly prepared: T },
  item: z.output<I>,
  { idempotencyKey }: RouteRequest,
): Promise<unknown> {
  const handle = async () => toCanonical(head.result.parse(await head.handle(work, input, item)));
  if (idempotencyKey === undefined) return handle();
  const one = { key: `${idempotencyKey}#${head.idOf(item)}`, operationId: head.operationId, params: null, query: null, body: null };
  return once(work, input.services.keys, one, handle);
}

function refusalOf(id: number, thrown: unknown, log: Log): RefusalAnswer {
  const error = named(namedDatabaseError(thrown));
  if (FATAL.includes(error.code)) throw thrown;
  if (error.status >= 500) log.error({ err: thrown, code: error.code, row: id }, 'a row of a bulk command failed');
  return toRefusal(id, { code: error.code, detail: error.message, facts: error.facts });
}
