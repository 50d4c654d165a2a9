import { formatDay, formatWon } from '../../document/korean-format.ts';
import { type Agency, letterDocument, type Recipient } from '../../document/letter.ts';
import { addDays, type CivilDate } from '../../kernel/civil-date.ts';
import type { NoticeContent } from '../../notice/notice-content.ts';
import type { SaleFacts } from '../sale-facts.ts';
import { choiceForm } from './choice-form.ts';
import { holdingBlocks, owedBlocks, valueTotal } from './fact-tables.ts';

export const INVITATION_TEMPLATE = 'voluntary-sale-invitation/2';

/** Tells the taxpayer the days of his window and what each choice leads to. No law demands it and nothing depends on its arrival. */
export function invitationLetter(
  facts: SaleFacts,
  agency: Agency,
  recipient: Recipient,
  { opensOn, endsOn }: { readonly opensOn: CivilDate; readonly endsOn: CivilDate },
): NoticeContent {
  const lastDay = formatDay(endsOn);
  return (stamp) => [
    letterDocument({
      agency,
      documentNumber: stamp.number,
      issuedOn: stamp.issuedOn,
      recipient,
      subject: '압류 가상자산의 자진 납부·매각 안내',
      body: [
        {
          kind: 'paragraph',
          text: `먼저 보내 드린 매각 통지가 모든 대상자에게 송달되었으므로 귀하의 자진 납부·매각 기간을 안내합니다. 시는 ${lastDay}까지 강제로 매각하지 않고 기다립니다.`,
        },
        {
          kind: 'facts',
          facts: [
            { label: '사건번호', value: facts.caseNumber },
            {
              label: '기간',
              value: `${formatDay(addDays(opensOn, 1))}부터 ${lastDay} 24시까지 (${formatDay(opensOn)} 송달 완료, ${facts.windowDays}일)`,
            },
            { label: '체납액', value: `${formatWon(facts.owedTotal)} (${formatDay(facts.asOf)} 기준)` },
            { label: '평가액', value: formatWon(valueTotal(facts)) },
          ],
        },
        { kind: 'heading', text: '1. 체납액' },
        ...owedBlocks(facts),
        { kind: 'heading', text: '2. 압류된 가상자산' },
        ...holdingBlocks(facts),
        { kind: 'heading', text: '3. 선택에 따라 이렇게 됩니다' },
        { kind: 'items', items: consequences(facts, lastDay, formatDay(addDays(endsOn, 1))) },
        { kind: 'note', text: '고르기 전에 붙임 선택서에 있는 위험 고지를 꼭 읽어 주십시오.' },
        { kind: 'note', text: '이 안내문은 귀하의 편의를 위한 것으로, 매각 통지나 그 송달의 효력에는 영향을 주지 않습니다.' },
      ],
      legalBasis: ['「지방세징수법」 제63조제1항·제71조'],
      attachments: ['자진 납부·매각 선택서 1부.'],
      seal: 'omitted',
      isSample: stamp.isSample,
    }),
    choiceForm(facts, recipient.name, stamp),
  ];
}

function consequences({ owedTotal }: SaleFacts, lastDay: string, saleDay: string): { text: string }[] {
  return [
    {
      text: `${lastDay}까지 전액 납부: 납부하는 날까지 붙은 납부지연가산세와 체납처분비를 포함하여 납부하면 매각하지 않고, 압류를 해제하여 가상자산을 귀하의 계정으로 돌려드립니다. 오늘 납부하면 체납액은 ${formatWon(owedTotal)}입니다.`,
    },
    {
      text: '매각 위임: 선택서를 내면 기간이 끝나기를 기다리지 않고 체납액과 비용을 충당할 만큼 매각합니다. 매각이 시작되기 전까지 서면으로 철회할 수 있습니다.',
    },
    {
      text: `가격과 순서의 희망: 매각 희망서(담당 부서에 요청)를 내면 ${lastDay}까지는 적어 내신 가격과 순서에 따라서만 매각합니다. 기간이 끝나면 희망은 효력을 잃습니다.`,
    },
    { text: `일부 납부: 납부한 만큼 매각할 양이 줄어듭니다.` },
    { text: `선택 없음: ${saleDay}부터 시가 체납액과 비용을 충당할 만큼 매각합니다.` },
  ];
}
