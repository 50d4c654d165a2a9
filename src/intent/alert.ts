import { appendAudit } from '../audit/append.ts';
import type { Alert } from '../database/generated/client.ts';
import type { AlertSeverity } from '../database/generated/enums.ts';
import { jsonColumn } from '../database/json.ts';
import { type Database, userIdOf, type Work } from '../database/work.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { scrub } from '../kernel/log.ts';
import type { DueSource } from '../queue/due.ts';
import type { AlertChannel, AlertMessage } from './alert-channel.ts';

/*
 * An alert is a row first and a message second: it stands on the screen from its commit on, and goes out through every
 * configured channel until each has taken it or somebody has acknowledged it. An attempt is counted, and the next one
 * appointed, before it is made; after a crash the same alert may therefore arrive twice, which harms nobody, and never not at
 * all. It is addressed to the city's own officials, so principle 2's "never again without a person" does not concern it.
 */

const DUE_BATCH = 200;
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;

/** The wait after so many attempts: a minute, doubled up to an hour. */
export function retryWaitMs(attempts: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.min(Math.max(attempts - 1, 0), 30), LONGEST_WAIT_MS);
}

export interface NewAlert {
  /** What kind of thing happened, in snake_case; together with the subject it says whether it was raised already. */
  readonly code: string;
  readonly severity: AlertSeverity;
  /** What it is about, `case:ID`. */
  readonly subject: string;
  /** Korean, for the official: what happened and what to do. Names nobody. */
  readonly text: string;
  readonly facts: { readonly [key: string]: Canonical | undefined };
}

/**
 * Raises an alert. A critical one exists once per code and subject while nobody has acknowledged it: raised again, the same id
 * is answered. Numbers that look like a person's are blotted out of text and facts.
 */
export async function raiseAlert(work: Work, alert: NewAlert): Promise<{ readonly id: number; readonly isNew: boolean }> {
  const created = await work.tx.alert.createManyAndReturn({
    data: [
      {
        code: alert.code,
        severity: alert.severity,
        subject: alert.subject,
        text: scrub(alert.text),
        facts: jsonColumn(scrubbed(alert.facts)),
        raisedAt: work.at,
        nextAttemptAt: work.at,
      },
    ],
    select: { id: true },
    skipDuplicates: true,
  });
  const id = created[0]?.id;
  if (id === undefined) return { id: await openCriticalId(work, alert), isNew: false };
  await appendAudit(work, {
    stream: 'system',
    action: 'alert.raised',
    subject: `alert:${id}`,
    payload: { code: alert.code, severity: alert.severity, about: alert.subject },
  });
  work.ring('alerts', id);
  return { id, isNew: true };
}

/** Warns, unless the same warning stands already and nobody has acknowledged it. */
export async function warnOnce(work: Work, alert: Omit<NewAlert, 'severity'>): Promise<void> {
  const { code, subject } = alert;
  if ((await work.tx.alert.count({ where: { code, subject, acknowledgedAt: null } })) > 0) return;
  await raiseAlert(work, { ...alert, severity: 'warning' });
}

async function openCriticalId(work: Work, alert: NewAlert): Promise<number> {
  const open = await work.tx.alert.findFirst({
    where: { code: alert.code, subject: alert.subject, severity: 'critical', acknowledgedAt: null },
    select: { id: true },
  });
  if (open === null) {
    throw new CheongsanError('DATABASE_CONTENTION', 'An alert was acknowledged while it was raised again; raise it once more.');
  }
  return open.id;
}

function scrubbed(fact: Canonical | undefined): Canonical {
  if (typeof fact === 'string') return scrub(fact);
  if (Array.isArray(fact)) return fact.map(scrubbed);
  if (typeof fact === 'object' && fact !== null) {
    return Object.fromEntries(Object.entries(fact).flatMap(([key, member]) => (member === undefined ? [] : [[key, scrubbed(member)]])));
  }
  return fact ?? null;
}

/**
 * Sends one alert through the channels that have not taken it yet. Does nothing when it is not due, delivered or acknowledged,
 * so it may be rung for at any time. Error: `ALERT_UNDELIVERED` naming the channels that failed; the next attempt is
 * appointed by then.
 */
export async function deliverAlert(database: Database, channels: readonly AlertChannel[], alertId: number): Promise<void> {
  if (channels.length === 0) return;
  const alert = await claimAttempt(database, alertId);
  if (alert === undefined) return;
  const waiting = channels.filter(({ name }) => !alert.deliveredTo.includes(name));
  const message = messageOf(alert);
  const outcomes = await Promise.allSettled(waiting.map((channel) => channel.deliver(message)));
  const taken = waiting.filter((_, index) => outcomes[index]?.status === 'fulfilled').map(({ name }) => name);
  await recordDelivery(database, alert, taken, taken.length === waiting.length);
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failures.length > 0) {
    const failed = waiting.map(({ name }) => name).filter((name) => !taken.includes(name));
    throw new CheongsanError('ALERT_UNDELIVERED', `Alert ${alertId} was not taken by ${failed.join(', ')}; it is sent again later.`, {
      facts: { channels: failed, attempts: alert.deliveryAttempts },
      cause: failures.length === 1 ? failures[0] : new AggregateError(failures),
    });
  }
}

/** Counts the attempt and appoints the next one before anything is sent: two workers never send at the same time. */
async function claimAttempt(database: Database, alertId: number): Promise<Alert | undefined> {
  return database.work({ kind: 'system', part: 'alerts' }, async (work) => {
    const due = await work.tx.$queryRaw<{ delivery_attempts: number }[]>`
      SELECT delivery_attempts FROM alert
       WHERE id = ${alertId} AND delivered_at IS NULL AND acknowledged_at IS NULL AND next_attempt_at <= ${work.at}
         FOR NO KEY UPDATE`;
    const row = due[0];
    if (row === undefined) return undefined;
    const attempts = row.delivery_attempts + 1;
    return work.tx.alert.update({
      where: { id: alertId },
      data: { deliveryAttempts: attempts, nextAttemptAt: new Date(work.at.getTime() + retryWaitMs(attempts)) },
    });
  });
}

async function recordDelivery(database: Database, alert: Alert, taken: readonly string[], isComplete: boolean): Promise<void> {
  if (taken.length === 0 && !isComplete) return;
  await database.work({ kind: 'system', part: 'alerts' }, async (work) => {
    await work.tx.alert.update({
      where: { id: alert.id },
      data: {
        deliveredTo: [...alert.deliveredTo, ...taken],
        ...(isComplete ? { deliveredAt: work.at, nextAttemptAt: null } : {}),
      },
    });
    await appendAudit(work, {
      stream: 'system',
      action: isComplete ? 'alert.delivered' : 'alert.delivered_in_part',
      subject: `alert:${alert.id}`,
      payload: { channels: [...taken], attempts: alert.deliveryAttempts },
    });
  });
}

function messageOf(alert: Alert): AlertMessage {
  return {
    id: alert.id,
    code: alert.code,
    severity: alert.severity,
    subject: alert.subject,
    text: alert.text,
    facts: alert.facts,
    raisedAt: alert.raisedAt,
  };
}

/** Somebody has seen it: it is not sent again, and the same thing may raise a new one. Errors: `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`. */
export async function acknowledgeAlert(work: Work, alertId: number): Promise<void> {
  const userId = userIdOf(work.actor);
  if (userId === null) throw new CheongsanError('FORBIDDEN', 'Only an official acknowledges an alert; it is meant for one.');
  const { count } = await work.tx.alert.updateMany({
    where: { id: alertId, acknowledgedAt: null },
    data: { acknowledgedAt: work.at, acknowledgedById: userId, nextAttemptAt: null },
  });
  if (count === 0) {
    const known = await work.tx.alert.findUnique({ where: { id: alertId }, select: { id: true } });
    throw known === null
      ? new CheongsanError('NOT_FOUND', `There is no alert ${alertId}.`)
      : new CheongsanError('CONFLICT', `Alert ${alertId} was acknowledged before.`);
  }
  await appendAudit(work, { stream: 'system', action: 'alert.acknowledged', subject: `alert:${alertId}` });
}

/**
 * Alerts that are to be sent, rung for one by one: answer with `deliverAlert`.
 * Without a channel nothing falls due, the alerts stand on the screen only.
 */
export function alertDueSource(database: Database, channels: readonly AlertChannel[]): DueSource {
  const unsent = { deliveredAt: null, acknowledgedAt: null };
  return {
    queue: 'alerts',
    due: async (now) => {
      if (channels.length === 0) return [];
      const rows = await database.read.alert.findMany({
        where: { ...unsent, nextAttemptAt: { lte: now } },
        select: { id: true },
        orderBy: { nextAttemptAt: 'asc' },
        take: DUE_BATCH,
      });
      return rows.map(({ id }) => id);
    },
    nextDueAt: async (now) => {
      if (channels.length === 0) return undefined;
      const next = await database.read.alert.findFirst({
        where: { ...unsent, nextAttemptAt: { gt: now } },
        select: { nextAttemptAt: true },
        orderBy: { nextAttemptAt: 'asc' },
      });
      return next?.nextAttemptAt ?? undefined;
    },
  };
}
