import { type Agency, letterDocument, type Recipient } from '../../document/letter.ts';
import type { NoticeContent } from '../../notice/notice-content.ts';
import type { SaleFacts } from '../sale-facts.ts';
import { holdingBlocks } from './fact-tables.ts';
import { appealItems, SALE_NOTICE_BASIS, saleTerms } from './sale-notice-letter.ts';

export const RIGHT_HOLDER_TEMPLATE = 'sale-notice-right-holder/1';

/** Whom the law tells besides the taxpayer (LTCA-D 70), as the letter calls him. */
const RIGHT_HOLDER_TITLES = {
  collateral_owner: '납세담보물 소유자',
  pledgee: '질권자',
  other_right_holder: '압류재산에 권리를 가진 자',
} as const;
export type RightHolderRecipient = keyof typeof RIGHT_HOLDER_TITLES;

/**
 * The notice before a sale to somebody who has a right in the coins. It names property and debtor, since he could not know his
 * right otherwise, and nothing of the tax owed (LTBA 86).
 */
export function rightHolderLetter(
  facts: SaleFacts,
  agency: Agency,
  recipient: Recipient,
  { debtorName, role }: { readonly debtorName: string; readonly role: RightHolderRecipient },
): NoticeContent {
  return (stamp) => [
    letterDocument({
      agency,
      documentNumber: stamp.number,
      issuedOn: stamp.issuedOn,
      recipient,
      subject: '압류 가상자산 매각 통지(권리자)',
      body: [
        {
          kind: 'paragraph',
          text: `체납자 ${debtorName}의 지방세 체납액을 징수하기 위하여 압류한 아래 가상자산을 매각하려고 하므로, ${RIGHT_HOLDER_TITLES[role]}인 귀하에게 「지방세징수법」 제71조제3항에 따라 매각하기 전에 알려 드립니다.`,
        },
        { kind: 'heading', text: '1. 매각할 가상자산' },
        ...holdingBlocks(facts),
        { kind: 'heading', text: '2. 매각 방법과 시기' },
        saleTerms(facts, '체납자'),
        { kind: 'heading', text: '3. 권리를 행사하는 방법' },
        {
          kind: 'items',
          items: [
            {
              text: '매각대금에서 배분받으려면 권리의 내용과 금액을 증명하는 서류를 매각대금을 배분하기 전까지 아래 담당자에게 제출하여 주십시오(「지방세징수법」 제99조제1항). 배분기일은 정해지면 통지합니다.',
            },
            { text: appealItems(facts, agency).thirdPartyClaim },
            { text: appealItems(facts, agency).appeal },
          ],
        },
        { kind: 'note', text: '체납액의 내용은 「지방세기본법」 제86조(비밀유지)에 따라 적지 않았습니다.' },
      ],
      legalBasis: SALE_NOTICE_BASIS,
      attachments: [],
      seal: 'omitted',
      isSample: stamp.isSample,
    }),
  ];
}
