import { formatDay, formatWon } from '../../document/korean-format.ts';
import { letterDocument } from '../../document/letter.ts';
import { Won } from '../../kernel/money.ts';
import type { NoticeContent } from '../../notice/notice-content.ts';
import {
  billTable,
  type CaseFacts,
  type Correspondence,
  delinquentFactRows,
  delinquentRecipient,
  seizedTable,
  valuationNote,
} from './case-facts.ts';

export const SEIZURE_NOTICE_TEMPLATE = 'seizure-notice/2';

/**
 * Tells the delinquent that his coins are seized and that the exchange was asked to move them, or that his wallet was taken and the city
 * moves them itself (LTCA 51(3), 61(1), 61(3); form 45).
 */
export function seizureNotice(facts: CaseFacts, appealDays: number, correspondence: Correspondence): NoticeContent {
  const { agency } = correspondence;
  const owed = Won.sum(facts.bills.map(({ total }) => total));
  return ({ number, issuedOn, isSample }) => [
    letterDocument({
      agency,
      documentNumber: number,
      issuedOn,
      recipient: delinquentRecipient(facts),
      subject: facts.supplements === undefined ? '재산(가상자산) 압류 통지' : '재산(가상자산) 압류 통지(보충 압류)',
      body: [
        {
          kind: 'paragraph',
          text: `귀하가 납부하지 않은 지방세 ${formatWon(owed)}을 징수하기 위하여 ${whatWasDone(facts)}`,
        },
        {
          kind: 'facts',
          pairsPerRow: 1,
          facts: [
            { label: '사건번호', value: facts.caseNumber },
            ...delinquentFactRows(facts),
            { label: '압류 연월일', value: facts.seizedOn === undefined ? '보관자에게 송달된 날' : formatDay(facts.seizedOn) },
            ...(facts.possession === undefined ? [] : [{ label: '수색·압류 기록', value: facts.possession.recordReference }]),
            ...(facts.supplements === undefined
              ? []
              : [{ label: '당초 압류', value: `${formatDay(facts.supplements.seizedOn)} (${facts.supplements.number})` }]),
          ],
        },
        seizedTable(facts, '압류재산의 표시'),
        { kind: 'note', text: valuationNote(facts) },
        billTable(facts),
        {
          kind: 'items',
          items: [
            { text: `압류재산은 출금·이전하거나 그 밖의 처분을 할 수 없습니다. ${whatStaysFree(facts)}` },
            {
              text: `체납액을 모두 납부하면 압류를 즉시 해제하고, 이전받은 가상자산은 귀하의 ${facts.possession === undefined ? '계정으로' : '주소로'} 돌려 드립니다.`,
            },
            {
              text: '납부하지 않으면 매각 통지를 한 뒤 거래소를 통하여 매각합니다. 매각하기 전에 스스로 납부하거나 매각할 기간을 드립니다.',
            },
            { text: '징수유예·체납처분유예를 신청할 수 있습니다. 납부가 어려우면 아래 담당자와 상담하여 주십시오.' },
            {
              text: `이 처분에 이의가 있으면 이 통지를 받은 날부터 ${appealDays}일 이내에 ${agency.signatory}에게 이의신청을 하거나 조세심판원장에게 심판청구를 할 수 있습니다.`,
            },
          ],
        },
      ],
      legalBasis: [
        facts.possession === undefined ? '지방세징수법 제33조·제38조·제51조제3항·제61조' : '지방세징수법 제33조·제38조·제48조·제61조',
        '지방세기본법 제90조·제91조',
        '지방세징수법 시행규칙 별지 제45호서식',
      ],
      attachments: ['압류조서 등본 1부.'],
      seal: 'none',
      isSample,
    }),
  ];
}

function whatWasDone({ possession }: CaseFacts): string {
  if (possession === undefined) {
    return '아래와 같이 재산을 압류하였고, 보관자에게 우리 시 계정으로 이전하도록 요구하였음을 알려 드립니다.';
  }
  return '아래와 같이 귀하의 지갑을 점유하여 재산을 압류하였고, 귀하에게 우리 시가 지정한 주소로 이전할 것을 요구하며 그 이전을 세무공무원이 직접 함을 알려 드립니다.';
}

function whatStaysFree({ possession }: CaseFacts): string {
  if (possession === undefined) return '압류하지 않은 가상자산은 그대로 이용할 수 있습니다.';
  return possession.isWhole
    ? '이 지갑에서 나중에 발견되는 가상자산에도 압류의 효력이 미칩니다.'
    : '위 수량을 넘는 가상자산은 압류하지 않았으므로, 받으실 주소를 알려 주시면 곧바로 돌려 드립니다.';
}
