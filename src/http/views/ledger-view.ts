import { z } from 'zod';
import type { Transaction } from '../../database/work.ts';
import { ledgerAssetCode } from '../schemas.ts';

/** A sub-account of the ledger as it stands: debits less credits. */
export const accountAnswer = z
  .object({
    chart: z.string().meta({ example: '1110' }),
    name: z.string().meta({ example: '보관 가상자산' }),
    asset: ledgerAssetCode,
    subject: z.string().meta({ example: 'holding:7' }),
    place: z.string().meta({ example: 'account:1' }),
    balance: z.string().meta({ description: '차변에서 대변을 뺀 값', example: '0.015' }),
  })
  .meta({ id: 'LedgerAccount', description: '장부의 계정' });
export type AccountAnswer = z.input<typeof accountAnswer>;

/** Sub-accounts of these subjects with a balance other than zero, in the order of the chart. */
export async function accountsOf(reader: Pick<Transaction, 'ledgerAccount'>, subjects: readonly string[]): Promise<AccountAnswer[]> {
  const accounts = await reader.ledgerAccount.findMany({
    where: { subject: { in: [...subjects] }, balance: { balance: { not: 0 } } },
    include: { chart: { select: { name: true } }, balance: { select: { balance: true } } },
    orderBy: [{ chartCode: 'asc' }, { asset: 'asc' }, { id: 'asc' }],
  });
  return accounts.map(({ chartCode, chart, asset, subject, place, balance }) => ({
    chart: chartCode,
    name: chart.name,
    asset,
    subject,
    place,
    balance: balance?.balance.toFixed() ?? '0',
  }));
}
