import type { ObjectionState } from '../database/generated/enums.ts';
import { addDays, type CivilDate } from '../kernel/civil-date.ts';

/** An objection to a draft, as far as it decides whether money may be distributed. */
export interface ObjectionFacts {
  readonly objectionId: number;
  readonly state: ObjectionState;
  /** Day on which he proved an appeal. */
  readonly appealProvenOn: CivilDate | undefined;
}

export interface ObjectionStanding {
  /** Objections that keep the draft from becoming final. */
  readonly blocking: readonly number[];
  /** Objections that count as withdrawn by now, for no appeal was proven in time (LTCA 102-2). */
  readonly lapsed: readonly number[];
  /** Day from whose start a dismissed objection without proof stands in the way no longer; undefined while a person has to act. */
  readonly freeFrom: CivilDate | undefined;
}

/**
 * Who stands in the way on a day. An undecided objection always does; a dismissed one until the days for proving an appeal have
 * passed since the distribution date, and further on if an appeal was proven (the money is then deposited, LTCA 103).
 */
export function objectionStanding(
  objections: readonly ObjectionFacts[],
  { distributionOn, today, proofOfAppealDays }: { distributionOn: CivilDate; today: CivilDate; proofOfAppealDays: number },
): ObjectionStanding {
  const freeFrom = addDays(distributionOn, proofOfAppealDays + 1);
  const waiting = objections.filter(({ state, appealProvenOn }) => state === 'dismissed' && appealProvenOn === undefined);
  const disputed = objections.filter(
    ({ state, appealProvenOn }) => state === 'filed' || (state === 'dismissed' && appealProvenOn !== undefined),
  );
  const inTime = today < freeFrom;
  const ids = (among: readonly ObjectionFacts[]) => among.map(({ objectionId }) => objectionId);
  return {
    blocking: [...ids(disputed), ...(inTime ? ids(waiting) : [])],
    lapsed: inTime ? [] : ids(waiting),
    freeFrom: disputed.length > 0 || waiting.length === 0 ? undefined : freeFrom,
  };
}
