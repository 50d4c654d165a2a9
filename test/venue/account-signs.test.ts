import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDeposits } from '../../src/custody/deposits.ts';
import type { Database } from '../../src/database/work.ts';
import type { VenueCode } from '../../src/exchange/port.ts';
import type { DrivenClock } from '../../src/kernel/clock.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { registerVenueAccount, rotateVenueKey } from '../../src/venue/account.ts';
import { NEEDED_PERMISSIONS } from '../../src/venue/account-rules.ts';
import { ExchangeDirectory } from '../../src/venue/exchange-directory.ts';
import { nextRowId } from '../../src/venue/next-row-id.ts';
import { EXCESS_DEPOSIT, EXPLAINED_DEPOSIT } from '../../src/venue/own-deposit.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { testKeys } from '../support/test-keys.ts';

/* One account of an exchange stands in the books once. */

let database: Database;
let clock: DrivenClock;
let exchanges: ExchangeDirectory;
const opened = new Map<string, PaperExchange>();
let keys = 0;

beforeAll(async () => {
  ({ database, clock } = await createTestDatabase());
  await database.work(testActor, seedPolicy);
  exchanges = new ExchangeDirectory({ database, keys: testKeys });
  for (const venue of ['coinone', 'gopax'] as const) opened.set(venue, await startPaperExchange({ venue, clock }));
});

afterAll(async () => {
  for (const exchange of opened.values()) await exchange.stop();
});

function at(venue: VenueCode): PaperExchange {
  const exchange = opened.get(venue);
  if (exchange === undefined) throw new Error(`No ${venue} was started.`);
  return exchange;
}

/** Another key of an account at the exchange. */
async function keyOf(venue: VenueCode, city: string) {
  keys += 1;
  const key = { accessKey: `access-key-number-${keys}`, secretKey: `secret-key-number-${keys}`, permissions: [...NEEDED_PERMISSIONS] };
  await at(venue).operator.openCorporateAccount({ accountId: city, accessKey: key.accessKey, secretKey: key.secretKey });
  return key;
}

async function register(venue: VenueCode, city: string, { isAsked = true } = {}): Promise<number> {
  const place = { venueCode: venue, baseUrl: at(venue).url, paper: true, training: true };
  const facts = { label: `${venue} ${keys}`, owner: '표본시', purpose: '압류한 가상자산의 수령과 매각' };
  const account = { ...place, ...facts, ...(await keyOf(venue, city)) };
  const proof = isAsked ? await exchanges.proveKey(account) : undefined;
  return database.work(testActor, (work) => registerVenueAccount(work, testKeys, account, proof));
}

async function rotate(venue: VenueCode, accountId: number, city: string): Promise<void> {
  const key = await keyOf(venue, city);
  const proof = await exchanges.proveKey({ venueCode: venue, baseUrl: at(venue).url, paper: true, training: true, ...key });
  await database.work(testActor, (work) => rotateVenueKey(work, testKeys, { accountId, key, proof }));
}

async function receive(venue: VenueCode, city: string): Promise<void> {
  await at(venue).operator.depositFromChain({ accountId: city, asset: 'BTC', quantity: '0.5', confirmationSeconds: 0 });
  clock.advanceBy(5_000);
}

async function readAgain(accountId: number): Promise<number> {
  return (await readDeposits(database, await exchanges.exchangeFor(accountId), accountId)).recorded;
}

it('an account whose addresses the exchange tells is known by them from its registration on', async () => {
  const first = await register('coinone', 'city-a');
  await expect(register('coinone', 'city-a')).rejects.toMatchObject({ code: 'EXCHANGE_ACCOUNT_TWICE', facts: { accounts: [first] } });
  const other = await register('coinone', 'city-b');
  await rotate('coinone', first, 'city-a');
  await expect(rotate('coinone', first, 'city-b')).rejects.toMatchObject({
    code: 'EXCHANGE_ACCOUNT_TWICE',
    facts: { accounts: [other, first] },
  });
  await expect(rotate('coinone', first, 'city-c')).rejects.toMatchObject({ code: 'KEY_OF_ANOTHER_ACCOUNT' });
});

it('where the exchange tells no address, it is known by what came and went, however long ago', async () => {
  const first = await register('gopax', 'city-a');
  await rotate('gopax', first, 'city-a');
  await receive('gopax', 'city-a');
  expect(await readAgain(first)).toBe(1);
  clock.advanceBy(60 * 86_400_000);
  await expect(register('gopax', 'city-a')).rejects.toMatchObject({ code: 'EXCHANGE_ACCOUNT_TWICE' });
  await expect(rotate('gopax', first, 'city-b')).rejects.toMatchObject({ code: 'KEY_OF_ANOTHER_ACCOUNT' });
  await rotate('gopax', first, 'city-a');
});

it('a second row that shows itself only when something comes books none of it, and a person is told', async () => {
  const first = await register('gopax', 'city-d');
  const twin = await register('gopax', 'city-d', { isAsked: false });
  await receive('gopax', 'city-d');
  expect(await readAgain(first)).toBe(1);
  await expect(readAgain(twin)).rejects.toMatchObject({ code: 'EXCHANGE_ACCOUNT_TWICE', facts: { accounts: [first, twin] } });
  await expect(readAgain(twin)).rejects.toMatchObject({ code: 'EXCHANGE_ACCOUNT_TWICE' });
  expect(await database.read.venueDeposit.count({ where: { venueAccountId: twin } })).toBe(0);
  const alerts = await database.read.alert.findMany({ where: { code: 'venue_account_twice' } });
  expect(alerts).toMatchObject([{ severity: 'critical', subject: `venue_account:${twin}`, facts: { accounts: [first, twin] } }]);
  expect(await brokenInvariants(database)).toEqual([]);

  const { id, ...row } = await database.read.venueDeposit.findFirstOrThrow({ where: { venueAccountId: first } });
  const copy = (change: object) =>
    database.work(testActor, ({ tx }) => tx.venueDeposit.create({ data: { ...row, venueAccountId: twin, ...change } }));
  const copies = [await copy({}), await copy({ depositId: 'of-its-own' })];
  const broken = (await brokenInvariants(database)).find((text) => text.startsWith('deposit_is_of_one_account'));
  for (const { id: copied } of copies) expect(broken).toContain(`venue_deposit:${copied}`);
  expect(broken).not.toContain(`venue_deposit:${id},`);
});

it('what officials put into the books themselves says nothing of which account it is', async () => {
  const account = await register('gopax', 'city-e');
  await database.work(testActor, async (work) => {
    for (const own of [EXCESS_DEPOSIT, EXPLAINED_DEPOSIT]) {
      const id = await nextRowId(work.tx, 'venue_deposit');
      const found = { asset: 'BTC', quantity: '1', route: 'unknown', creditedAt: work.at, recordedAt: work.at } as const;
      const state = { state: 'unidentified', matchedQuantity: 0, reasons: ['not_demanded'], ledgerEntryId: 0n } as const;
      const data = { id, venueAccountId: account, depositId: `${own}sample`, ...found, ...state, reasons: [...state.reasons] };
      await work.tx.venueDeposit.create({ data });
    }
  });
  await rotate('gopax', account, 'city-e');
});
