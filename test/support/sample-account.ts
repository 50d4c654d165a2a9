import type { Database } from '../../src/database/work.ts';
import { type NewVenueAccount, registerVenueAccount } from '../../src/venue/account.ts';
import { NEEDED_PERMISSIONS } from '../../src/venue/account-rules.ts';
import { testActor } from './database.ts';
import { testKeys } from './test-keys.ts';

/**
 * An account of the sample city, for training, at a paper exchange. Where nobody speaks to the exchange, its address leads nowhere and
 * its keys open nothing. Answers the account's id.
 */
export function registerSampleAccount(
  database: Database,
  facts: Partial<Pick<NewVenueAccount, 'label' | 'baseUrl' | 'accessKey' | 'secretKey'>> = {},
): Promise<number> {
  return database.work(testActor, (work) =>
    registerVenueAccount(work, testKeys, {
      venueCode: 'upbit',
      label: '표본시 1호 계정',
      owner: '표본시',
      purpose: '압류한 가상자산의 수령과 매각',
      baseUrl: 'http://127.0.0.1:9',
      accessKey: 'access-key-of-the-sample-city',
      secretKey: 'secret-key-of-the-sample-city',
      permissions: [...NEEDED_PERMISSIONS],
      paper: true,
      training: true,
      ...facts,
    }),
  );
}
