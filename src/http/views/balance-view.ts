import { z } from 'zod';
import { bookedBalances } from '../../custody/booked-balances.ts';
import type { Transaction } from '../../database/work.ts';
import { readVenueAccount } from '../../venue/account.ts';
import { decimalText, instantText, ledgerAssetCode } from '../schemas.ts';

/** What lies at an account by the ledger now, beside the last comparison with the exchange. */
export const latestBalanceAnswer = z
  .object({
    asset: ledgerAssetCode,
    ledgerQuantity: decimalText,
    underWayLess: decimalText.meta({ description: '진행 중인 일로 줄 수 있는 양', example: '0' }),
    underWayMore: decimalText.meta({ description: '진행 중인 일로 늘 수 있는 양', example: '0' }),
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
