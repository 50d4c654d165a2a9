import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import type { DrivenClock } from '../../src/kernel/clock.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { listVenueAccounts, type NewVenueAccount, registerVenueAccount, rotateVenueKey } from '../../src/venue/account.ts';
import { NEEDED_PERMISSIONS } from '../../src/venue/account-rules.ts';
import { checkDepositAddresses } from '../../src/venue/deposit-address.ts';
import { ExchangeDirectory } from '../../src/venue/exchange-directory.ts';
import { warnOfKeyExpiry } from '../../src/venue/key-expiry.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';

let database: Database;
let clock: DrivenClock;
let superuserUrl: string;
let exchange: PaperExchange;
let accounts = 0;

beforeAll(async () => {
  ({ database, clock, superuserUrl } = await createTestDatabase());
  await database.work(testActor, seedPolicy);
  exchange = await startPaperExchange({ clock });
});

afterAll(async () => {
  await exchange.stop();
});

/** A new city account at the paper exchange, and what registers it. */
async function paperAccount(change: Partial<NewVenueAccount> = {}): Promise<NewVenueAccount> {
  accounts += 1;
  const accessKey = `access-key-of-sample-city-${accounts}`;
  const secretKey = `secret-key-of-sample-city-${accounts}`;
  await exchange.operator.openCorporateAccount({ accountId: `city-${accounts}`, accessKey, secretKey });
  return {
    venueCode: 'upbit',
    label: `표본시 ${accounts}호 계정`,
    owner: '표본시',
    purpose: '압류한 가상자산의 수령과 매각',
    baseUrl: exchange.url,
    accessKey,
    secretKey,
    permissions: [...NEEDED_PERMISSIONS],
    paper: true,
    training: true,
    ...change,
  };
}

function register(account: NewVenueAccount): Promise<number> {
  return database.work(testActor, (work) => registerVenueAccount(work, testKeys, account));
}

async function markInstallation(kind: 'real' | 'demo'): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query('UPDATE installation SET kind = $1::installation_kind', [kind]);
  await client.end();
}

it('seals the key, shows no more than a hint of it, and speaks to the exchange with it', async () => {
  const account = await paperAccount();
  const id = await register(account);
  const row = await database.read.venueAccount.findUniqueOrThrow({ where: { id } });
  const stored = JSON.stringify(row, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  expect(stored).not.toContain(account.accessKey);
  expect(stored).not.toContain(account.secretKey);
  const views = await listVenueAccounts(database.read);
  expect(views.find((view) => view.id === id)).toMatchObject({ label: account.label, accessKeyHint: account.accessKey.slice(-4) });
  const events = await database.read.auditEvent.findMany({ where: { stream: `account:${id}` } });
  expect(events.map(({ action }) => action)).toEqual(['account.registered']);
  expect(events[0]?.payload).not.toContain(account.secretKey);
  const port = await new ExchangeDirectory({ database, keys: testKeys }).exchangeFor(id);
  expect(await port.balances()).toEqual([{ asset: 'KRW', free: '0', locked: '0' }]);
});

it('refuses a key that may withdraw, and stores nothing', async () => {
  const before = await database.read.venueAccount.count();
  const account = await paperAccount({ permissions: [...NEEDED_PERMISSIONS, 'withdraw'] });
  await expect(register(account)).rejects.toMatchObject({ code: 'KEY_MAY_WITHDRAW' });
  expect(await database.read.venueAccount.count()).toBe(before);
});

it('registers one key once, whatever it is called', async () => {
  const account = await paperAccount();
  await register(account);
  await expect(register({ ...account, label: '다른 이름' })).rejects.toMatchObject({ code: 'CONFLICT' });
});

it('refuses a live key in a demo, and an account whose database has become another kind', async () => {
  const live = await paperAccount({ baseUrl: 'https://api.upbit.com', paper: false, training: false });
  const id = await register(live);
  await markInstallation('demo');
  try {
    const another = await paperAccount({ baseUrl: 'https://api.upbit.com', paper: false, training: false });
    await expect(register(another)).rejects.toMatchObject({ code: 'LIVE_KEY_IN_DEMO' });
    await expect(new ExchangeDirectory({ database, keys: testKeys }).exchangeFor(id)).rejects.toMatchObject({ code: 'LIVE_KEY_IN_DEMO' });
    const paper = await register(await paperAccount({ training: false }));
    expect(paper).toBeGreaterThan(id);
  } finally {
    await markInstallation('real');
  }
});

it('opens an exchange once, and anew with a new key, whose predecessor is gone', async () => {
  const account = await paperAccount();
  const id = await register(account);
  const directory = new ExchangeDirectory({ database, keys: testKeys });
  const port = await directory.exchangeFor(id);
  expect(await directory.exchangeFor(id)).toBe(port);
  const before = await database.read.venueAccount.findUniqueOrThrow({ where: { id } });
  const fresh = await paperAccount();
  const key = { accessKey: fresh.accessKey, secretKey: fresh.secretKey, permissions: fresh.permissions };
  await database.work(testActor, (work) => rotateVenueKey(work, testKeys, { accountId: id, key }));
  const after = await database.read.venueAccount.findUniqueOrThrow({ where: { id } });
  expect(Buffer.from(after.secretKeyCipher).equals(Buffer.from(before.secretKeyCipher))).toBe(false);
  expect(await directory.exchangeFor(id)).not.toBe(port);
  const withdrawing = { ...key, permissions: [...NEEDED_PERMISSIONS, 'withdraw'] as const };
  const rotation = database.work(testActor, (work) =>
    rotateVenueKey(work, testKeys, { accountId: id, key: { ...withdrawing, permissions: [...withdrawing.permissions] } }),
  );
  await expect(rotation).rejects.toMatchObject({ code: 'KEY_MAY_WITHDRAW' });
});

it('warns once of a key that ends, and again of the next one', async () => {
  const id = await register(await paperAccount({ keyExpiresOn: '2026-02-05' }));
  const warn = (days: number) => database.work(testActor, (work) => warnOfKeyExpiry(work, id, days));
  expect(await warn(30)).toBe(false);
  clock.advanceBy(86_400_000);
  expect(await warn(30)).toBe(true);
  expect(await warn(30)).toBe(false);
  expect(await database.read.alert.count({ where: { code: 'venue_key_expires', subject: `venue_account:${id}` } })).toBe(1);
  const { accessKey, secretKey, permissions } = await paperAccount();
  const key = { accessKey, secretKey, permissions, keyExpiresOn: '2026-01-20' };
  await database.work(testActor, (work) => rotateVenueKey(work, testKeys, { accountId: id, key }));
  expect(await warn(30)).toBe(true);
});

it('keeps the addresses the exchange tells with the instant it told them, and knows one exchange account under two keys', async () => {
  const account = await paperAccount();
  const id = await register(account);
  const directory = new ExchangeDirectory({ database, keys: testKeys });
  const kept = () => database.read.venueDepositAddress.findMany({ where: { venueAccountId: id }, orderBy: { asset: 'asc' } });
  expect(await kept()).toEqual([]);
  const port = await directory.exchangeFor(id);
  const listed = await checkDepositAddresses(database, testActor, port, id);
  const ripple = listed.find(({ asset }) => asset === 'XRP');
  expect(ripple?.secondaryAddress).toMatch(/^\d+$/);
  const { asset, network, address, secondaryAddress } = ripple ?? {};
  expect(await kept()).toContainEqual(expect.objectContaining({ asset, network, address, secondaryAddress, checkedAt: clock.now() }));
  clock.advanceBy(1_000);
  await checkDepositAddresses(database, testActor, port, id);
  expect((await kept()).map(({ checkedAt }) => checkedAt)).toEqual(listed.map(() => clock.now()));

  const second = { accessKey: 'second-key-of-the-same-account', secretKey: 'second-secret-of-the-same-account' };
  await exchange.operator.openCorporateAccount({ accountId: `city-${accounts}`, ...second });
  const twin = await register({ ...account, ...second, label: '같은 계정의 두 번째 키' });
  const check = checkDepositAddresses(database, testActor, await directory.exchangeFor(twin), twin);
  await expect(check).rejects.toMatchObject({ code: 'EXCHANGE_ACCOUNT_TWICE', facts: { accounts: [id, twin] } });
  const alerts = await database.read.alert.findMany({ where: { code: 'venue_account_twice' } });
  expect(alerts).toMatchObject([{ severity: 'critical', subject: `venue_account:${twin}` }]);
});

it('believes an address that the exchange changed, and tells a person at once', async () => {
  const id = await register(await paperAccount());
  const port = await new ExchangeDirectory({ database, keys: testKeys }).exchangeFor(id);
  await checkDepositAddresses(database, testActor, port, id);
  const where = { venueAccountId_asset_network: { venueAccountId: id, asset: 'BTC', network: 'BTC' } };
  const real = await database.read.venueDepositAddress.findUniqueOrThrow({ where });
  await database.work(testActor, (work) => work.tx.venueDepositAddress.update({ where, data: { address: 'changed-by-somebody' } }));
  await checkDepositAddresses(database, testActor, port, id);
  expect((await database.read.venueDepositAddress.findUniqueOrThrow({ where })).address).toBe(real.address);
  const alerts = await database.read.alert.findMany({ where: { code: 'deposit_address_changed', subject: `venue_account:${id}` } });
  expect(alerts).toMatchObject([{ severity: 'critical', facts: { addresses: ['BTC/BTC'] } }]);
});
