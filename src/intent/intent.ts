import { randomUUID } from 'node:crypto';
import { type AuditEntry, type AuditStream, appendAudit, appendAudits } from '../audit/append.ts';
import type { Intent } from '../database/generated/client.ts';
import type { IntentPort } from '../database/generated/enums.ts';
import { jsonColumn } from '../database/json.ts';
import type { Work } from '../database/work.ts';
import { type Canonical, digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';

/*
 * Nothing leaves the process before its intent is committed (principle 2). An intent is born `open`, with an identifier that
 * we chose and that is never used again; from then on it may or may not have been sent, whatever this process remembers.
 *
 *   open ─▶ settled      its outcome is known and booked, in the same unit of work
 *   open ─▶ dead         it is proven that it never had an effect, by the rule of its port
 *   open ─▶ with_person  nobody can tell; no machine sends it again
 *   with_person ─▶ settled | dead, once somebody has found out
 *
 * `settled` and `dead` are final. Each send is counted before it is made, so that a crash in between counts as sent: an
 * intent with sends is one whose effect must be looked up. Look-ups that did not find it are kept with their instants, and a
 * new send or a find forgets them, since they prove nothing about what came after. What a number of such look-ups proves is
 * for each port's own rule to say.
 */

export interface CreatedIntent {
  readonly id: number;
  readonly identifier: string;
}

export type IntentOutcome = 'settled' | 'dead' | 'with_person';

/** What a look-up said. `unavailable` proves nothing and only moves the next look. */
export type LookUpOutcome = 'found' | 'not_found' | 'unavailable';

/**
 * Commits, with the caller's unit of work, to something that is about to leave the process. `subject` is what it is for; an
 * intent for `case:ID` or `account:ID` is told of in that chain. The identifier has 36 lower-case characters, which every
 * venue takes as an order's own id.
 */
export async function createIntent(
  work: Work,
  input: { readonly port: IntentPort; readonly subject: string; readonly nextLookAt?: Date | undefined },
): Promise<CreatedIntent> {
  const intent = await work.tx.intent.create({
    data: { identifier: randomUUID(), port: input.port, subject: input.subject, createdAt: work.at, nextLookAt: input.nextLookAt ?? null },
  });
  await appendAudit(work, createdEvent(intent));
  return { id: intent.id, identifier: intent.identifier };
}

/**
 * Commits to several things that are to leave the process as soon as this is committed: their first send is counted with them. The
 * answers stand in the order of the subjects.
 */
export async function createSentIntents(
  work: Work,
  input: { readonly port: IntentPort; readonly subjects: readonly string[]; readonly nextLookAt: Date },
): Promise<CreatedIntent[]> {
  const { port, subjects, nextLookAt } = input;
  const sent = { port, nextLookAt, createdAt: work.at, sendCount: 1, firstSentAt: work.at, lastSentAt: work.at };
  const stored = await work.tx.intent.createManyAndReturn({
    data: subjects.map((subject) => ({ ...sent, identifier: randomUUID(), subject })),
    select: { id: true, identifier: true, subject: true, port: true },
  });
  const inOrder = stored.toSorted((a, b) => a.id - b.id);
  await appendAudits(
    work,
    inOrder.flatMap((intent) => [createdEvent(intent), intentEvent(intent, 'intent.sent', { sends: 1 })]),
  );
  return inOrder;
}

function createdEvent(intent: Pick<Intent, 'id' | 'subject' | 'port' | 'identifier'>): AuditEntry {
  return intentEvent(intent, 'intent.created', { port: intent.port, identifier: intent.identifier });
}

/**
 * Counts a send before it is made; commit, then send. `sendsBefore` is the count the caller decided on: if somebody has sent
 * in between, or the intent is no longer open, nobody sends. Errors: `CONFLICT`, `NOT_FOUND`.
 */
export async function markSent(
  work: Work,
  intentId: number,
  input: { readonly sendsBefore: number; readonly nextLookAt: Date },
): Promise<Intent> {
  const intent = await lockIntent(work, intentId);
  if (intent.state !== 'open' || intent.sendCount !== input.sendsBefore) {
    throw new CheongsanError(
      'CONFLICT',
      `Intent ${intentId} is ${intent.state} after ${intent.sendCount} sends, not open after ${input.sendsBefore}; read it again.`,
    );
  }
  const sent = await work.tx.intent.update({
    where: { id: intentId },
    data: {
      sendCount: intent.sendCount + 1,
      firstSentAt: intent.firstSentAt ?? work.at,
      lastSentAt: work.at,
      notFoundAt: [],
      nextLookAt: input.nextLookAt,
    },
  });
  await appendAudit(work, intentEvent(sent, 'intent.sent', { sends: sent.sendCount }));
  return sent;
}

/** Keeps what a look-up said and when to look next; settling is a step of its own. Errors: `CONFLICT` unless open, `NOT_FOUND`. */
export async function recordLookUp(
  work: Work,
  intentId: number,
  input: { readonly outcome: LookUpOutcome; readonly answer: Canonical; readonly nextLookAt: Date | null },
): Promise<Intent> {
  const intent = await lockIntent(work, intentId);
  if (intent.state !== 'open') throw new CheongsanError('CONFLICT', `Intent ${intentId} is ${intent.state}; there is nothing to look up.`);
  const notFoundAt = { found: [], not_found: [...intent.notFoundAt, work.at], unavailable: intent.notFoundAt }[input.outcome];
  const looked = await work.tx.intent.update({
    where: { id: intentId },
    data: { notFoundAt, nextLookAt: input.nextLookAt, lastAnswer: jsonColumn(input.answer) },
  });
  await appendAudit(work, intentEvent(looked, 'intent.looked_up', { outcome: input.outcome, notFound: notFoundAt.length }, input.answer));
  return looked;
}

/**
 * Gives an intent its outcome, in the unit of work that books it. Saying the same again changes nothing. Errors: `CONFLICT`
 * when another outcome stands, `FORBIDDEN` when a machine declares dead what was left to a person, `NOT_FOUND`.
 */
export async function settleIntent(work: Work, intentId: number, outcome: IntentOutcome, answer: Canonical): Promise<Intent> {
  const intent = await lockIntent(work, intentId);
  if (intent.state === outcome) return intent;
  assertMaySettle(work, intent, outcome);
  const settled = await work.tx.intent.update({
    where: { id: intentId },
    data: {
      state: outcome,
      lastAnswer: jsonColumn(answer),
      nextLookAt: null,
      settledAt: outcome === 'with_person' ? null : work.at,
    },
  });
  await appendAudit(work, intentEvent(settled, `intent.${outcome}`, { sends: settled.sendCount }, answer));
  return settled;
}

function assertMaySettle(work: Work, intent: Intent, outcome: IntentOutcome): void {
  if (intent.state === 'settled' || intent.state === 'dead') {
    throw new CheongsanError('CONFLICT', `Intent ${intent.id} is ${intent.state} for good and cannot become ${outcome}.`);
  }
  if (intent.state === 'with_person' && outcome === 'dead' && work.actor.kind !== 'user') {
    throw new CheongsanError('FORBIDDEN', `Intent ${intent.id} was left to a person; only an official may declare it dead.`);
  }
}

/** The intent as it is, behind its own lock until the end of the unit of work. Error: `NOT_FOUND`. */
export async function lockIntent(work: Work, intentId: number): Promise<Intent> {
  await work.tx.$queryRaw`SELECT id FROM intent WHERE id = ${intentId} FOR NO KEY UPDATE`;
  const intent = await work.tx.intent.findUnique({ where: { id: intentId } });
  if (intent === null) throw new CheongsanError('NOT_FOUND', `There is no intent ${intentId}.`);
  return intent;
}

function intentEvent(
  intent: Pick<Intent, 'id' | 'subject'>,
  action: string,
  payload: { readonly [key: string]: Canonical },
  answer?: Canonical,
): AuditEntry {
  return {
    stream: streamOf(intent.subject),
    action,
    subject: `intent:${intent.id}`,
    ...(answer === undefined ? {} : { recordDigest: digestOf(answer) }),
    payload,
  };
}

function streamOf(subject: string): AuditStream {
  const [, kind, id] = /^(case|account):(\d+)$/.exec(subject) ?? [];
  if (kind === 'case') return `case:${Number(id)}`;
  if (kind === 'account') return `account:${Number(id)}`;
  return 'system';
}
