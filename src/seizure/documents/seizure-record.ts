import { formatDay } from '../../document/korean-format.ts';
import type { Block } from '../../document/print-document.ts';
import type { NoticeContent } from '../../notice/notice-content.ts';
import { billTable, type CaseFacts, type Correspondence, delinquentFactRows, seizedTable, valuationNote } from './case-facts.ts';

export const SEIZURE_RECORD_TEMPLATE = 'seizure-record/1';

/** The seizure record with the fields of form 34, and the prohibition that the record of a seized claim must state (LTCA 38(4)). */
export function seizureRecord(facts: CaseFacts, { agency, holder }: Correspondence): NoticeContent {
  return ({ number, issuedOn, isSample }) => [
    {
      title: '압류조서',
      reference: number,
      isSample,
      blocks: [
        { kind: 'title', text: facts.supplements === undefined ? '압류조서' : '압류조서(보충 압류)' },
        {
          kind: 'facts',
          pairsPerRow: 1,
          facts: [
            { label: '사건번호', value: facts.caseNumber },
            ...delinquentFactRows(facts),
            { label: '보관자(제3채무자)', value: `${holder.name}, ${holder.address}` },
            { label: '작성 연월일', value: formatDay(issuedOn) },
            { label: '압류 연월일', value: effectiveDay(facts) },
          ],
        },
        billTable(facts),
        seizedTable(facts, '압류재산의 표시'),
        { kind: 'note', text: valuationNote(facts) },
        ...marginBlocks(facts),
        {
          kind: 'paragraph',
          text: '위 체납액을 징수하기 위하여 위 압류재산을 압류합니다. 체납자와 보관자는 압류재산과 그 매도대금의 추심, 이전, 그 밖의 처분을 할 수 없습니다.',
        },
        {
          kind: 'facts',
          pairsPerRow: 1,
          facts: [
            { label: '참여자', value: '수색하지 않은 압류로서 참여자 없음(지방세징수법 제37조)' },
            { label: '세무공무원', value: `${agency.department} ${agency.official} (서명 또는 인)` },
          ],
        },
        { kind: 'legalBasis', provisions: ['지방세징수법 제33조·제38조·제52조·제61조', '지방세징수법 시행규칙 별지 제34호서식'] },
      ],
    },
  ];
}

function effectiveDay({ seizedOn, supplements }: CaseFacts): string {
  if (supplements !== undefined)
    return `당초 압류 ${formatDay(supplements.seizedOn)}(${supplements.number}), 보충 압류는 보관자에게 송달된 때`;
  return seizedOn === undefined ? '압류 통지서가 보관자에게 송달된 때' : formatDay(seizedOn);
}

function marginBlocks({ marginReason }: CaseFacts): Block[] {
  if (marginReason === undefined) return [];
  return [{ kind: 'note', text: `체납액과 예상 가산·비용을 넘는 부분의 압류 사유: ${marginReason}(지방세징수법 제53조 단서, 결재)` }];
}
