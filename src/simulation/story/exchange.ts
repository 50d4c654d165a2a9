import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { VenueCode } from '../../exchange/port.ts';
import { VENUES } from '../../venue/venue-directory.ts';
import type { PlayedVenue } from '../installation.ts';
import type { Office, Official } from '../office.ts';
import type { SampleTaxpayer } from '../sample/city.ts';
import { identityOf } from './intake.ts';
import type { StageVenue } from './stage.ts';

const CITY_ACCOUNT = 'sample-city';
/** View and trade; a key that could withdraw would be refused. */
const KEY_PERMISSIONS = ['view_assets', 'view_orders', 'trade', 'view_deposits', 'view_withdrawals'] as const;

/** The secret of a key as an exchange hands it out: GOPAX signs with what base64 stands for. */
function newSecret(venue: VenueCode): string {
  return venue === 'gopax' ? randomBytes(48).toString('base64') : randomBytes(20).toString('hex');
}

/** The city's account at a paper exchange, with a key that can look and trade and nothing else. */
export async function registerAccount(office: Office, { code, exchange }: PlayedVenue, administrator: Official): Promise<StageVenue> {
  const accessKey = randomBytes(20).toString('hex');
  const secretKey = newSecret(code);
  await exchange.operator.openCorporateAccount({ accountId: CITY_ACCOUNT, accessKey, secretKey });
  const registered = await office.post(
    '/venue-accounts',
    {
      venueCode: code,
      label: `표본시 ${VENUES[code].title} 연습 계정`,
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
  return { code, exchange, venueAccountId: z.object({ accountId: z.int() }).parse(registered).accountId, cityAccountId: CITY_ACCOUNT };
}

/** The accounts of an exchange's customers among the sample persons, frozen where a seizure of years ago holds them. */
export async function openCustomers({ code, exchange }: PlayedVenue, city: readonly SampleTaxpayer[]): Promise<void> {
  for (const taxpayer of city.filter(({ venueCode }) => venueCode === code)) {
    const { accountId, holdings, oldSeizure } = taxpayer;
    await exchange.operator.openAccount({ accountId, identity: identityOf(taxpayer) });
    for (const { asset, quantity } of holdings) {
      await exchange.operator.depositFromChain({ accountId, asset, quantity: quantity.toString(), confirmationSeconds: 0 });
    }
    if (oldSeizure !== undefined) await exchange.operator.setFrozen({ accountId, frozen: true });
  }
}
