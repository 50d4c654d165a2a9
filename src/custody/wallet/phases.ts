import type { CasePhase } from '../../database/generated/client.ts';

/** Phases of a case whose holdings are demanded and can take coins. Before, what was found waits to be booked; the sweep does not. */
export const BOOKING_PHASES: readonly CasePhase[] = [
  'transfer_demanded',
  'in_custody',
  'sale_noticed',
  'voluntary_window',
  'cleared_for_sale',
  'selling',
];

/** Those in which coins that our own sweep sent are the case's, or will be once it is approved. */
export const TAKING_PHASES: readonly CasePhase[] = ['proposed', 'approved', 'seized', ...BOOKING_PHASES];
