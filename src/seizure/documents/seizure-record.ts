import { formatDay, formatSeoulDateTime } from '../../document/korean-format.ts';
import type { Block, Fact } from '../../document/print-document.ts';
import type { NoticeContent } from '../../notice/notice-content.ts';
import { billTable, type CaseFacts, type Correspondence, delinquentFactRows, seizedTable, valuationNote } from './case-facts.ts';

export const SEIZURE_RECORD_TEMPLATE = 'seizure-record/2';

/**
 * The seizure record with the fields of form 34, and the prohibition that the record of a seized claim must state (LTCA 38(4)). Of a
 * wallet it states how it was taken and demands the transfer of the taxpayer (LTCA 48(1), 61(3)).
 */
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
            ...holderRows(facts, holder),
            { label: '작성 연월일', value: formatDay(issuedOn) },
            { label: '압류 연월일', value: effectiveDay(facts) },
          ],
        },
        billTable(facts),
        seizedTable(facts, '압류재산의 표시'),
        { kind: 'note', text: valuationNote(facts) },
        ...marginBlocks(facts),
        ...effectBlocks(facts),
        {
          kind: 'facts',
          pairsPerRow: 1,
          facts: [
            { label: '참여자', value: attendance(facts) },
            { label: '세무공무원', value: `${agency.department} ${agency.official} (서명 또는 인)` },
          ],
        },
        {
          kind: 'legalBasis',
          provisions: [
            facts.possession === undefined ? '지방세징수법 제33조·제38조·제52조·제61조' : '지방세징수법 제33조·제35조·제38조·제48조·제61조',
            '지방세징수법 시행규칙 별지 제34호서식',
          ],
        },
      ],
    },
  ];
}

function holderRows({ possession }: CaseFacts, holder: Correspondence['holder']): Fact[] {
  if (possession === undefined) return [{ label: '보관자(제3채무자)', value: `${holder.name}, ${holder.address}` }];
  return [
    { label: '점유', value: `${formatSeoulDateTime(possession.takenAt)} 세무공무원이 점유함` },
    { label: '수색·압류 기록', value: possession.recordReference },
    { label: '지갑', value: `${possession.network} ${possession.address}` },
  ];
}

function effectBlocks({ possession }: CaseFacts): Block[] {
  if (possession === undefined) {
    return [
      {
        kind: 'paragraph',
        text: '위 체납액을 징수하기 위하여 위 압류재산을 압류합니다. 체납자와 보관자는 압류재산과 그 매도대금의 추심, 이전, 그 밖의 처분을 할 수 없습니다.',
      },
    ];
  }
  const scope = possession.isWhole
    ? '이 지갑에서 나중에 발견되는 가상자산에도 압류의 효력이 미칩니다.'
    : '위 수량을 넘는 가상자산은 압류하지 않으며, 안전하게 보관하였다가 체납자의 주소로 돌려줍니다.';
  return [
    {
      kind: 'paragraph',
      text: `위 체납액을 징수하기 위하여 위 지갑을 점유하여 위 압류재산을 압류합니다. 체납자는 압류재산의 이전, 그 밖의 처분을 할 수 없습니다. ${scope}`,
    },
    {
      kind: 'paragraph',
      text: '체납자에게 위 가상자산을 우리 시가 지정하는 주소로 이전할 것을 요구합니다(지방세징수법 제61조제3항). 지갑의 키를 점유하고 있으므로 그 이전은 세무공무원이 직접 합니다.',
    },
  ];
}

function attendance({ possession }: CaseFacts): string {
  return possession === undefined
    ? '수색하지 않은 압류로서 참여자 없음(지방세징수법 제37조)'
    : '(서명 또는 인, 거부하면 그 사실: 지방세징수법 제37조·제38조제2항)';
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
