import { actorText, type Work } from '../database/work.ts';
import { type Canonical, canonicalJson, digestOf } from '../kernel/digest.ts';

/** The chains. Each event belongs to the stream of what it is about. */
export type AuditStream = `case:${number}` | `account:${number}` | `person:${number}` | 'policy' | 'system';

/** One thing that happened. Nothing in it names a person: subjects are ids, digests over personal data are HMACs. */
export interface AuditEntry {
  readonly stream: AuditStream;
  /** What was done, as `noun.verb`: `seizure.approved`, `order.filled`. */
  readonly action: string;
  /** The row it was done to, `subject:id`. */
  readonly subject: string;
  /** The state before and after, digested; leave out where there was none or will be none. */
  readonly before?: Canonical;
  readonly after?: Canonical;
  /** Digest of the journal entry, decision or document this event records. */
  readonly recordDigest?: string;
  readonly payload?: { readonly [key: string]: Canonical | undefined };
}

/** Writes the event in the caller's transaction, so that it exists exactly when the change does. */
export function appendAudit(work: Work, event: AuditEntry): Promise<void> {
  return appendAudits(work, [event]);
}

/** Writes events in one statement, each after the one before it. */
export async function appendAudits(work: Work, events: readonly AuditEntry[]): Promise<void> {
  if (events.length === 0) return;
  await work.tx.$queryRaw`
    SELECT a.event_id
      FROM unnest(${events.map(({ stream }) => stream)}::text[], ${events.map(({ action }) => action)}::text[],
                  ${events.map(({ subject }) => subject)}::text[], ${events.map(({ before }) => digestOrNull(before))}::text[],
                  ${events.map(({ after }) => digestOrNull(after))}::text[], ${events.map(({ recordDigest }) => recordDigest ?? null)}::text[],
                  ${events.map(({ payload }) => canonicalJson(payload ?? {}))}::text[])
           WITH ORDINALITY AS e (stream, action, subject, before, after, record, payload, n),
           LATERAL audit_append(e.stream, ${work.at}, ${actorText(work.actor)}, e.action, e.subject, e.before, e.after, e.record, e.payload) a
     ORDER BY e.n`;
}

function digestOrNull(state: Canonical | undefined): string | null {
  return state === undefined ? null : digestOf(state);
}
