import { formatDay, formatWon } from '../../document/korean-format.ts';
import { type Block, type PrintDocument, tableBlock } from '../../document/print-document.ts';
import type { CivilDate } from '../../kernel/civil-date.ts';
import type { SaleFacts } from '../sale-facts.ts';
import { CURRENT_RISK_NOTICE, RISK_NOTICES } from './wish-risk-notice.ts';

const FORM_VERSION = 'wish-form/1';
const ROWS_TO_FILL = 4;

/** What the form of one case is printed with. */
export interface WishFormFacts extends SaleFacts {
  readonly debtorName: string;
  /** Last day of the window; undefined before it opens. */
  readonly endsOn: CivilDate | undefined;
  readonly isSample: boolean;
}

/** The form on which the taxpayer wishes for prices and an order; whoever signs it has read the risks, which therefore stand on it. */
export function wishForm(facts: WishFormFacts): PrintDocument {
  return {
    title: '매각 희망서',
    reference: facts.caseNumber,
    isSample: facts.isSample,
    blocks: [
      { kind: 'title', text: '매각 희망서' },
      factsBlock(facts),
      {
        kind: 'paragraph',
        text: '자진 납부·매각 기간에 시가 압류된 가상자산을 매각할 때의 가격이나 순서를 희망하시면 아래에 적고 서명하여 주십시오. 체납액과 비용을 충당하는 데 필요한 만큼만 매각합니다.',
      },
      { kind: 'heading', text: '1. 보관 중인 가상자산' },
      holdingsBlock(facts),
      { kind: 'heading', text: '2. 희망 가격' },
      { kind: 'items', items: KINDS },
      priceBlock(),
      { kind: 'note', text: '종류와 구분마다 한 줄만 적어 주십시오. 최대 수량을 비우면 필요한 만큼 팝니다.' },
      { kind: 'heading', text: '3. 먼저 팔 순서' },
      {
        kind: 'facts',
        facts: [{ label: '매각 순서', value: '1)                    2)                    3)                    4)' }],
      },
      { kind: 'note', text: '순서를 적지 않으면 시가 시장 상황에 따라 정합니다.' },
      { kind: 'heading', text: '4. 위험 고지' },
      { kind: 'items', items: RISK_NOTICES[CURRENT_RISK_NOTICE].map((text) => ({ text })) },
      { kind: 'note', text: `위험 고지 ${CURRENT_RISK_NOTICE}, 서식 ${FORM_VERSION}` },
      { kind: 'together', blocks: SIGNATURE },
    ],
  };
}

function factsBlock({ caseNumber, debtorName, owedTotal, asOf, venueTitle, endsOn }: WishFormFacts): Block {
  return {
    kind: 'facts',
    pairsPerRow: 2,
    facts: [
      { label: '사건번호', value: caseNumber },
      { label: '체납자', value: debtorName },
      { label: '체납액', value: `${formatWon(owedTotal)} (${formatDay(asOf)} 기준)` },
      { label: '매각할 거래소', value: venueTitle },
      { label: '기간', value: endsOn === undefined ? '아직 시작되지 않음' : `${formatDay(endsOn)} 24시까지` },
      { label: '출력일', value: formatDay(asOf) },
    ],
  };
}

function holdingsBlock({ holdings }: SaleFacts): Block {
  return tableBlock(
    [
      { header: '종류', kind: 'text', weight: 1.4, value: ({ asset }) => asset },
      { header: '수량', kind: 'decimal', weight: 3, value: ({ quantity }) => quantity.toString() },
      { header: '마지막 평가 가격(1개, 원)', kind: 'decimal', weight: 3, value: ({ valuation }) => valuation?.price.toString() },
    ],
    holdings,
  );
}

const KINDS = [
  { text: '지정가 매각: 적은 가격보다 낮게는 팔지 않습니다.' },
  { text: '하락 시 매각: 마지막 체결가가 적은 가격 이하로 내려가면 그때의 시장가격으로 팝니다. 적은 가격을 약속하지 않습니다.' },
] as const;

function priceBlock(): Block {
  const left = { align: 'left' } as const;
  return {
    kind: 'table',
    columns: [
      { header: '구분 (하나에 ✓)', weight: 3.4, ...left },
      { header: '종류', weight: 1.4, ...left },
      { header: '희망 가격(1개, 원)', weight: 2.6, ...left },
      { header: '최대 수량', weight: 2.8, ...left },
    ],
    rows: Array.from({ length: ROWS_TO_FILL }, () => ['□ 지정가   □ 하락 시', ' ', ' ', ' ']),
  };
}

const SIGNATURE: readonly Block[] = [
  {
    kind: 'paragraph',
    text: '위 위험 고지를 읽고 이해하였으며, 위와 같이 희망합니다. 같은 종류의 가상자산에 대하여 먼저 낸 같은 구분의 희망은 이 희망서로 철회합니다.',
  },
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
    text: '희망은 실행되기 전까지 언제든지 서면으로 철회할 수 있습니다. 대리인이 제출할 때에는 위임장과 대리인의 신분증 사본을 함께 내야 합니다.',
  },
];
