import { formatDay, formatWon } from '../../document/korean-format.ts';
import { letterDocument } from '../../document/letter.ts';
import { Won } from '../../kernel/money.ts';
import type { NoticeContent } from '../../notice/notice-content.ts';
import {
  billTable,
  type CaseFacts,
  type Correspondence,
  delinquentFactRows,
  holderRecipient,
  seizedTable,
  valuationNote,
} from './case-facts.ts';

export const VENUE_SEIZURE_NOTICE_TEMPLATE = 'venue-seizure-notice/1';

/**
 * The seizure as it takes effect against the exchange. It names what is seized and forbids the exchange to perform to its customer:
 * without either, a seizure of a claim has no effect (Supreme Court 95다41611).
 */
export function venueSeizureNotice(facts: CaseFacts, correspondence: Correspondence): NoticeContent {
  const owed = Won.sum(facts.bills.map(({ total }) => total));
  return ({ number, issuedOn, isSample }) => [
    letterDocument({
      agency: correspondence.agency,
      documentNumber: number,
      issuedOn,
      recipient: holderRecipient(correspondence),
      subject: facts.supplements === undefined ? '가상자산 압류 통지' : '가상자산 압류 통지(보충 압류)',
      body: [
        {
          kind: 'paragraph',
          text: `아래 체납자의 지방세 체납액 ${formatWon(owed)}을 징수하기 위하여, 체납자가 귀사에 보관한 아래 가상자산과 그 반환청구권, 그 매도로 생기는 금전의 반환청구권을 압류합니다.`,
        },
        ...supplementParagraph(facts),
        { kind: 'facts', pairsPerRow: 1, facts: [{ label: '사건번호', value: facts.caseNumber }, ...delinquentFactRows(facts)] },
        seizedTable(facts, '압류재산의 표시'),
        { kind: 'note', text: valuationNote(facts) },
        billTable(facts),
        {
          kind: 'items',
          items: [
            {
              text: '귀사는 이 통지를 받은 때부터 위 압류재산을 체납자에게 출금·이전하거나 지급해서는 안 되며, 체납자의 지시에 따라 처분해서도 안 됩니다.',
            },
            { text: '압류 후 위 가상자산에서 생기는 보상 등 과실에도 압류의 효력이 미칩니다.' },
            { text: '위 수량을 넘는 가상자산은 압류하지 않았으므로 체납자의 이용을 제한하지 않습니다.' },
            { text: '다른 압류·가압류가 있거나 수량이 위와 다르면 받은 날의 현황을 문서로 알려 주십시오.' },
          ],
        },
      ],
      legalBasis: ['지방세징수법 제33조·제46조·제51조·제52조·제53조·제61조', '지방세징수법 시행규칙 별지 제39호서식'],
      attachments: [],
      seal: 'none',
      isSample,
    }),
  ];
}

function supplementParagraph({ supplements }: CaseFacts) {
  if (supplements === undefined) return [];
  return [
    {
      kind: 'paragraph' as const,
      text: `이 압류는 ${formatDay(supplements.seizedOn)}에 한 압류(${supplements.number})를 보충하는 것입니다. 당초 압류는 가상자산의 이전 요구를 정한 지방세징수법 제61조제3항이 시행되기 전의 것이므로, 같은 재산에 대하여 이전 요구와 함께 다시 통지합니다.`,
    },
  ];
}
