import { type AuditEntry, appendAudit } from '../audit/append.ts';
import type { CasePhase, SeizureCase } from '../database/generated/client.ts';
import { CasePhase as CasePhases } from '../database/generated/enums.ts';
import type { Transaction, Work } from '../database/work.ts';
import { addDays, type CivilDate, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { phaseDeadlineDays } from '../policy/definitions/seizure.ts';
import { ENDED_PHASES, mayFollow, PHASES } from './phase-table.ts';

export interface MoveOptions {
  /** By when the new phase should be over; absent: the policy's days from today. */
  readonly deadlineOn?: CivilDate | undefined;
  /** Why, as a code or a sentence without personal data. */
  readonly reason?: string | undefined;
  /** Name of the audit event; absent: `case.moved`. */
  readonly action?: string;
  readonly payload?: Readonly<Record<string, Canonical | undefined>>;
  readonly recordDigest?: string | undefined;
  /** Columns that change together with the phase. */
  readonly changes?: CaseChanges;
}

export type CaseChanges = Partial<
  Pick<SeizureCase, 'approvalId' | 'seizedOn' | 'servedOnVenueAt' | 'supplementedOn' | 'inCustodyAt' | 'closeReason' | 'refusalCode'>
>;

/**
 * Moves a case to its next phase, writes the one audit event of it and rings `cases`. The change is one conditional update, so of
 * two who move the same case from the same phase one is refused. Errors: `PHASE_WRONG` when the case is in none of `from` or the
 * life cycle knows no such step, `NOT_FOUND`.
 */
export async function moveCase(
  work: Work,
  caseId: number,
  from: readonly CasePhase[],
  to: CasePhase,
  options: MoveOptions = {},
): Promise<void> {
  const before = await work.tx.seizureCase.findUnique({ where: { id: caseId }, select: { phase: true, number: true } });
  if (before === null) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${caseId}.`);
  if (!from.includes(before.phase) || !mayFollow(before.phase, to)) throw wrongPhase(before, from, to);
  const deadlineOn = await deadlineOf(work, to, options.deadlineOn);
  const { count } = await work.tx.seizureCase.updateMany({
    where: { id: caseId, phase: before.phase },
    data: {
      ...options.changes,
      phase: to,
      phaseSince: work.at,
      phaseDeadlineOn: deadlineOn === undefined ? null : dayToColumn(deadlineOn),
      ...(isEnded(to) ? { closedAt: work.at } : {}),
    },
  });
  if (count === 0) throw wrongPhase(before, from, to);
  await appendAudit(work, movedEvent(caseId, before.phase, to, deadlineOn, options));
  work.ring('cases', caseId);
}

function movedEvent(caseId: number, from: CasePhase, to: CasePhase, deadlineOn: CivilDate | undefined, options: MoveOptions): AuditEntry {
  return {
    stream: `case:${caseId}`,
    action: options.action ?? 'case.moved',
    subject: `case:${caseId}`,
    before: { phase: from },
    after: { phase: to, deadlineOn },
    ...(options.recordDigest === undefined ? {} : { recordDigest: options.recordDigest }),
    payload: { from, to, deadlineOn, reason: options.reason, ...options.payload },
  };
}

/** Names the phases from which this step leads on; where its caller named none of them, those of the life cycle. */
function wrongPhase({ number, phase }: Pick<SeizureCase, 'number' | 'phase'>, from: readonly CasePhase[], to: CasePhase) {
  const leading = from.filter((each) => mayFollow(each, to));
  const before = leading.length > 0 ? leading : Object.values(CasePhases).filter((each) => mayFollow(each, to));
  const detail = `Case ${number} is in phase ${phase}; a case moves to ${to} only from ${before.join(' or ')}.`;
  return new CheongsanError('PHASE_WRONG', detail, { facts: { phase, to } });
}

function isEnded(phase: CasePhase): boolean {
  return ENDED_PHASES.some((ended) => ended === phase);
}

async function deadlineOf(work: Work, phase: CasePhase, given: CivilDate | undefined): Promise<CivilDate | undefined> {
  return given ?? (await phaseDeadline(work, phase));
}

/** The day by which a phase that begins today should be over; undefined when nothing follows it. */
export async function phaseDeadline(work: Work, phase: CasePhase): Promise<CivilDate | undefined> {
  if (phase === 'closed' || phase === 'refused') return undefined;
  const today = seoulDay(work.at);
  return addDays(today, (await readPolicy(work.tx)).get(phaseDeadlineDays, today)[phase]);
}

/** A case whose phase should have been over by now, with who has to move it and how. */
export interface OverdueCase {
  readonly caseId: number;
  readonly number: string;
  readonly phase: CasePhase;
  readonly phaseTitle: string;
  readonly owner: (typeof PHASES)[CasePhase]['owner'];
  readonly nextStep: string;
  readonly officerId: number;
  readonly deadlineOn: Date;
}

/** Cases that nobody moved in time, the longest overdue first. */
export async function overdueCases(reader: Pick<Transaction, 'seizureCase'>, today: CivilDate): Promise<OverdueCase[]> {
  const cases = await reader.seizureCase.findMany({
    where: { phase: { notIn: [...ENDED_PHASES] }, phaseDeadlineOn: { lt: dayToColumn(today) } },
    select: { id: true, number: true, phase: true, officerId: true, phaseDeadlineOn: true },
    orderBy: [{ phaseDeadlineOn: 'asc' }, { id: 'asc' }],
  });
  return cases.flatMap(({ id, number, phase, officerId, phaseDeadlineOn }) => {
    if (phaseDeadlineOn === null) return [];
    const { title, owner, nextStep } = PHASES[phase];
    return [{ caseId: id, number, phase, phaseTitle: title, owner, nextStep, officerId, deadlineOn: phaseDeadlineOn }];
  });
}
