import { z } from 'zod';
import { bookedBalances } from '../../custody/booked-balances.ts';
import type { Transaction } from '../../database/work.ts';
import { balances } from '../../ledger/balance.ts';
import { CHART, type ChartCode } from '../../ledger/chart.ts';
import { readVenueAccount } from '../../venue/account.ts';
import { accountPlace } from '../../venue/ledger-asset.ts';
import { decimalText, instantText, ledgerAssetCode } from '../schemas.ts';

/** What lies at an account by the ledger now, beside the last comparison with the exchange. */
export const latestBalanceAnswer = z
  .object({
    asset: ledgerAssetCode,
    ledgerQuantity: decimalText,
    underWayLess: decimalText.meta({ description: '진행 중인 일로 줄 수 있는 양', example: '0' }),
    underWayMore: decimalText.meta({ description: '진행 중인 일로 늘 수 있는 양', example: '0' }),
    gasFloat: decimalText.meta({ description: '그중 네트워크 수수료를 낼 시의 선급금', example: '0' }),
    unexplained: decimalText.meta({ description: '원인불명 차이 (음수이면 장부보다 모자람, 0이 아니면 동결을 풀 수 없음)', example: '0' }),
    reading: z
      .object({
        readAt: instantText,
        venueQuantity: decimalText,
        ledgerQuantity: decimalText,
        agrees: z.boolean(),
        breaksInRow: z.int().meta({ example: 0 }),
      })
      .nullable()
      .meta({ description: '거래소 잔액과 마지막으로 대조한 결과' }),
  })
  .meta({ id: 'AccountBalance', description: '계정의 잔액' });

/** Error: `NOT_FOUND`. */
export async function balancesOfAccount(reader: Transaction, accountId: number): Promise<z.input<typeof latestBalanceAnswer>[]> {
  const { venueCode } = await readVenueAccount(reader, accountId);
  const booked = await bookedBalances(reader, accountId, venueCode);
  const readings = await reader.balanceReading.findMany({
    where: { venueAccountId: accountId },
    distinct: ['asset'],
    orderBy: [{ asset: 'asc' }, { id: 'desc' }],
  });
  const place = accountPlace(accountId);
  const standings = [
    ...(await balances(reader, { chart: CHART.gasFloat, place })),
    ...(await balances(reader, { chart: CHART.unexplained, place })),
  ];
  const standing = (chart: ChartCode, asset: string): string =>
    standings.find((each) => each.chart === chart && each.asset === asset)?.balance ?? '0';
  const readingOf = new Map(readings.map((reading) => [reading.asset, reading]));
  const assets = [...new Set([...booked.keys(), ...readingOf.keys()])].sort();
  return assets.map((asset) => {
    const balance = booked.get(asset);
    const reading = readingOf.get(asset);
    return {
      asset,
      ledgerQuantity: balance?.quantity.toFixed() ?? '0',
      underWayLess: balance?.less.toFixed() ?? '0',
      underWayMore: balance?.more.toFixed() ?? '0',
      gasFloat: standing(CHART.gasFloat, asset),
      unexplained: standing(CHART.unexplained, asset),
      reading:
        reading === undefined
          ? null
          : {
              readAt: reading.readAt.toISOString(),
              venueQuantity: reading.venueQuantity.toFixed(),
              ledgerQuantity: reading.ledgerQuantity.toFixed(),
              agrees: reading.agrees,
              breaksInRow: reading.breaksInRow,
            },
    };
  });
}
