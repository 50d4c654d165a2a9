import type { CoinTransfer } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import type { CoinAmount } from '../kernel/money.ts';
import { coinBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { accountPlace } from '../venue/ledger-asset.ts';

const FLOAT_EMPTY = 'gas_float_empty';

/**
 * Tells a person, once while nobody has seen it, that a network fee has used the city's float of an asset up. No exchange tells the
 * fee of a transfer before it is made, so the first that can be known is that nothing is left for the next one.
 */
export async function warnOfEmptyFloat(work: Work, { venueAccountId: accountId, asset }: CoinTransfer, fee: CoinAmount): Promise<void> {
  if (!fee.isPositive()) return;
  const left = await coinBalance(work.tx, { chart: CHART.gasFloat, place: accountPlace(accountId) }, asset);
  if (left.isPositive()) return;
  const about = { code: FLOAT_EMPTY, subject: `venue_account:${accountId}` };
  const known = await work.tx.alert.count({ where: { ...about, acknowledgedAt: null, facts: { path: ['asset'], equals: asset } } });
  if (known > 0) return;
  await raiseAlert(work, {
    ...about,
    severity: 'warning',
    text: `${asset} 네트워크 수수료 선급금이 바닥났습니다. 다음 반환 전에 시의 ${asset}를 이 계정에 입금하고, 미확인 입금에서 선급금으로 확정하십시오.`,
    facts: { accountId, asset, fee: fee.toString() },
  });
}
