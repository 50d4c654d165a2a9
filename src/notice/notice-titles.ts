import type { NoticeKind } from '../database/generated/enums.ts';

/** What each kind of notice is called on lists and envelopes. */
export const NOTICE_TITLES: Readonly<Record<NoticeKind, string>> = {
  seizure_record: '압류조서',
  seizure_notice: '압류 통지서',
  venue_seizure_notice: '가상자산 압류 통지서',
  transfer_demand: '가상자산 이전 요구서',
  sale_notice: '가상자산 매각 통지서',
  voluntary_sale_invitation: '자진 납부·매각 안내문',
  distribution_notice: '배분기일 통지서',
  surplus_notice: '잔여금 지급 통지서',
  release_notice: '압류해제 통지서',
};
