import { formatDay, formatSeoulDateTime, formatWon } from '../../document/korean-format.ts';
import { type Block, tableBlock } from '../../document/print-document.ts';
import { wonInWords } from '../../document/won-words.ts';
import { Won } from '../../kernel/money.ts';
import type { SaleFacts } from '../sale-facts.ts';

/** Each tax item with tax, 가산세 and penalty, and the sum in figures and words. */
export function owedBlocks({ owed, owedTotal, asOf }: SaleFacts): Block[] {
  return [
    tableBlock(
      [
        { header: '고지번호', kind: 'text', weight: 4.6, value: ({ line }) => line.noticeNumber },
        { header: '세목', kind: 'text', weight: 2.5, value: ({ line }) => line.taxItem },
        { header: '납부기한', kind: 'date', weight: 2.1, value: ({ line }) => line.dueOn },
        { header: '세액', kind: 'won', isTotalled: true, value: ({ tax }) => tax },
        { header: '가산세', kind: 'won', isTotalled: true, value: ({ surcharge }) => surcharge },
        { header: '납부지연 가산세', kind: 'won', isTotalled: true, value: ({ latePenalty }) => latePenalty },
        { header: '계', kind: 'won', isTotalled: true, value: ({ total }) => total },
      ],
      owed,
      `체납액 (${formatDay(asOf)} 기준, 단위: 원)`,
    ),
    { kind: 'paragraph', text: `체납액 합계: ${wonInWords(owedTotal)} (${formatWon(owedTotal)})` },
    { kind: 'note', text: '납부하는 날까지 납부지연가산세가 더 붙을 수 있으며, 통지서 송달 비용 등 체납처분비는 따로 더해집니다.' },
  ];
}

/** Each asset with quantity, price, value and the moment of the price. */
export function holdingBlocks({ holdings, venueTitle }: SaleFacts): Block[] {
  const valued = holdings.flatMap(({ valuation }) => valuation ?? []);
  const newest = valued.map(({ priceAt }) => priceAt.getTime()).reduce((a, b) => Math.max(a, b), 0);
  return [
    tableBlock(
      [
        { header: '종류', kind: 'text', weight: 1.4, value: ({ asset }) => asset },
        { header: '수량', kind: 'decimal', weight: 3, value: ({ quantity }) => quantity.toString() },
        { header: '1개당 가격(원)', kind: 'decimal', weight: 2.4, value: ({ valuation }) => valuation?.price.toString() },
        { header: '평가액(원)', kind: 'won', isTotalled: true, value: ({ valuation }) => valuation?.value },
      ],
      holdings,
    ),
    ...(newest === 0
      ? []
      : [
          {
            kind: 'note',
            text: `${venueTitle} 호가창의 ${formatSeoulDateTime(new Date(newest))} 매수 호가로 평가한 금액이며, 실제로 받는 금액은 매각할 때의 시세에 따라 달라집니다.`,
          } satisfies Block,
        ]),
    ...(valued.some(({ depthCovers }) => !depthCovers)
      ? [
          {
            kind: 'note',
            text: '평가할 때 보인 매수 잔량이 전체 수량보다 적은 종류가 있어, 나머지는 보인 최저 호가로 평가하였습니다.',
          } satisfies Block,
        ]
      : []),
    ...(holdings.some(({ valuation }) => valuation === undefined)
      ? [{ kind: 'note', text: '평가액이 비어 있는 종류는 원화 시장이 없어 평가하지 못한 것입니다.' } satisfies Block]
      : []),
  ];
}

/** What all holdings were valued at together. */
export function valueTotal({ holdings }: SaleFacts): Won {
  return Won.sum(holdings.map(({ valuation }) => valuation?.value ?? Won.zero));
}
