import { formatDay, formatWon } from '../../document/korean-format.ts';
import type { PrintDocument } from '../../document/print-document.ts';
import type { NoticeStamp } from '../../notice/notice-content.ts';
import type { SaleFacts } from '../sale-facts.ts';

/** What everybody must have read before he chooses, in the order of weight. */
const RISKS: readonly string[] = [
  '가상자산의 가격은 크게 오르내립니다. 기다리는 동안 가격이 내려 체납액을 다 갚지 못할 수도 있고, 매각한 뒤에 가격이 오를 수도 있습니다.',
  '매각은 그때의 시장 가격으로 하며, 체결된 매각은 되돌릴 수 없습니다.',
  '거래 수수료, 출금 수수료와 송달 비용은 체납처분비로서 매각대금에서 먼저 충당합니다.',
  '희망하는 가격을 적어 내더라도 시가 그 가격에 매각할 의무는 없습니다.',
  '매각대금으로 체납액을 다 충당하지 못하면 남은 체납액은 계속 납부하여야 하고 납부지연가산세가 붙습니다.',
];

/** The form on which the taxpayer chooses; whoever hands it in has read the risks, which therefore stand on it. */
export function choiceForm(facts: SaleFacts, debtorName: string, { number, issuedOn, isSample }: NoticeStamp): PrintDocument {
  return {
    title: '자진 납부·매각 선택서',
    reference: number,
    isSample,
    blocks: [
      { kind: 'title', text: '자진 납부·매각 선택서' },
      {
        kind: 'facts',
        pairsPerRow: 2,
        facts: [
          { label: '사건번호', value: facts.caseNumber },
          { label: '통지번호', value: number },
          { label: '체납자', value: debtorName },
          { label: '통지일', value: formatDay(issuedOn) },
          { label: '체납액', value: `${formatWon(facts.owedTotal)} (${formatDay(facts.asOf)} 기준)` },
          { label: '가상자산', value: facts.holdings.map(({ asset }) => asset).join(', ') },
        ],
      },
      { kind: 'paragraph', text: '아래에서 하나를 골라 □에 ✓ 표시를 하고 서명하여 주십시오.' },
      {
        kind: 'facts',
        facts: [
          { label: '□ 납부', value: '체납액을 스스로 납부하겠습니다. 납부가 확인되면 매각하지 않고 압류를 해제하는 것으로 알고 있습니다.' },
          {
            label: '□ 매각 위임',
            value:
              '자진 납부·매각 기간이 끝나기를 기다리지 않고 시가 가상자산사업자를 통하여 바로 매각하기를 원합니다. 매각이 시작되기 전까지 이 선택을 철회할 수 있고, 다른 권리자에게 매각 통지가 송달되기 전에는 매각하지 않는 것으로 알고 있습니다.',
          },
        ],
      },
      { kind: 'heading', text: '위험 고지' },
      { kind: 'items', items: RISKS.map((text) => ({ text })) },
      { kind: 'paragraph', text: '위 위험 고지를 읽고 이해하였으며, 위와 같이 선택합니다.' },
      { kind: 'paragraph', text: '          년        월        일', align: 'center' },
      { kind: 'paragraph', text: '체납자 성명:                              (서명 또는 인)', align: 'right' },
      {
        kind: 'facts',
        pairsPerRow: 2,
        facts: [
          { label: '접수번호', value: ' ' },
          { label: '접수일', value: ' ' },
        ],
      },
      {
        kind: 'note',
        text: '대리인이 제출할 때에는 위임장과 대리인의 신분증 사본을 함께 내야 합니다. 철회할 때에도 서면으로 알려 주십시오.',
      },
    ],
  };
}
