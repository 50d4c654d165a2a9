import type { MoneyTier } from '../../database/generated/enums.ts';
import { formatDay, formatFigure, formatWon } from '../../document/korean-format.ts';
import { type PrintDocument, tableBlock } from '../../document/print-document.ts';
import { Decimal } from '../../kernel/decimal.ts';
import type { NoticeStamp } from '../../notice/notice-content.ts';
import type { DistributionFacts, StatementLineFacts } from '../distribution-facts.ts';

const TIER_TITLES: Readonly<Record<MoneyTier, string>> = {
  cost: '체납처분비',
  tax: '지방세',
  surcharge: '가산세',
  late_penalty: '납부지연가산세',
};

/** 배분계산서 원안 (form 86): what came in, who claims what and what he receives, in the order in which it is paid. */
export function statementDocument(facts: DistributionFacts, debtorName: string, { isSample }: NoticeStamp): PrintDocument {
  return {
    title: '배분계산서',
    reference: facts.number,
    orientation: 'landscape',
    isSample,
    blocks: [
      { kind: 'title', text: '배분계산서(원안)' },
      {
        kind: 'facts',
        pairsPerRow: 2,
        facts: [
          { label: '배분번호', value: facts.number },
          { label: '사건번호', value: facts.caseNumber },
          { label: '체납자', value: debtorName },
          { label: '매각재산', value: `가상자산(${facts.assets.join(', ')}), ${facts.venueTitle}` },
          { label: '대금을 처음 받은 날', value: formatDay(facts.firstReceiptOn) },
          { label: '배분기일', value: formatDay(facts.distributionOn) },
          { label: '체납액 기준일', value: formatDay(facts.claimsOn) },
          { label: '비치한 날', value: formatDay(facts.draftFiledOn) },
        ],
      },
      { kind: 'heading', text: '1. 배분할 금전' },
      {
        kind: 'facts',
        pairsPerRow: 2,
        facts: [
          { label: '매각대금', value: decimalWon(facts.gross) },
          { label: '예치 이자', value: formatWon(facts.interest) },
          { label: '입금 전에 낸 체납처분비', value: decimalWon(facts.costs) },
          { label: '거래소에 남은 원 미만', value: decimalWon(facts.residue) },
          { label: '배분할 금액', value: formatWon(facts.net) },
          { label: '체납자에게 돌려줄 금액', value: formatWon(facts.surplus) },
        ],
      },
      { kind: 'heading', text: '2. 배분 순위와 금액' },
      tableBlock<StatementLineFacts>(
        [
          { header: '순위', kind: 'text', weight: 0.6, value: ({ rank }) => String(rank) },
          { header: '구분', kind: 'text', weight: 1.7, value: ({ tier }) => TIER_TITLES[tier] },
          { header: '고지번호', kind: 'text', weight: 2.4, value: ({ noticeNumber }) => noticeNumber },
          { header: '세목', kind: 'text', weight: 1.6, value: ({ taxItem }) => taxItem },
          { header: '채권액(원)', kind: 'decimal', weight: 2, value: ({ claim }) => claim },
          { header: '배분액(원)', kind: 'decimal', weight: 2, value: ({ amount }) => amount },
          { header: '배분 이유', kind: 'text', weight: 4.6, value: ({ reason }) => reason },
        ],
        facts.lines,
        `배분액 합계 ${decimalWon(sum(facts.lines.map(({ amount }) => amount)))} (체납처분비 ${decimalWon(facts.costs)} 포함)`,
      ),
      {
        kind: 'note',
        text: '매각대금과 이자의 합계는 체납처분비, 거래소에 남은 원 미만, 체납액에 배분할 금액, 체납자에게 돌려줄 금액의 합계와 같습니다.',
      },
      { kind: 'legalBasis', provisions: ['「지방세징수법」 제4조·제97조·제99조·제101조', '「지방세징수법 시행규칙」 별지 제86호서식'] },
    ],
  };
}

function decimalWon(figure: string): string {
  return `${formatFigure(figure)}원`;
}

function sum(figures: readonly string[]): string {
  return figures.reduce((total, figure) => total.plus(figure), new Decimal(0)).toFixed();
}
