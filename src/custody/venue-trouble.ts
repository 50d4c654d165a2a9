import { appendAudit } from '../audit/append.ts';
import type { VenueTrouble } from '../database/generated/client.ts';
import type { CasePhase, HoldingState, VenueTroubleKind } from '../database/generated/enums.ts';
import { lockRows } from '../database/locks.ts';
import { type Transaction, userIdOf, type Work } from '../database/work.ts';
import { assertNamesNobody } from '../identity/approval-rules.ts';
import { type CivilDate, dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readVenueAccount } from '../venue/account.ts';
import { RETURNING_PHASES } from './returning-phases.ts';
import { VENUE_TROUBLES } from './trouble-kinds.ts';

export interface TroubleReport {
  readonly accountId: number;
  /** Absent where all of the account is concerned. */
  readonly asset?: string;
  readonly kind: VenueTroubleKind;
  /** Last day as announced: the deadline of a delisting. */
  readonly untilDay?: CivilDate;
  /** The exchange's notice. */
  readonly reference: string;
}

/**
 * An official enters what the exchange has announced: a new trouble, or day and notice of one that is open. Returns its row. Errors:
 * `VENUE_TROUBLE_UNUSABLE` for a kind that nobody announces, a day that has passed or is missing, or an asset where none belongs;
 * `INPUT_INVALID` for a person's number in the reference; `NOT_FOUND`.
 */
export async function reportTrouble(work: Work, report: TroubleReport): Promise<{ readonly troubleId: number; readonly isNew: boolean }> {
  const { accountId, asset, kind, untilDay, reference } = report;
  await lockRows(work, 'venue_account', [accountId]);
  await readVenueAccount(work.tx, accountId);
  assertSensible(report, seoulDay(work.at));
  assertNamesNobody({}, { reference });
  const announced = {
    untilDay: untilDay === undefined ? null : dayToColumn(untilDay),
    reference,
    reportedById: userIdOf(work.actor),
  };
  const open = await openTrouble(work, { accountId, asset: asset ?? null, kind });
  const trouble =
    open === null
      ? await work.tx.venueTrouble.create({
          data: { venueAccountId: accountId, asset: asset ?? null, kind, since: work.at, ...announced },
        })
      : await work.tx.venueTrouble.update({ where: { id: open.id }, data: { ...announced, toldAt: null, escalatedAt: null } });
  await auditTrouble(work, trouble, open === null ? 'reported' : 'restated');
  await ringCases(work, trouble);
  work.ring('custody', accountId);
  return { troubleId: trouble.id, isNew: open === null };
}

/** An official says that it is over. Errors: `NOT_FOUND`, `CONFLICT` when it was over before. */
export async function endTrouble(work: Work, troubleId: number): Promise<void> {
  const trouble = await work.tx.venueTrouble.findUnique({ where: { id: troubleId } });
  if (trouble === null) throw new CheongsanError('NOT_FOUND', `There is no venue trouble ${troubleId}.`);
  await lockRows(work, 'venue_account', [trouble.venueAccountId]);
  if (!(await closeTrouble(work, troubleId))) throw new CheongsanError('CONFLICT', `Venue trouble ${troubleId} was over before.`);
}

/** Opens a trouble that the venue itself shows, unless it is open. The account must be locked. */
export async function openSeenTrouble(
  work: Work,
  of: { accountId: number; asset: string | null; kind: VenueTroubleKind },
): Promise<VenueTrouble> {
  const open = await openTrouble(work, of);
  if (open !== null) return open;
  const { accountId, asset, kind } = of;
  const trouble = await work.tx.venueTrouble.create({ data: { venueAccountId: accountId, asset, kind, since: work.at } });
  await auditTrouble(work, trouble, 'seen');
  await ringCases(work, trouble);
  return trouble;
}

/** Ends an open trouble and rings the cases that waited for it, so that they go on. False when it was over before. */
export async function closeTrouble(work: Work, troubleId: number): Promise<boolean> {
  const { count } = await work.tx.venueTrouble.updateMany({ where: { id: troubleId, endedAt: null }, data: { endedAt: work.at } });
  if (count === 0) return false;
  const trouble = await work.tx.venueTrouble.findUniqueOrThrow({ where: { id: troubleId } });
  await auditTrouble(work, trouble, 'ended');
  await ringCases(work, trouble);
  return true;
}

export async function openTroubles(reader: Pick<Transaction, 'venueTrouble'>, accountId?: number): Promise<VenueTrouble[]> {
  return reader.venueTrouble.findMany({
    where: { endedAt: null, ...(accountId === undefined ? {} : { venueAccountId: accountId }) },
    orderBy: { id: 'asc' },
  });
}

/** The last day on which a venue still supports an asset, by asset; absent where no end is announced, or no day of it. */
export async function supportEndsOn(
  reader: Pick<Transaction, 'venueTrouble'>,
  { accountId, assets }: { readonly accountId: number; readonly assets: readonly string[] },
): Promise<ReadonlyMap<string, CivilDate>> {
  const ends = await reader.venueTrouble.findMany({
    where: { venueAccountId: accountId, asset: { in: [...assets] }, kind: 'delisting', endedAt: null, untilDay: { not: null } },
  });
  return new Map(
    ends.flatMap(({ asset, untilDay }) => (asset === null || untilDay === null ? [] : [[asset, dayFromColumn(untilDay)] as const])),
  );
}

/** A holding that an open trouble concerns, with its case. */
export interface ConcernedHolding {
  readonly holdingId: number;
  readonly caseId: number;
  readonly caseNumber: string;
  readonly phase: CasePhase;
  readonly asset: string;
  readonly state: HoldingState;
  readonly trouble: VenueTrouble;
}

const AWAITED: readonly HoldingState[] = ['demanded', 'partly_received'];
const IN_CUSTODY: readonly HoldingState[] = ['partly_received', 'received', 'selling', 'returning'];
const WITH_VENUE: readonly HoldingState[] = ['demanded', ...IN_CUSTODY];

/** In which states of a holding a trouble keeps it waiting, or makes it hurry. */
const CONCERNS: Readonly<Record<VenueTroubleKind, readonly HoldingState[]>> = {
  unreadable: WITH_VENUE,
  maintenance: WITH_VENUE,
  deposits_halted: AWAITED,
  withdrawals_halted: ['returning', 'received'],
  delisting: WITH_VENUE,
};

/** Holdings that open troubles concern, of everybody or of some cases, by case. */
export async function concernedHoldings(
  reader: Pick<Transaction, 'venueTrouble' | 'holding'>,
  of: { readonly caseIds?: readonly number[]; readonly accountId?: number } = {},
): Promise<ConcernedHolding[]> {
  const troubles = await openTroubles(reader, of.accountId);
  if (troubles.length === 0) return [];
  const holdings = await reader.holding.findMany({
    where: {
      venueAccountId: { in: troubles.map(({ venueAccountId }) => venueAccountId) },
      state: { in: [...WITH_VENUE] },
      case: { phase: { notIn: ['closed', 'refused'] } },
      ...(of.caseIds === undefined ? {} : { caseId: { in: [...of.caseIds] } }),
    },
    include: { case: { select: { number: true, phase: true } } },
    orderBy: [{ caseId: 'asc' }, { id: 'asc' }],
  });
  return holdings.flatMap(({ id, caseId, case: { number, phase }, asset, state, venueAccountId }) =>
    troubles
      .filter((trouble) => trouble.venueAccountId === venueAccountId && (trouble.asset === null || trouble.asset === asset))
      .filter(({ kind }) => CONCERNS[kind].includes(state) && (kind !== 'withdrawals_halted' || RETURNING_PHASES.includes(phase)))
      .map((trouble) => ({ holdingId: id, caseId, caseNumber: number, phase, asset, state, trouble })),
  );
}

/** Why a holding waits, or has to hurry, as its case shows it. */
export interface TroubleReason {
  readonly code: VenueTroubleKind;
  /** Null when the whole account is concerned. */
  readonly asset: string | null;
  readonly text: string;
  readonly consequence: string;
  readonly since: Date;
  readonly untilDay: CivilDate | undefined;
}

/** What the open troubles say of each case, once for each trouble. */
export async function troublesByCase(
  reader: Pick<Transaction, 'venueTrouble' | 'holding'>,
  caseIds: readonly number[],
): Promise<ReadonlyMap<number, readonly TroubleReason[]>> {
  const found = new Map<number, Map<number, TroubleReason>>();
  for (const { caseId, trouble } of await concernedHoldings(reader, { caseIds })) {
    const ofCase = found.get(caseId) ?? new Map<number, TroubleReason>();
    found.set(caseId, ofCase.set(trouble.id, reasonOf(trouble)));
  }
  return new Map([...found].map(([caseId, reasons]) => [caseId, [...reasons.values()]]));
}

export function reasonOf({ kind, asset, since, untilDay }: VenueTrouble): TroubleReason {
  const { title, consequence } = VENUE_TROUBLES[kind];
  return { code: kind, asset, text: title, consequence, since, untilDay: untilDay === null ? undefined : dayFromColumn(untilDay) };
}

function assertSensible({ asset, kind, untilDay, reference }: TroubleReport, today: CivilDate): void {
  const { of } = VENUE_TROUBLES[kind];
  const wrong = [
    ...(kind === 'unreadable' ? ['the service sees by itself when an exchange does not answer'] : []),
    ...((of === 'asset') === (asset !== undefined) ? [] : [`${kind} is of ${of === 'asset' ? 'one asset' : 'the whole account'}`]),
    ...(untilDay === undefined || untilDay >= today ? [] : [`${untilDay} has passed`]),
    ...(kind === 'delisting' && untilDay === undefined ? ['a delisting has its day in the exchange’s notice'] : []),
    // Without it nothing would end a maintenance, and nobody would be told of an exchange that stays away.
    ...(kind === 'maintenance' && untilDay === undefined
      ? ['a maintenance has a last day; give the likely one and enter it again when it moves']
      : []),
    ...(reference.trim() === '' ? ['name the notice'] : []),
  ];
  if (wrong.length > 0) throw new CheongsanError('VENUE_TROUBLE_UNUSABLE', `This trouble cannot be entered: ${wrong.join('; ')}.`);
}

function openTrouble(work: Work, of: { accountId: number; asset: string | null; kind: VenueTroubleKind }): Promise<VenueTrouble | null> {
  return work.tx.venueTrouble.findFirst({ where: { venueAccountId: of.accountId, asset: of.asset, kind: of.kind, endedAt: null } });
}

async function ringCases(work: Work, { venueAccountId, asset }: VenueTrouble): Promise<void> {
  const holdings = await work.tx.holding.findMany({
    where: { venueAccountId, state: { in: [...WITH_VENUE] }, ...(asset === null ? {} : { asset }) },
    select: { caseId: true },
    distinct: ['caseId'],
  });
  for (const { caseId } of holdings) work.ring('cases', caseId);
}

async function auditTrouble(work: Work, trouble: VenueTrouble, what: string): Promise<void> {
  const { id, venueAccountId, asset, kind, untilDay, reference } = trouble;
  await appendAudit(work, {
    stream: `account:${venueAccountId}`,
    action: `venue_trouble.${what}`,
    subject: `venue_trouble:${id}`,
    payload: { asset, kind, untilDay: untilDay === null ? null : dayFromColumn(untilDay), reference },
  });
}
