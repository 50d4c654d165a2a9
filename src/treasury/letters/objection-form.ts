import { formatDay } from '../../document/korean-format.ts';
import type { PrintDocument } from '../../document/print-document.ts';
import type { NoticeStamp } from '../../notice/notice-content.ts';
import type { DistributionFacts } from '../distribution-facts.ts';

/** The form on which somebody objects to the statement (form 88). */
export function objectionForm(facts: DistributionFacts, { isSample }: NoticeStamp): PrintDocument {
  return {
    title: '배분계산서 원안에 대한 이의제기서',
    reference: facts.number,
    isSample,
    blocks: [
      { kind: 'title', text: '배분계산서 원안에 대한 이의제기서' },
      {
        kind: 'facts',
        pairsPerRow: 2,
        facts: [
          { label: '배분번호', value: facts.number },
          { label: '사건번호', value: facts.caseNumber },
          { label: '배분기일', value: formatDay(facts.distributionOn) },
          { label: '이의제기인과의 관계', value: '□ 체납자   □ 그 밖의 권리자' },
        ],
      },
      {
        kind: 'facts',
        facts: [
          { label: '이의 대상', value: '배분계산서 원안의 순위 (        )번' },
          { label: '이의 내용', value: ' \n \n \n \n ' },
          { label: '이의 이유', value: ' \n \n \n \n ' },
        ],
      },
      { kind: 'paragraph', text: '「지방세징수법」 제102조에 따라 위와 같이 이의를 제기합니다.' },
      { kind: 'paragraph', text: '          년        월        일', align: 'center' },
      { kind: 'paragraph', text: '이의제기인 성명:                              (서명 또는 인)', align: 'right' },
      { kind: 'legalBasis', provisions: ['「지방세징수법」 제102조', '「지방세징수법 시행규칙」 별지 제88호서식'] },
    ],
  };
}
