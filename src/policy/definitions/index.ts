import type { PolicyDefinition } from '../definition.ts';
import { APPROPRIATION_POLICIES } from './appropriation.ts';
import { COLLECTION_POLICIES } from './collection.ts';
import { COVERAGE_POLICIES } from './coverage.ts';
import { CUSTODY_POLICIES } from './custody.ts';
import { EXECUTION_POLICIES } from './execution.ts';
import { HOLIDAY_POLICIES } from './holidays.ts';
import { LATE_PENALTY_POLICIES } from './late-penalty.ts';
import { RECEIPT_POLICIES } from './receipt.ts';
import { RECONCILIATION_POLICIES } from './reconciliation.ts';
import { SALE_POLICIES } from './sale.ts';
import { SEIZURE_POLICIES } from './seizure.ts';
import { SERVICE_POLICIES } from './service.ts';
import { TREASURY_POLICIES } from './treasury.ts';
import { VENUE_POLICIES } from './venue.ts';
import { WALLET_POLICIES } from './wallet.ts';
import { WISH_POLICIES } from './wish.ts';

/** Every parameter of law and city, in the order in which they are listed to people. */
export const POLICY_DEFINITIONS: readonly PolicyDefinition[] = [
  ...LATE_PENALTY_POLICIES,
  ...APPROPRIATION_POLICIES,
  ...COLLECTION_POLICIES,
  ...HOLIDAY_POLICIES,
  ...SERVICE_POLICIES,
  ...SALE_POLICIES,
  ...EXECUTION_POLICIES,
  ...WISH_POLICIES,
  ...COVERAGE_POLICIES,
  ...VENUE_POLICIES,
  ...CUSTODY_POLICIES,
  ...RECEIPT_POLICIES,
  ...RECONCILIATION_POLICIES,
  ...WALLET_POLICIES,
  ...SEIZURE_POLICIES,
  ...TREASURY_POLICIES,
];
