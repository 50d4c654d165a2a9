import type { AuditStream } from '../audit/append.ts';
import type { Work } from '../database/work.ts';

/** What a letter is about, as `case:12`. Notices know no more of it than whom to tell. */
export interface AboutSomething {
  readonly subject: string;
  readonly recipientId: number | null;
}

const CASE_SUBJECT = /^case:([1-9]\d*)$/;

function caseIdOf(subject: string): number | undefined {
  const digits = CASE_SUBJECT.exec(subject)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The chain in which events of a letter stand: its case, else the person it is for. */
export function auditStreamOf({ subject, recipientId }: AboutSomething): AuditStream {
  const caseId = caseIdOf(subject);
  if (caseId !== undefined) return `case:${caseId}`;
  return recipientId === null ? 'system' : `person:${recipientId}`;
}

/** Rings for the case whose letter changed, so that the floor above looks again. */
export function ringSubject(work: Work, subject: string): void {
  const caseId = caseIdOf(subject);
  if (caseId !== undefined) work.ring('cases', caseId);
}

/** Chains are appended to in one order, so that two runs over the same cases do not wait for each other. */
export function inStreamOrder<N extends AboutSomething & { readonly id: number }>(notices: readonly N[]): N[] {
  return [...notices].sort((a, b) => {
    const [first, second] = [auditStreamOf(a), auditStreamOf(b)];
    return first === second ? a.id - b.id : first < second ? -1 : 1;
  });
}
