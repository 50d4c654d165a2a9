import type { CasePhase } from '../database/generated/enums.ts';

/** In which phases of a case coins go back: the sale is over, or nothing is owed. */
export const RETURNING_PHASES: readonly CasePhase[] = ['sale_done', 'distributing', 'settled'];
