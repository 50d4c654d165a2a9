import type { Actor } from '../database/work.ts';

/** The part of the service that reads and books what happens at the venues. */
export const CUSTODIAN: Actor = { kind: 'system', part: 'custody' };
