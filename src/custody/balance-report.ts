import type { ExplanationKind } from '../database/generated/enums.ts';
import type { Transaction } from '../database/work.ts';
import { dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CHART, type ChartCode } from '../ledger/chart.ts';
import { readVenueAccount } from '../venue/account.ts';
import { accountPlace } from '../venue/ledger-asset.ts';
import { AT_VENUE } from './booked-balances.ts';

/** The last comparison with the venue at or before an instant. */
export interface ReadingBefore {
  readonly readAt: Date;
  readonly venueQuantity: string;
  readonly ledgerQuantity: string;
  readonly agrees: boolean;
  readonly breaksInRow: number;
}

/** A difference that two officials explained, as the report's own line. */
export interface ExplainedLine {
  readonly kind: ExplanationKind;
  /** Below zero for a shortage. */
  readonly quantity: string;
  readonly reference: string;
  readonly occurredOn: string;
}

/** What lay at an account of one asset at a past instant. Plain decimals. */
export interface BalanceAt {
  readonly asset: string;
  /** By what was booked until the instant: what we knew then. */
  readonly bookedQuantity: string;
  /** By what counts until its day, whenever it was booked: what we know of that day now. */
  readonly postedQuantity: string;
  readonly parts: readonly { readonly chart: ChartCode; readonly quantity: string }[];
  readonly explained: readonly ExplainedLine[];
  readonly reading: ReadingBefore | undefined;
}

interface PartRow {
  asset: string;
  chart: string;
  booked: string;
  posted: string;
}

/**
 * The balances of an account as of an instant, from the ledger's lines: by the clock at which each was booked, and by the day on which it
 * counts; with the last comparison with the venue before it, and what was explained until then. Errors: `INPUT_INVALID` for an instant that
 * is still to come, `NOT_FOUND`.
 */
export async function balancesAsOf(
  reader: Pick<Transaction, '$queryRaw' | 'venueAccount' | 'balanceReading' | 'balanceExplanation'>,
  { accountId, instant, now }: { readonly accountId: number; readonly instant: Date; readonly now: Date },
): Promise<BalanceAt[]> {
  if (instant > now) throw new CheongsanError('INPUT_INVALID', `${instant.toISOString()} is still to come; there is no balance of it.`);
  await readVenueAccount(reader, accountId);
  const parts = await partsAt(reader, accountId, instant);
  const readings = await reader.balanceReading.findMany({
    where: { venueAccountId: accountId, readAt: { lte: instant } },
    distinct: ['asset'],
    orderBy: [{ asset: 'asc' }, { id: 'desc' }],
  });
  const explained = await reader.balanceExplanation.findMany({
    where: { venueAccountId: accountId, state: 'booked', endedAt: { lte: instant } },
    orderBy: { id: 'asc' },
  });
  const assets = [...new Set([...parts.map(({ asset }) => asset), ...readings.map(({ asset }) => asset)])].sort();
  return assets.map((asset) => {
    const of = parts.filter((part) => part.asset === asset);
    const reading = readings.find((each) => each.asset === asset);
    return {
      asset,
      bookedQuantity: of.find(({ chart }) => chart === TOTAL)?.booked ?? '0',
      postedQuantity: of.find(({ chart }) => chart === TOTAL)?.posted ?? '0',
      parts: AT_VENUE.flatMap((chart) => {
        const quantity = of.find((part) => part.chart === chart)?.booked ?? '0';
        return quantity === '0' ? [] : [{ chart, quantity }];
      }),
      explained: explained
        .filter((each) => each.asset === asset)
        .map(({ kind, side, quantity, reference, occurredOn }) => ({
          kind,
          quantity: side === 'excess' ? quantity.toFixed() : quantity.negated().toFixed(),
          reference,
          occurredOn: dayFromColumn(occurredOn),
        })),
      reading:
        reading === undefined
          ? undefined
          : {
              readAt: reading.readAt,
              venueQuantity: reading.venueQuantity.toFixed(),
              ledgerQuantity: reading.ledgerQuantity.toFixed(),
              agrees: reading.agrees,
              breaksInRow: reading.breaksInRow,
            },
    };
  });
}

const TOTAL = 'all';

/** By asset and chart code, and over all codes. */
function partsAt(reader: Pick<Transaction, '$queryRaw'>, accountId: number, instant: Date): Promise<PartRow[]> {
  return reader.$queryRaw<PartRow[]>`
    SELECT a.asset, coalesce(a.chart_code, ${TOTAL}) AS chart,
           trim_scale(coalesce(sum(l.amount) FILTER (WHERE e.booked_at <= ${instant}), 0))::text AS booked,
           trim_scale(coalesce(sum(l.amount) FILTER (WHERE e.posted_on <= ${dayToColumn(seoulDay(instant))}::date), 0))::text AS posted
      FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id JOIN ledger_entry e ON e.id = l.entry_id
     WHERE a.place = ${accountPlace(accountId)} AND a.chart_code = ANY (${[...AT_VENUE]})
     GROUP BY GROUPING SETS ((a.asset, a.chart_code), (a.asset)) ORDER BY a.asset, 2`;
}

/** What each code of the chart is called in a report of balances. */
export const BALANCE_PARTS: Readonly<Record<(typeof AT_VENUE)[number], string>> = {
  [CHART.coinsHeld]: '보관',
  [CHART.coinsOnOrder]: '주문 중',
  [CHART.coinsInTransit]: '이동 중',
  [CHART.coinsUnidentified]: '미확인 입금',
  [CHART.gasFloat]: '시의 수수료 선급금',
  [CHART.unexplained]: '원인불명 차이',
  [CHART.venueWonHeld]: '매각 대금',
  [CHART.venueWonUnidentified]: '미확인 원화',
  [CHART.venueWonResidue]: '1원 미만 잔여',
  [CHART.ownVenueWon]: '시의 원화',
};
