import type { ReleaseGround } from '../database/generated/enums.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { readPolicy } from '../policy/book.ts';
import type { Correspondence } from '../seizure/documents/case-facts.ts';
import { type Releases, releaseCases } from '../seizure/release.ts';
import { loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import { settlementNeeds } from './settlement-needs.ts';

/** Settled cases of a venue with nothing left but their release, and the ground on which they are released. Ids ascending. */
export async function closableCases(
  work: Work,
  venueCode: string,
): Promise<{ readonly caseId: number; readonly ground: Extract<ReleaseGround, 'nothing_owed' | 'not_needed'> }[]> {
  const settled = await work.tx.seizureCase.findMany({
    where: { phase: 'settled', venueCode },
    select: { id: true, bills: { select: { billId: true } } },
    orderBy: { id: 'asc' },
  });
  const rules = taxRules(await readPolicy(work.tx));
  const closable: { caseId: number; ground: 'nothing_owed' | 'not_needed' }[] = [];
  for (const { id, bills } of settled) {
    const needs = await settlementNeeds(work, id);
    if (needs.some(({ step }) => step !== 'release')) continue;
    const states = await loadBillStates(
      work.tx,
      bills.map(({ billId }) => billId),
    );
    const { total } = owedOnBills(states, seoulDay(work.at), rules);
    closable.push({ caseId: id, ground: total.isZero() ? 'nothing_owed' : 'not_needed' });
  }
  return closable;
}

const REASONS = {
  nothing_owed: '압류에 관계되는 체납액을 모두 충당하고 남은 재산이 없음',
  not_needed: '압류한 재산을 모두 매각·배분하여 남은 재산이 없음',
} as const;

/**
 * Releases and closes every settled case of a venue that has nothing left: the record, the notices to the exchange and the taxpayer,
 * the end of the case. Run again it finds nothing. Errors: those of `releaseCases`.
 */
export async function closeSettledCases(
  database: Database,
  keys: MasterKey,
  actor: Actor,
  { venueCode, correspondence }: { readonly venueCode: string; readonly correspondence: Correspondence },
): Promise<Releases> {
  const closable = await database.work(actor, (work) => closableCases(work, venueCode));
  const released: number[] = [];
  const refused: Releases['refused'][number][] = [];
  for (const ground of ['nothing_owed', 'not_needed'] as const) {
    const caseIds = closable.filter((each) => each.ground === ground).map(({ caseId }) => caseId);
    if (caseIds.length === 0) continue;
    const done = await releaseCases(database, keys, actor, { caseIds, ground, reason: REASONS[ground], correspondence });
    released.push(...done.released);
    refused.push(...done.refused);
  }
  return { released: released.sort((a, b) => a - b), refused };
}
