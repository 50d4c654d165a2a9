import type { ReleaseGround } from '../../database/generated/enums.ts';
import { formatDay } from '../../document/korean-format.ts';
import { letterDocument, type Recipient } from '../../document/letter.ts';
import type { CivilDate } from '../../kernel/civil-date.ts';
import type { NoticeContent } from '../../notice/notice-content.ts';
import { RELEASE_GROUNDS } from '../release-grounds.ts';
import {
  type CaseFacts,
  type Correspondence,
  delinquentFactRows,
  delinquentRecipient,
  holderRecipient,
  seizedTable,
} from './case-facts.ts';

export const RELEASE_NOTICE_TEMPLATE = 'release-notice/2';

export interface ReleaseFacts {
  readonly ground: ReleaseGround;
  readonly releasedOn: CivilDate;
}

const FOR_VENUE =
  '이 통지를 받은 때부터 위 재산에 대한 출금·이전·지급의 제한을 풀어 주시기 바랍니다. 아직 이전하지 않은 수량에 대한 이전 요구도 철회합니다.';
const FOR_CUSTOMER = '보관자에게도 압류 해제를 알렸습니다. 제한이 풀리지 않으면 아래 담당자에게 연락하여 주십시오.';
const FOR_OWNER_OF_WALLET =
  '점유한 지갑과 기기는 영수증을 받고 돌려 드립니다. 그 지갑의 키는 다른 사람이 알 수 있으니 다시 쓰지 마시고, 돌려받지 못한 것이 있으면 아래 담당자에게 연락하여 주십시오.';

/** Tells the exchange, or the debtor, that the seizure has ended (LTCA 64(1); form 51). */
export function releaseNotice(
  facts: CaseFacts,
  release: ReleaseFacts,
  to: 'venue' | 'delinquent',
  correspondence: Correspondence,
): NoticeContent {
  const recipient: Recipient = to === 'venue' ? holderRecipient(correspondence) : delinquentRecipient(facts);
  const { title, legalGround } = RELEASE_GROUNDS[release.ground];
  return ({ number, issuedOn, isSample }) => [
    letterDocument({
      agency: correspondence.agency,
      documentNumber: number,
      issuedOn,
      recipient,
      subject: '가상자산 압류 해제 통지',
      body: [
        { kind: 'paragraph', text: '아래 재산의 압류를 해제하였으므로 알려 드립니다.' },
        {
          kind: 'facts',
          pairsPerRow: 1,
          facts: [
            { label: '사건번호', value: facts.caseNumber },
            ...delinquentFactRows(facts),
            { label: '압류 연월일', value: facts.seizedOn === undefined ? '' : formatDay(facts.seizedOn) },
            { label: '해제 연월일', value: formatDay(release.releasedOn) },
            { label: '해제 사유', value: title },
            { label: '고지번호', value: facts.bills.map(({ noticeNumber }) => noticeNumber).join(', ') },
          ],
        },
        seizedTable(facts, '압류를 해제한 재산'),
        {
          kind: 'paragraph',
          text: to === 'venue' ? FOR_VENUE : facts.possession === undefined ? FOR_CUSTOMER : FOR_OWNER_OF_WALLET,
        },
      ],
      legalBasis: [legalGround, '같은 법 제64조제1항', '같은 법 시행령 제63조', '같은 법 시행규칙 별지 제51호서식'],
      attachments: [],
      seal: 'none',
      isSample,
    }),
  ];
}
