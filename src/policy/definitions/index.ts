import type { PolicyDefinition } from '../definition.ts';
import { APPROPRIATION_POLICIES } from './appropriation.ts';
import { CLOSING_POLICIES } from './closing.ts';
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

export interface PolicySection {
  readonly title: string;
  readonly definitions: readonly PolicyDefinition[];
}

/** Every parameter of law and city by subject, in the order in which they are listed to people. */
export const POLICY_SECTIONS: readonly PolicySection[] = [
  { title: '납부지연가산세·가산금', definitions: LATE_PENALTY_POLICIES },
  { title: '충당', definitions: APPROPRIATION_POLICIES },
  { title: '독촉·유예·배분·납입·소멸시효', definitions: COLLECTION_POLICIES },
  { title: '공휴일과 기한', definitions: HOLIDAY_POLICIES },
  { title: '송달', definitions: SERVICE_POLICIES },
  { title: '자진 기간과 매각', definitions: SALE_POLICIES },
  { title: '주문', definitions: EXECUTION_POLICIES },
  { title: '체납자의 희망 가격', definitions: WISH_POLICIES },
  { title: '담보 부족 위험', definitions: COVERAGE_POLICIES },
  { title: '거래소', definitions: VENUE_POLICIES },
  { title: '보관과 이체', definitions: CUSTODY_POLICIES },
  { title: '입금', definitions: RECEIPT_POLICIES },
  { title: '대사', definitions: RECONCILIATION_POLICIES },
  { title: '압류한 지갑', definitions: WALLET_POLICIES },
  { title: '압류', definitions: SEIZURE_POLICIES },
  { title: '금고와 결재', definitions: TREASURY_POLICIES },
  { title: '마감', definitions: CLOSING_POLICIES },
];

export const POLICY_DEFINITIONS: readonly PolicyDefinition[] = POLICY_SECTIONS.flatMap(({ definitions }) => definitions);
