import { appendAudit } from '../audit/append.ts';
import type { Stay, StayKind } from '../database/generated/client.ts';
import type { Transaction, Work } from '../database/work.ts';
import { userIdOf } from '../database/work.ts';
import { type CivilDate, dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { deferralEffects } from '../policy/definitions/collection.ts';
import { type CaseWithParts, lockCase } from './locked-case.ts';
import { ENDED_PHASES } from './phase-table.ts';
import { type EnforcementAct, isInForce, STAY_KINDS, type StaySpan, stops } from './stay-kinds.ts';

export interface StayOrder {
  readonly caseId: number;
  readonly kind: StayKind;
  /** Why, without personal data. */
  readonly reason: string;
  readonly fromDay: CivilDate;
  /** Last day on which it stops anything; absent while its end is unknown. */
  readonly untilDay?: CivilDate | undefined;
  /** The row behind it, for example `bill_update:12`; one stay a cause stands at a time. */
  readonly cause?: string;
}

/**
 * Imposes a stay. From the commit on, no decision of the case passes the gate it stops. Errors: `PHASE_WRONG` when the case is over,
 * `NOT_FOUND`, `INPUT_INVALID` when it ends before it begins.
 */
export async function imposeStay(work: Work, order: StayOrder): Promise<{ readonly stayId: number }> {
  // Behind the locks of whoever decides right now: his order stands before the stay, or the stay before his decision.
  assertOpen(await lockCase(work, order.caseId));
  if (order.untilDay !== undefined && order.untilDay < order.fromDay) {
    throw new CheongsanError('INPUT_INVALID', `A stay from ${order.fromDay} cannot end on ${order.untilDay}.`);
  }
  const { scope, legalGround } = STAY_KINDS[order.kind];
  const stay = await work.tx.stay.create({
    data: {
      caseId: order.caseId,
      kind: order.kind,
      scope,
      legalGround,
      reason: order.reason,
      fromDay: dayToColumn(order.fromDay),
      untilDay: order.untilDay === undefined ? null : dayToColumn(order.untilDay),
      cause: order.cause ?? null,
      createdById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  const { kind, fromDay, untilDay, cause } = order;
  await appendAudit(work, {
    stream: `case:${order.caseId}`,
    action: 'stay.imposed',
    subject: `stay:${stay.id}`,
    after: { kind, scope, fromDay, untilDay, cause },
    payload: { kind, scope, fromDay, untilDay, cause },
  });
  work.ring('cases', order.caseId);
  return { stayId: stay.id };
}

function assertOpen(seizureCase: CaseWithParts): void {
  if (ENDED_PHASES.some((phase) => phase === seizureCase.phase)) {
    throw new CheongsanError('PHASE_WRONG', `Case ${seizureCase.number} is ${seizureCase.phase}; nothing in it can be stayed.`);
  }
}

/** Lifts a stay, with a reason free of personal data. Errors: `NOT_FOUND`, `CONFLICT` when it was lifted before. */
export async function liftStay(work: Work, lift: { readonly stayId: number; readonly reason: string }): Promise<void> {
  const stay = await work.tx.stay.findUnique({ where: { id: lift.stayId } });
  if (stay === null) throw new CheongsanError('NOT_FOUND', `There is no stay ${lift.stayId}.`);
  const { count } = await work.tx.stay.updateMany({
    where: { id: lift.stayId, liftedAt: null },
    data: { liftedAt: work.at, liftedById: userIdOf(work.actor), liftReason: lift.reason },
  });
  if (count === 0) throw new CheongsanError('CONFLICT', `Stay ${lift.stayId} was lifted before.`);
  await appendAudit(work, {
    stream: `case:${stay.caseId}`,
    action: 'stay.lifted',
    subject: `stay:${stay.id}`,
    before: { kind: stay.kind, scope: stay.scope },
    payload: { kind: stay.kind, cause: stay.cause ?? undefined, reason: lift.reason },
  });
  work.ring('cases', stay.caseId);
}

/** Something that stops an act on a case now. */
export interface StandingStay {
  readonly caseId: number;
  readonly kind: StayKind;
  /** The row it stands on: `stay:3`, or `bill_update:12` and `deferral:4` where the fact itself stops, stay or no stay. */
  readonly source: string;
  readonly legalGround: string;
  /** Korean. */
  readonly title: string;
  readonly untilDay: CivilDate | undefined;
}

type StayReader = Pick<Transaction, 'stay' | 'caseBill' | 'billUpdate' | 'deferral' | 'policyValue'>;

/**
 * Everything that stops an act on these cases on a day: stays that stand, imported differences that nobody has decided on, and
 * deferrals of covered bills. The last two are read from the facts themselves, so that they stop in the instant they are known,
 * before anybody imposes anything.
 */
export async function staysAgainst(
  reader: StayReader,
  caseIds: readonly number[],
  act: EnforcementAct,
  onDay: CivilDate,
): Promise<StandingStay[]> {
  const standing = (await imposedStays(reader, caseIds, act)).filter((stay) => isInForce(stay, onDay)).map(standingStay);
  const covered = await reader.caseBill.findMany({ where: { caseId: { in: [...caseIds] } }, select: { caseId: true, billId: true } });
  return [...standing, ...(await updateStays(reader, covered, act)), ...(await deferralStays(reader, covered, onDay))];
}

/** A stay that somebody imposed and nobody has lifted. */
export interface ImposedStay extends StaySpan {
  readonly id: number;
  readonly caseId: number;
  readonly kind: StayKind;
  readonly legalGround: string;
}

/** The stays imposed on these cases that stop an act, those included that begin later or whose last day has passed. Ids ascending. */
export async function imposedStays(
  reader: Pick<Transaction, 'stay'>,
  caseIds: readonly number[],
  act: EnforcementAct,
): Promise<ImposedStay[]> {
  const imposed = await reader.stay.findMany({ where: { caseId: { in: [...caseIds] }, liftedAt: null }, orderBy: { id: 'asc' } });
  return imposed
    .filter(({ scope }) => stops(scope, act))
    .map(({ id, caseId, kind, legalGround, fromDay, untilDay }) => ({
      id,
      caseId,
      kind,
      legalGround,
      fromDay: dayFromColumn(fromDay),
      untilDay: untilDay === null ? null : dayFromColumn(untilDay),
    }));
}

function standingStay({ id, caseId, kind, legalGround, untilDay }: ImposedStay): StandingStay {
  return { caseId, kind, source: `stay:${id}`, legalGround, title: STAY_KINDS[kind].title, untilDay: untilDay ?? undefined };
}

interface CoveredBill {
  readonly caseId: number;
  readonly billId: number;
}

function casesOf(covered: readonly CoveredBill[], billId: number): number[] {
  return covered.filter((row) => row.billId === billId).map(({ caseId }) => caseId);
}

async function updateStays(reader: StayReader, covered: readonly CoveredBill[], act: EnforcementAct): Promise<StandingStay[]> {
  const { title, legalGround, scope } = STAY_KINDS.bill_update;
  if (!stops(scope, act)) return [];
  const pending = await reader.billUpdate.findMany({
    where: { billId: { in: covered.map(({ billId }) => billId) }, state: 'pending' },
    orderBy: { id: 'asc' },
  });
  return pending.flatMap(({ id, billId }) =>
    casesOf(covered, billId).map((caseId) => ({
      caseId,
      kind: 'bill_update' as const,
      source: `bill_update:${id}`,
      legalGround,
      title,
      untilDay: undefined,
    })),
  );
}

const DEFERRAL_STAYS = {
  collection: 'collection_deferral',
  insolvency: 'rehabilitation',
  enforcement: 'disposition_deferral',
  instalment: 'disposition_deferral',
  promise: 'disposition_deferral',
} as const satisfies Record<string, StayKind>;

async function deferralStays(reader: StayReader, covered: readonly CoveredBill[], onDay: CivilDate): Promise<StandingStay[]> {
  const column = dayToColumn(onDay);
  const deferrals = await reader.deferral.findMany({
    where: { billId: { in: covered.map(({ billId }) => billId) }, fromDay: { lte: column }, untilDay: { gte: column } },
    orderBy: { id: 'asc' },
  });
  if (deferrals.length === 0) return [];
  const effects = (await readPolicy(reader)).get(deferralEffects, onDay);
  return deferrals
    .filter(({ kind }) => effects[kind].barsEnforcement)
    .flatMap(({ id, billId, kind, untilDay }) => {
      const stayKind = DEFERRAL_STAYS[kind];
      const { legalGround } = STAY_KINDS[stayKind];
      const until = dayFromColumn(untilDay);
      return casesOf(covered, billId).map((caseId) => ({
        caseId,
        kind: stayKind,
        source: `deferral:${id}`,
        legalGround,
        title: effects[kind].title,
        untilDay: until,
      }));
    });
}

/** Stays of these kinds in force on a day, whatever they stop: for what hangs on who is entitled, and not on a scope. Ids ascending. */
export async function staysOfKinds<Kind extends StayKind>(
  reader: Pick<Transaction, 'stay'>,
  caseIds: readonly number[],
  kinds: readonly Kind[],
  onDay: CivilDate,
): Promise<{ readonly id: number; readonly caseId: number; readonly kind: Kind }[]> {
  const column = dayToColumn(onDay);
  const stays = await reader.stay.findMany({
    where: {
      caseId: { in: [...caseIds] },
      liftedAt: null,
      fromDay: { lte: column },
      OR: [{ untilDay: null }, { untilDay: { gte: column } }],
    },
    orderBy: { id: 'asc' },
  });
  return stays.flatMap((stay) => kinds.filter((kind) => kind === stay.kind).map((kind) => ({ id: stay.id, caseId: stay.caseId, kind })));
}

/** Stays that nobody lifted although their last day has passed, for the officer's list. */
export async function lapsedStays(reader: Pick<Transaction, 'stay'>, now: Date): Promise<Stay[]> {
  return reader.stay.findMany({
    where: { liftedAt: null, untilDay: { lt: dayToColumn(seoulDay(now)) } },
    orderBy: [{ untilDay: 'asc' }, { id: 'asc' }],
  });
}
