import { formatDay } from '../../document/korean-format.ts';
import { type Agency, letterDocument, type Recipient } from '../../document/letter.ts';
import type { Block } from '../../document/print-document.ts';
import type { NoticeContent } from '../../notice/notice-content.ts';
import type { SaleFacts } from '../sale-facts.ts';
import { choiceForm } from './choice-form.ts';
import { holdingBlocks, owedBlocks } from './fact-tables.ts';

export const SALE_NOTICE_TEMPLATE = 'sale-notice/1';

export const SALE_NOTICE_BASIS: readonly string[] = [
  '「지방세징수법」 제71조제2항제2호·제3항',
  '같은 법 시행령 제70조',
  '「지방세기본법」 제28조·제30조',
];

/** The notice before a sale to the taxpayer himself, with the form to choose on. */
export function saleNoticeLetter(facts: SaleFacts, agency: Agency, recipient: Recipient): NoticeContent {
  return (stamp) => [
    letterDocument({
      agency,
      documentNumber: stamp.number,
      issuedOn: stamp.issuedOn,
      recipient,
      subject: '압류 가상자산 매각 통지',
      body: [
        {
          kind: 'paragraph',
          text: '귀하의 지방세 체납액을 징수하기 위하여 압류하고 시 계정으로 옮겨 받은 가상자산을 아래와 같이 매각하려고 하므로, 「지방세징수법」 제71조제3항에 따라 매각하기 전에 알려 드립니다.',
        },
        { kind: 'heading', text: '1. 체납액' },
        ...owedBlocks(facts),
        { kind: 'heading', text: '2. 매각할 가상자산' },
        ...holdingBlocks(facts),
        { kind: 'heading', text: '3. 매각 방법과 시기' },
        saleTerms(facts, '귀하'),
        { kind: 'heading', text: '4. 선택하실 수 있는 방법' },
        { kind: 'items', items: choices(facts) },
        { kind: 'note', text: '고르기 전에 붙임 선택서에 있는 위험 고지를 꼭 읽어 주십시오.' },
        { kind: 'heading', text: '5. 매수 제한과 불복 방법' },
        {
          kind: 'items',
          items: [
            { text: '체납자는 압류된 재산을 직접으로든 간접으로든 매수하지 못합니다(「지방세징수법」 제77조제1항).' },
            {
              text: `${appealItems(facts, agency).appeal} 심판청구등이 계속 중인 지방세의 체납으로 압류한 재산은 결정이나 판결이 확정되기 전에는 매각하지 않습니다(「지방세징수법」 제71조제5항).`,
            },
            { text: appealItems(facts, agency).thirdPartyClaim },
          ],
        },
      ],
      legalBasis: SALE_NOTICE_BASIS,
      attachments: ['자진 납부·매각 선택서 1부.'],
      seal: 'omitted',
      isSample: stamp.isSample,
    }),
    choiceForm(facts, recipient.name, stamp),
  ];
}

/** What may change the day of the sale, as far as it concerns the reader. */
const WHEN = {
  귀하: '기간의 첫날과 마지막 날은 정해지는 대로 따로 안내합니다.',
  체납자: '체납자가 이 기간을 기다리지 않겠다고 하면 그 전에 매각할 수 있습니다.',
} as const;

/** Who sells, how, when and how much of it. */
export function saleTerms({ caseNumber, seizedOn, venueTitle, windowDays }: SaleFacts, debtor: keyof typeof WHEN): Block {
  return {
    kind: 'facts',
    facts: [
      { label: '사건번호', value: seizedOn === undefined ? caseNumber : `${caseNumber} (압류일 ${formatDay(seizedOn)})` },
      {
        label: '매각 방법',
        value: `가상자산사업자(${venueTitle})를 통하여 시가 직접 매각(「지방세징수법」 제71조제2항제2호). 입찰이나 최저 매각가격은 없습니다.`,
      },
      {
        label: '매각 시기',
        value: `이 통지가 법에서 정한 모든 대상자에게 송달된 것이 증명된 날의 다음 날부터 ${windowDays}일의 자진 납부·매각 기간이 지난 뒤. ${WHEN[debtor]}`,
      },
      {
        label: '매각 범위',
        value: `체납액과 매각대금을 배분할 때까지 붙을 납부지연가산세, 체납처분비를 충당하는 데 필요한 만큼만 매각합니다. 남는 가상자산은 ${debtor}의 계정으로 돌려주고 남는 매각대금은 ${debtor}에게 지급합니다(같은 법 제99조제3항).`,
      },
    ],
  };
}

function choices({ windowDays }: SaleFacts): { text: string }[] {
  return [
    {
      text: '납부: 매각되기 전에 체납액을 모두 납부하면 매각하지 않고 압류를 해제합니다(「지방세징수법」 제63조제1항). 납부할 금액과 방법은 아래 담당자에게 문의하십시오.',
    },
    {
      text: `매각 위임: 붙임 선택서를 제출하면 귀하의 ${windowDays}일을 기다리지 않고 매각합니다. 다른 권리자에게는 매각 통지가 송달된 뒤에 매각하며, 매각이 시작되기 전까지 철회할 수 있습니다.`,
    },
    { text: '유예 등: 납부가 어려운 사정이 있으면 체납처분 유예(같은 법 제105조)나 분할 납부를 상담하실 수 있습니다.' },
    { text: '아무 선택도 하지 않으면 자진 납부·매각 기간이 지난 뒤 시가 매각합니다.' },
  ];
}

/** Where an appeal and a third party's claim go, and by when. */
export function appealItems(
  { appealFilingDays, thirdPartyClaimDays }: SaleFacts,
  { signatory }: Agency,
): { readonly appeal: string; readonly thirdPartyClaim: string } {
  return {
    appeal: `압류나 매각에 불복하려면 처분이 있음을 안 날(통지를 받았으면 받은 날)부터 ${appealFilingDays}일 이내에 ${signatory}에게 이의신청을 하거나 조세심판원장에게 심판청구를 할 수 있습니다(「지방세기본법」 제89조부터 제91조까지).`,
    thirdPartyClaim: `이 가상자산이 자기 것이라고 주장하는 제3자는 매각하기 ${thirdPartyClaimDays}일 전까지 증거서류를 ${signatory}에게 제출하여야 합니다(「지방세징수법」 제60조).`,
  };
}
