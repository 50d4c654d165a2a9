import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { PaperExchange } from '../../paper-exchange/server.ts';
import type { Office, Official } from '../office.ts';
import type { SampleTaxpayer } from '../sample/city.ts';
import { identityOf } from './intake.ts';

const CITY_ACCOUNT = 'sample-city';
/** View and trade; a key that could withdraw would be refused. */
const KEY_PERMISSIONS = ['view_assets', 'view_orders', 'trade', 'view_deposits', 'view_withdrawals'] as const;

/** The city's account at the paper exchange, with a key that can look and trade and nothing else. */
export async function registerAccount(office: Office, exchange: PaperExchange, administrator: Official) {
  const accessKey = randomBytes(20).toString('hex');
  const secretKey = randomBytes(20).toString('hex');
  await exchange.operator.openCorporateAccount({ accountId: CITY_ACCOUNT, accessKey, secretKey });
  const registered = await office.post(
    '/venue-accounts',
    {
      venueCode: 'upbit',
      label: '표본시 연습 계정',
      owner: '표본시',
      purpose: '압류한 가상자산의 수령과 매각',
      baseUrl: exchange.url,
      paper: true,
      accessKey,
      secretKey,
      permissions: KEY_PERMISSIONS,
    },
    administrator,
  );
  return { venueAccountId: z.object({ accountId: z.int() }).parse(registered).accountId, cityAccountId: CITY_ACCOUNT };
}

/** Every sample person's account, frozen where a seizure of years ago holds it. */
export async function openCustomers(exchange: PaperExchange, city: readonly SampleTaxpayer[]): Promise<void> {
  for (const taxpayer of city) {
    const { accountId, holdings, oldSeizure } = taxpayer;
    await exchange.operator.openAccount({ accountId, identity: identityOf(taxpayer) });
    for (const { asset, quantity } of holdings) {
      await exchange.operator.depositFromChain({ accountId, asset, quantity: quantity.toString(), confirmationSeconds: 0 });
    }
    if (oldSeizure !== undefined) await exchange.operator.setFrozen({ accountId, frozen: true });
  }
}
