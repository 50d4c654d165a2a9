import { formatDay, formatSeoulDateTime, formatWon } from '../../document/korean-format.ts';
import { type Agency, letterDocument, type Recipient } from '../../document/letter.ts';
import type { Block, Fact } from '../../document/print-document.ts';
import { addDays } from '../../kernel/civil-date.ts';
import type { NoticeContent } from '../../notice/notice-content.ts';
import type { DistributionFacts } from '../distribution-facts.ts';
import { objectionForm } from './objection-form.ts';
import { statementDocument } from './statement.ts';

export const DISTRIBUTION_TEMPLATE = 'distribution-notice/1';
export const DISTRIBUTION_RIGHT_HOLDER_TEMPLATE = 'distribution-notice-right-holder/1';

const BASIS = ['「지방세징수법」 제98조제2항·제99조·제101조·제102조·제102조의2', '「지방세징수법 시행규칙」 별지 제85호서식'];

/** Tells the taxpayer the day, with the draft of the statement and the form for an objection enclosed (LTCA 98(2), form 85). */
export function distributionLetter(facts: DistributionFacts, agency: Agency, recipient: Recipient): NoticeContent {
  return (stamp) => [
    letterDocument({
      agency,
      documentNumber: stamp.number,
      issuedOn: stamp.issuedOn,
      recipient,
      subject: '가상자산 매각대금 배분기일 통지',
      body: [
        {
          kind: 'paragraph',
          text: '귀하의 지방세 체납액을 징수하기 위하여 압류한 가상자산의 매각대금을 아래와 같이 배분하려고 하므로 알려 드립니다.',
        },
        { kind: 'facts', facts: dayFacts(facts, agency) },
        {
          kind: 'facts',
          pairsPerRow: 2,
          facts: [
            { label: '배분할 금액', value: formatWon(facts.net) },
            { label: '돌려드릴 금액', value: formatWon(facts.surplus) },
          ],
        },
        ...objectionBlocks(facts, agency),
        ...surplusBlocks(facts),
      ],
      legalBasis: BASIS,
      attachments: ['배분계산서 원안 1부.', '배분계산서 원안에 대한 이의제기서 1부.'],
      seal: 'omitted',
      isSample: stamp.isSample,
    }),
    statementDocument(facts, recipient.name, stamp),
    objectionForm(facts, stamp),
  ];
}

/**
 * As the taxpayer's letter, to somebody who has a right in what was sold. The taxes stand in the statement, which he may look at
 * (LTCA 101(2)), and not in a letter (LTBA 86).
 */
export function rightHolderDistributionLetter(
  facts: DistributionFacts,
  agency: Agency,
  recipient: Recipient,
  debtorName: string,
): NoticeContent {
  return (stamp) => [
    letterDocument({
      agency,
      documentNumber: stamp.number,
      issuedOn: stamp.issuedOn,
      recipient,
      subject: '가상자산 매각대금 배분기일 통지(권리자)',
      body: [
        {
          kind: 'paragraph',
          text: `체납자 ${debtorName}의 압류 가상자산을 매각한 대금을 아래와 같이 배분하려고 하므로, 권리를 가진 귀하에게 알려 드립니다.`,
        },
        { kind: 'facts', facts: dayFacts(facts, agency) },
        {
          kind: 'paragraph',
          text: '배분받을 채권이 있으면 그 원인과 금액을 증명하는 서류를 배분기일이 끝나기 전까지 아래 담당자에게 제출하여 주십시오.',
        },
        ...objectionBlocks(facts, agency),
        { kind: 'note', text: '체납액의 내용은 「지방세기본법」 제86조(비밀유지)에 따라 적지 않았습니다.' },
      ],
      legalBasis: BASIS,
      attachments: ['배분계산서 원안에 대한 이의제기서 1부.'],
      seal: 'omitted',
      isSample: stamp.isSample,
    }),
    objectionForm(facts, stamp),
  ];
}

function dayFacts(facts: DistributionFacts, agency: Agency): Fact[] {
  const extension = facts.extensionReason === undefined ? [] : [{ label: '연기한 사유', value: facts.extensionReason }];
  return [
    { label: '사건번호', value: facts.caseNumber },
    { label: '매각재산', value: `가상자산(${facts.assets.join(', ')}), ${facts.venueTitle}에서 매각` },
    { label: '배분기일', value: `${formatDay(facts.distributionOn)} (${formatSeoulDateTime(facts.closesAt)}에 마침)` },
    { label: '장소', value: `${agency.department} (${agency.address})` },
    {
      label: '배분계산서 비치',
      value: `${formatDay(facts.draftFiledOn)}부터 ${agency.department}에 갖추어 두며, 근거 서류와 함께 열람하거나 복사할 수 있음`,
    },
    ...extension,
  ];
}

function objectionBlocks(facts: DistributionFacts, agency: Agency): Block[] {
  const proofUntil = formatDay(addDays(facts.distributionOn, facts.proofOfAppealUntilDays));
  return [
    { kind: 'heading', text: '이의를 제기하는 방법' },
    {
      kind: 'items',
      items: [
        {
          text: `배분계산서 원안에 이의가 있으면 ${formatSeoulDateTime(facts.closesAt)}까지 출석하여 말하거나, 붙임 이의제기서를 ${agency.department}에 내 주십시오.`,
        },
        {
          text: `이의가 받아들여지지 않으면 배분계산서에 관한 심판청구 등을 한 사실을 증명하는 서류를 ${proofUntil}까지 내야 합니다. 내지 않으면 이의를 취하한 것으로 봅니다.`,
        },
        { text: '이의가 없으면 배분계산서 원안대로 확정하여 배분합니다.' },
      ],
    },
  ];
}

function surplusBlocks({ surplus }: DistributionFacts): Block[] {
  if (!surplus.isPositive()) return [];
  return [
    {
      kind: 'paragraph',
      text: `체납액에 배분하고 남는 ${formatWon(surplus)}은 귀하 명의의 계좌로 돌려드립니다. 배분이 확정되면 계좌를 확인하는 안내를 다시 보내 드립니다.`,
    },
  ];
}
