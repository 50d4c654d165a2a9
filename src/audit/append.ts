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
export async function appendAudit(work: Work, event: AuditEntry): Promise<void> {
  const before = event.before === undefined ? null : digestOf(event.before);
  const after = event.after === undefined ? null : digestOf(event.after);
  await work.tx.$queryRaw`
    SELECT event_id FROM audit_append(${event.stream}, ${work.at}, ${actorText(work.actor)}, ${event.action}, ${event.subject},
      ${before}, ${after}, ${event.recordDigest ?? null}, ${canonicalJson(event.payload ?? {})})`;
}
