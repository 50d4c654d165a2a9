import type { CasePhase } from '../database/generated/enums.ts';
import type { Transaction, Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import { idleAssetDays } from '../policy/definitions/reconciliation.ts';
import { PHASES } from '../seizure/phase-table.ts';
import { staysAgainst } from '../seizure/stay.ts';
import { tradingState } from '../venue/trading-state.ts';
import { type HoldingAge, holdingAges } from './ageing.ts';
import { troublesByCase } from './venue-trouble.ts';

/** How far a holding has come; each stage has its own patience. */
export const IDLE_STAGES = {
  awaited: '압류하였으나 아직 옮겨 오지 않음',
  held: '보관 중이며 매각 전',
  for_sale: '매각할 수 있으나 팔리지 않음',
  to_return: '매각이 끝나 돌려줄 것',
} as const;
export type IdleStage = keyof typeof IDLE_STAGES;

const FOR_SALE: readonly CasePhase[] = ['cleared_for_sale', 'selling'];
const TO_RETURN: readonly CasePhase[] = ['sale_done', 'distributing', 'settled', 'closed'];

/** Why a holding rests, as a code with its Korean words. */
export interface RestReason {
  readonly code: string;
  readonly text: string;
}

/** A holding that nobody moves, with what it waits for. */
export interface RestingHolding extends HoldingAge {
  readonly accountId: number | undefined;
  readonly phase: CasePhase;
  readonly officerId: number;
  readonly stage: IdleStage;
  /** Days since any of it last moved in our books, or since the seizure while none has come. */
  readonly idleDays: number;
  /** As long as the policy lets it rest in this stage. */
  readonly patienceDays: number;
  readonly isIdle: boolean;
  /** The first is what keeps it most; the phase's next step when nothing stops it. */
  readonly reasons: readonly RestReason[];
}

type Reader = Transaction;

/** Every holding under seizure with how long it rests and why, the longest first. */
export async function restingHoldings(reader: Reader, now: Date): Promise<RestingHolding[]> {
  const ages = await holdingAges(reader, now);
  const today = seoulDay(now);
  const patience = (await readPolicy(reader)).get(idleAssetDays, today);
  const rows = await reader.holding.findMany({
    where: { id: { in: ages.map(({ holdingId }) => holdingId) } },
    select: { id: true, venueAccountId: true, case: { select: { phase: true, officerId: true } } },
  });
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const reasonsOf = await restReasons(
    reader,
    ages.map((age) => ({
      ...age,
      accountId: rowOf.get(age.holdingId)?.venueAccountId ?? undefined,
      phase: rowOf.get(age.holdingId)?.case.phase,
    })),
    today,
  );
  return ages
    .flatMap((age): RestingHolding[] => {
      const row = rowOf.get(age.holdingId);
      if (row === undefined) return [];
      const { phase, officerId } = row.case;
      const stage = stageOf(phase, age.unmovedDays);
      const idleDays = age.unmovedDays ?? age.seizedDays;
      const patienceDays = patience[stage];
      const accountId = row.venueAccountId ?? undefined;
      // Of a holding that came and is gone nothing rests.
      const isIdle = idleDays >= patienceDays && (stage === 'awaited' || age.quantity.isPositive());
      return [{ ...age, accountId, phase, officerId, stage, idleDays, patienceDays, isIdle, reasons: reasonsOf(age.holdingId) }];
    })
    .sort((a, b) => b.idleDays - a.idleDays || a.holdingId - b.holdingId);
}

/** A holding of which nothing has come is awaited, whatever its case does meanwhile. */
export function stageOf(phase: CasePhase, unmovedDays: number | undefined): IdleStage {
  if (unmovedDays === undefined) return 'awaited';
  if (TO_RETURN.includes(phase)) return 'to_return';
  return FOR_SALE.includes(phase) ? 'for_sale' : 'held';
}

interface Resting {
  readonly holdingId: number;
  readonly caseId: number;
  readonly asset: string;
  readonly accountId: number | undefined;
  readonly phase: CasePhase | undefined;
}

/** What keeps each holding: stays, freezes, the venue, halted trading, and at last the phase with what is to be done in it. */
async function restReasons(
  reader: Reader,
  of: readonly Resting[],
  today: ReturnType<typeof seoulDay>,
): Promise<(holdingId: number) => RestReason[]> {
  const caseIds = [...new Set(of.map(({ caseId }) => caseId))];
  const stays = [...(await staysAgainst(reader, caseIds, 'sale', today)), ...(await staysAgainst(reader, caseIds, 'transfer', today))];
  const freezes = await reader.assetFreeze.findMany({ where: { liftedAt: null }, select: { venueAccountId: true, asset: true } });
  const troubles = await troublesByCase(reader, caseIds);
  const states = new Map<number, string>();
  for (const accountId of new Set(of.flatMap((each) => each.accountId ?? []))) states.set(accountId, await tradingState(reader, accountId));
  const reasons = new Map(
    of.map((each): [number, RestReason[]] => [
      each.holdingId,
      unique([
        ...stays.filter(({ caseId }) => caseId === each.caseId).map(({ kind, title }) => ({ code: `stay:${kind}`, text: title })),
        ...(freezes.some(({ venueAccountId, asset }) => venueAccountId === each.accountId && asset === each.asset)
          ? [{ code: 'asset_frozen', text: '장부와 잔액이 달라 동결됨' }]
          : []),
        ...(troubles.get(each.caseId) ?? [])
          .filter(({ asset }) => asset === null || asset === each.asset)
          .map(({ code, text }) => ({ code: `venue:${code}`, text })),
        ...(isHalted(states, each.accountId) ? [{ code: 'trading_halted', text: '거래가 제한되어 있음' }] : []),
        ...(each.phase === undefined
          ? []
          : [{ code: `phase:${each.phase}`, text: `${PHASES[each.phase].title}: ${PHASES[each.phase].nextStep}` }]),
      ]),
    ]),
  );
  return (holdingId) => reasons.get(holdingId) ?? [];
}

function isHalted(states: ReadonlyMap<number, string>, accountId: number | undefined): boolean {
  return accountId !== undefined && states.get(accountId) !== 'ACTIVE';
}

function unique(reasons: readonly RestReason[]): RestReason[] {
  return [...new Map(reasons.map((reason) => [reason.code, reason])).values()];
}

/**
 * Tells of coins that rest longer than the policy bears, once for each holding and stage. Those that are at no account yet are told of
 * with the first account.
 */
export async function warnOfIdleAssets(work: Work, accountId: number): Promise<void> {
  const first = await work.tx.venueAccount.findFirst({ orderBy: { id: 'asc' }, select: { id: true } });
  const here = (at: number | undefined) => at === accountId || (at === undefined && first?.id === accountId);
  const idle = (await restingHoldings(work.tx, work.at)).filter((each) => each.isIdle && here(each.accountId));
  if (idle.length === 0) return;
  const told = await work.tx.alert.findMany({
    where: { code: 'asset_idle', subject: { in: idle.map(({ holdingId }) => `holding:${holdingId}`) } },
    select: { subject: true, facts: true },
  });
  const known = new Set(told.map(({ subject, facts }) => `${subject}/${stageIn(facts)}`));
  for (const each of idle) {
    if (known.has(`holding:${each.holdingId}/${each.stage}`)) continue;
    const [reason] = each.reasons;
    await raiseAlert(work, {
      code: 'asset_idle',
      severity: 'warning',
      subject: `holding:${each.holdingId}`,
      text: `${each.caseNumber} ${each.asset}: ${IDLE_STAGES[each.stage]}. ${each.idleDays}일째 움직이지 않았습니다. ${reason?.text ?? ''}`,
      facts: { caseId: each.caseId, stage: each.stage, idleDays: each.idleDays, reasons: each.reasons.map(({ code }) => code) },
    });
  }
}

function stageIn(facts: unknown): string {
  return typeof facts === 'object' && facts !== null && 'stage' in facts ? String(facts.stage) : '';
}
