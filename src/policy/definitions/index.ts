import type { PolicyDefinition } from '../definition.ts';
import { APPROPRIATION_POLICIES } from './appropriation.ts';
import { COLLECTION_POLICIES } from './collection.ts';
import { CUSTODY_POLICIES } from './custody.ts';
import { HOLIDAY_POLICIES } from './holidays.ts';
import { LATE_PENALTY_POLICIES } from './late-penalty.ts';
import { SALE_POLICIES } from './sale.ts';
import { SEIZURE_POLICIES } from './seizure.ts';
import { SERVICE_POLICIES } from './service.ts';
import { TREASURY_POLICIES } from './treasury.ts';

/** Every parameter of law and city, in the order in which they are listed to people. */
export const POLICY_DEFINITIONS: readonly PolicyDefinition[] = [
  ...LATE_PENALTY_POLICIES,
  ...APPROPRIATION_POLICIES,
  ...COLLECTION_POLICIES,
  ...HOLIDAY_POLICIES,
  ...SERVICE_POLICIES,
  ...SALE_POLICIES,
  ...CUSTODY_POLICIES,
  ...SEIZURE_POLICIES,
  ...TREASURY_POLICIES,
];
