import { formatWon } from '../../document/korean-format.ts';
import { type Agency, letterDocument, type Recipient } from '../../document/letter.ts';
import { wonInWords } from '../../document/won-words.ts';
import type { Won } from '../../kernel/money.ts';
import type { NoticeContent } from '../../notice/notice-content.ts';

export const SURPLUS_TEMPLATE = 'surplus-notice/1';

/** Tells the taxpayer what is owed back to him and asks for an account of his own (LTCA 99(3)). */
export function surplusLetter(
  { caseNumber, surplus }: { readonly caseNumber: string; readonly surplus: Won },
  agency: Agency,
  recipient: Recipient,
): NoticeContent {
  return (stamp) => [
    letterDocument({
      agency,
      documentNumber: stamp.number,
      issuedOn: stamp.issuedOn,
      recipient,
      subject: '체납처분 잔여금 지급 안내',
      body: [
        {
          kind: 'paragraph',
          text: '귀하의 지방세 체납액에 충당하고 남은 금액이 있어 아래와 같이 돌려드리려고 합니다.',
        },
        {
          kind: 'facts',
          facts: [
            { label: '사건번호', value: caseNumber },
            { label: '돌려드릴 금액', value: `${wonInWords(surplus)} (${formatWon(surplus)})` },
          ],
        },
        {
          kind: 'items',
          items: [
            { text: '귀하 본인 명의의 은행, 계좌번호, 예금주를 신분을 확인할 수 있는 서류와 함께 아래 담당자에게 알려 주십시오.' },
            { text: '다른 사람 명의의 계좌로는 지급하지 않습니다.' },
            { text: '담당자가 먼저 전화나 문자로 비밀번호나 인증번호를 묻는 일은 없습니다.' },
          ],
        },
      ],
      legalBasis: ['「지방세징수법」 제99조제3항'],
      attachments: [],
      seal: 'omitted',
      isSample: stamp.isSample,
    }),
  ];
}
