import type { Transaction } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { traceBill, traceCase, traceFill } from './trace.ts';
import type { Trace } from './trace-node.ts';

/** What a trace may begin with. */
export const TRACE_KINDS = ['bill', 'case', 'fill'] as const;
export type TraceKind = (typeof TRACE_KINDS)[number];

interface Subject {
  /** What a trace itself calls such a row, in front of its id. */
  readonly prefix: string;
  /** Ids of the rows with this id or number, at most two. */
  find(reader: Transaction, wanted: Wanted): Promise<readonly { readonly id: number }[]>;
  trace(reader: Transaction, id: number): Promise<Trace>;
}

/** A text as it may be meant. */
interface Wanted {
  readonly id: number | undefined;
  readonly number: string | undefined;
}

const FEW = { select: { id: true }, orderBy: { id: 'asc' }, take: 2 } as const;

const SUBJECTS: Readonly<Record<TraceKind, Subject>> = {
  bill: {
    prefix: 'bill',
    find: (reader, wanted) => reader.bill.findMany({ ...FEW, where: { OR: either(wanted, (noticeNumber) => ({ noticeNumber })) } }),
    trace: traceBill,
  },
  case: {
    prefix: 'case',
    find: (reader, wanted) => reader.seizureCase.findMany({ ...FEW, where: { OR: either(wanted, (number) => ({ number })) } }),
    trace: traceCase,
  },
  fill: {
    prefix: 'order_fill',
    find: (reader, wanted) => reader.orderFill.findMany({ ...FEW, where: { OR: either(wanted, (tradeId) => ({ tradeId })) } }),
    trace: traceFill,
  },
};

/**
 * Traces what a text names: a notice number, a case number or an exchange's number of a fill; an id; or an id as traces write it,
 * `case:12`, which can mean nothing else. Errors: `NOT_FOUND`; `CONFLICT` where it is the number of one row and the id of another.
 */
export async function traceNamed(reader: Transaction, kind: TraceKind, text: string): Promise<Trace> {
  const { prefix, find, trace } = SUBJECTS[kind];
  const [row, other] = await find(reader, wantedBy(text, prefix));
  if (row === undefined) throw new CheongsanError('NOT_FOUND', `There is no ${kind} ${text}.`);
  if (other !== undefined) {
    const meant = `${prefix}:${row.id} or ${prefix}:${other.id}`;
    throw new CheongsanError('CONFLICT', `${text} may mean ${meant}; name the one that is meant in this form.`);
  }
  return trace(reader, row.id);
}

function wantedBy(text: string, prefix: string): Wanted {
  const isPrefixed = text.startsWith(`${prefix}:`);
  const id = idIn(isPrefixed ? text.slice(prefix.length + 1) : text);
  return { id, number: isPrefixed && id !== undefined ? undefined : text };
}

function idIn(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

function either<T>({ id, number }: Wanted, byNumber: (number: string) => T): (T | { id: number })[] {
  return [...(number === undefined ? [] : [byNumber(number)]), ...(id === undefined ? [] : [{ id }])];
}
