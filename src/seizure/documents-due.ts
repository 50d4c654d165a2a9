import type { CaseOrigin, CasePhase, NoticeKind } from '../database/generated/enums.ts';
import type { CivilDate } from '../kernel/civil-date.ts';

/** What decides which letters a case still needs. */
export interface LetterFacts {
  readonly phase: CasePhase;
  readonly origin: CaseOrigin;
  readonly seizedOn: CivilDate | undefined;
  /** Day on which a supplementary seizure was served; undefined before. */
  readonly supplementedOn: CivilDate | undefined;
  /** First day of the transfer-demand provision (LTCA 61(3)). */
  readonly provisionFrom: CivilDate;
  /** Kinds of which a letter stands, sent or not. */
  readonly standing: ReadonlySet<NoticeKind>;
}

/** True for an old seizure made before the law knew a transfer demand, and not supplemented yet. */
export function needsSupplement({ origin, seizedOn, supplementedOn, provisionFrom }: Omit<LetterFacts, 'phase' | 'standing'>): boolean {
  return origin === 'old_seizure' && seizedOn !== undefined && seizedOn < provisionFrom && supplementedOn === undefined;
}

/** Phases in which the delinquent is told, of a wallet with the record that he is given; before them a letter would warn him, after them it is too late to matter. */
const NOTICE_PHASES: Readonly<Record<CaseOrigin, readonly CasePhase[]>> = {
  inquiry: ['seized', 'transfer_demanded', 'in_custody'],
  old_seizure: ['transfer_demanded', 'in_custody'],
  wallet: ['seized', 'transfer_demanded', 'in_custody'],
};

/**
 * The letters that are due in a case and were not written: to the exchange the seizure and the transfer demand, and only once it has
 * been served also to the delinquent, so that the seizure comes first. Of a wallet that was taken no exchange is told.
 */
export function lettersDue(facts: LetterFacts): NoticeKind[] {
  const due: NoticeKind[] = [];
  const isTold = NOTICE_PHASES[facts.origin].includes(facts.phase);
  if (facts.origin === 'wallet') return isTold ? WALLET_LETTERS.filter((kind) => !facts.standing.has(kind)) : due;
  if (facts.phase === 'approved') due.push('seizure_record', 'venue_seizure_notice', 'transfer_demand');
  if (facts.phase === 'seized') due.push(...(needsSupplement(facts) ? SUPPLEMENT : []), 'transfer_demand');
  if (isTold) due.push('seizure_notice');
  return due.filter((kind) => !facts.standing.has(kind));
}

const WALLET_LETTERS = ['seizure_record', 'seizure_notice'] as const;
const SUPPLEMENT = ['seizure_record', 'venue_seizure_notice'] as const;
