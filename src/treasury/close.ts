import type { ReleaseGround } from '../database/generated/enums.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { readPolicy } from '../policy/book.ts';
import type { Correspondence } from '../seizure/documents/case-facts.ts';
import { type Releases, releaseCases } from '../seizure/release.ts';
import { decidedGround, RELEASE_GROUNDS } from '../seizure/release-grounds.ts';
import { loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import { settlementNeeds } from './settlement-needs.ts';

export interface ClosableCase {
  readonly caseId: number;
  /** On which it is released, and why, as the record says it. */
  readonly ground: ReleaseGround;
  readonly reason: string;
}

const ALL_CREDITED = { ground: 'nothing_owed', reason: '압류에 관계되는 체납액을 모두 충당하고 남은 재산이 없음' } as const;
const ALL_SOLD = { ground: 'not_needed', reason: '압류한 재산을 모두 매각·배분하여 남은 재산이 없음' } as const;

/** Settled cases of a venue with nothing left but their release. Ids ascending. */
export async function closableCases(work: Work, venueCode: string): Promise<ClosableCase[]> {
  const settled = await work.tx.seizureCase.findMany({
    where: { phase: 'settled', venueCode },
    select: { id: true, closeReason: true, bills: { select: { billId: true } } },
    orderBy: { id: 'asc' },
  });
  const rules = taxRules(await readPolicy(work.tx));
  const closable: ClosableCase[] = [];
  for (const { id: caseId, bills, closeReason } of settled) {
    const needs = await settlementNeeds(work, caseId);
    if (needs.some(({ step }) => step !== 'release')) continue;
    const decided = decidedGround({ closeReason });
    const states = await loadBillStates(
      work.tx,
      bills.map(({ billId }) => billId),
    );
    const left = owedOnBills(states, seoulDay(work.at), rules).total.isZero() ? ALL_CREDITED : ALL_SOLD;
    closable.push({ caseId, ...(decided === undefined ? left : { ground: decided, reason: RELEASE_GROUNDS[decided].title }) });
  }
  return closable;
}

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
  for (const reason of new Set(closable.map((each) => each.reason))) {
    const alike = closable.filter((each) => each.reason === reason);
    for (const ground of new Set(alike.map((each) => each.ground))) {
      const caseIds = alike.filter((each) => each.ground === ground).map(({ caseId }) => caseId);
      const done = await releaseCases(database, keys, actor, { caseIds, ground, reason, correspondence });
      released.push(...done.released);
      refused.push(...done.refused);
    }
  }
  return { released: released.sort((a, b) => a - b), refused };
}
