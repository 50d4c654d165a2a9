import { afterAll, beforeAll, expect, it } from 'vitest';
import { confirmDepositAddress } from '../../src/custody/deposit-address-confirmation.ts';
import { matchDeposit } from '../../src/custody/deposit-decision.ts';
import { judgeDeposit } from '../../src/custody/deposit-rules.ts';
import { readDeposits } from '../../src/custody/deposits.ts';
import { uncreditedDeposits } from '../../src/custody/pending-deposit.ts';
import { receiptsOfCase } from '../../src/custody/receipt-view.ts';
import {
  adoptTravelRule,
  adoptTravelRulesAt,
  adoptTravelRulesOf,
  recordTravelRule,
  viewTravelRule,
} from '../../src/custody/travel-rule.ts';
import { askRecovery, endRecovery } from '../../src/custody/venue-recovery.ts';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { CoinAmount, Price, Rate, Won } from '../../src/kernel/money.ts';
import { erasePerson } from '../../src/person/erase.ts';
import { checkDepositAddresses } from '../../src/venue/deposit-address.ts';
import { judgedAddresses, shownAddresses } from '../../src/venue/shown-address.ts';
import { testQuantity } from '../../src/venue/source-proof.ts';
import { createOfficial, type Official } from '../identity/officials.ts';
import { testActor } from '../support/database.ts';
import { registerSampleAccount } from '../support/sample-account.ts';
import { testKeys } from '../support/test-keys.ts';
import { CITY, type Custody, demandHolding, depositRow, endCustody, later, moveToCity, startCustody } from './custody-fixture.ts';

let custody: Custody;
let second: Official;

beforeAll(async () => {
  custody = await startCustody();
  second = await createOfficial(custody.database, 'second', ['collection_officer']);
});

afterAll(() => endCustody(custody));

function read(port: ExchangePort = custody.port): Promise<unknown> {
  return readDeposits(custody.database, port, custody.accountId);
}

/** The exchange, with another answer to one question. */
function answering(question: 'markets' | 'deposits', answer: unknown): ExchangePort {
  return new Proxy(custody.port, {
    get: (port, name) => {
      if (name === question) return async () => answer;
      const member: unknown = Reflect.get(port, name);
      return typeof member === 'function' ? member.bind(port) : member;
    },
  });
}

function work<T>(act: Parameters<typeof custody.database.work<T>>[1], by: Official = custody.officer): Promise<T> {
  return custody.database.work(by.actor, act);
}

/** An account at an exchange of which nothing is asked in these tests. */
async function accountAt(venueCode: 'coinone' | 'gopax', paper: boolean): Promise<number> {
  const id = await registerSampleAccount(custody.database, {
    baseUrl: 'http://127.0.0.1:9',
    accessKey: `access-key-at-${venueCode}`,
    secretKey: `secret-key-at-${venueCode}`,
    label: `표본시 ${venueCode}`,
  });
  await custody.database.work(testActor, ({ tx }) =>
    tx.venueAccount.update({ where: { id }, data: { venueCode, paper, training: paper } }),
  );
  return id;
}

const TELLING = { tellsDepositAddresses: true } as const;
const ADDRESS = '1BoatSLRHtKNngkdXEeobR76b53LETtpyT';

it('an address whose network the exchange does not name is shown once an official read the network at its site', async () => {
  const accountId = await accountAt('coinone', false);
  const told = { asset: 'BTC', network: 'untold', address: ADDRESS, secondaryAddress: undefined };
  const port = { venue: 'coinone', depositAddresses: async () => [told] } as const;
  await checkDepositAddresses(custody.database, testActor, port, accountId);
  const judged = () => judgedAddresses(custody.database.read, { accountId, at: custody.clock.now() });
  expect(await judged()).toMatchObject([{ network: 'untold', withheld: 'network_untold' }]);
  const confirm = (address: string, network = 'BTC') =>
    work((unit) => confirmDepositAddress(unit, TELLING, { accountId, asset: 'BTC', network, address, reason: '거래소 화면 대조' }));
  await expect(confirm(`${ADDRESS.slice(0, -1)}X`)).rejects.toMatchObject({ code: 'ADDRESS_CHECKSUM_WRONG' });
  await expect(confirm(ADDRESS, 'TRX')).rejects.toMatchObject({ code: 'ADDRESS_NETWORK_WRONG' });
  await expect(confirm('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa')).rejects.toMatchObject({ code: 'DEPOSIT_ADDRESS_DIFFERS' });
  expect(await judged()).toMatchObject([{ withheld: 'network_untold' }]);
  expect(await confirm(ADDRESS)).toEqual({ isConfirmed: true });
  expect(await judged()).toMatchObject([{ network: 'BTC', address: ADDRESS, withheld: undefined }]);
  later(custody, 61 * 60);
  expect(await judged()).toMatchObject([{ withheld: 'stale' }]);
});

it('where the exchange tells no address two officials read it at its site, and look again in time', async () => {
  const accountId = await accountAt('gopax', false);
  const shown = () => shownAddresses(custody.database.read, { accountId, at: custody.clock.now() });
  const site = { asset: 'BTC', network: 'BTC', reason: '거래소 화면 대조' };
  const enter = (by: Official, address = ADDRESS) =>
    work((unit) => confirmDepositAddress(unit, { tellsDepositAddresses: false }, { ...site, accountId, address }), by);
  expect(await enter(custody.officer)).toEqual({ isConfirmed: false });
  await expect(enter(custody.officer)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await shown()).toEqual([]);
  expect(await enter(second)).toEqual({ isConfirmed: true });
  expect(await shown()).toMatchObject([{ address: ADDRESS, network: 'BTC' }]);
  later(custody, 25 * 3_600);
  expect(await shown()).toEqual([]);
  expect(await enter(custody.officer)).toEqual({ isConfirmed: true });
  expect(await shown()).toHaveLength(1);
  expect(await enter(second, '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa')).toEqual({ isConfirmed: false });
  expect(await shown()).toEqual([]);
  const upbit = { accountId: custody.accountId, asset: 'BTC', network: 'DOGE', address: 'x', reason: '거래소 화면 대조' };
  await expect(work((unit) => confirmDepositAddress(unit, TELLING, upbit))).rejects.toMatchObject({ code: 'DEPOSIT_ADDRESS_DIFFERS' });
});

it('an asset without a won market at the exchange is told so', async () => {
  const known = answering('markets', [{ asset: 'BTC', symbol: 'KRW-BTC', flags: [] }]);
  const coin = { accountId: CITY, asset: 'AQT', quantity: '3', confirmationSeconds: 0 };
  const { transferId } = await custody.exchange.operator.depositFromChain(coin);
  await read(known);
  expect((await depositRow(custody, transferId)).reasons).toEqual(expect.arrayContaining(['unlisted_asset', 'not_demanded']));
});

it('a way that the exchange does not tell is treated as a chain where a network is named', () => {
  const deposit = { accountId: 1, quantity: CoinAmount.of('ETH', '1'), creditedOn: civilDate('2026-01-05'), isListed: undefined };
  const reasons = (route: string, network: string | undefined) =>
    judgeDeposit({ ...deposit, route, network }, undefined, [], ['ETH']).reasons;
  expect(reasons('unknown', 'BSC')).toEqual(['wrong_network', 'not_demanded']);
  expect(reasons('unknown', undefined)).toEqual(['not_demanded']);
  expect(reasons('on_chain', undefined)).toEqual(['wrong_network', 'not_demanded']);
  expect(reasons('internal', 'BSC')).toEqual(['not_demanded']);
});

it('a deposit that the exchange refuses is shown with what to do and told to a person once', async () => {
  const refused = {
    depositId: 'refused-1',
    asset: 'ETH',
    quantity: '2',
    network: 'ETH',
    transactionId: '0xAB',
    route: 'on_chain',
    state: 'refused',
    statusWord: 'TRAVEL_RULE_SUSPECTED',
    createdAt: custody.clock.now(),
    creditedAt: undefined,
    confirmations: 70,
  } as const;
  const refusing = answering('deposits', [refused]);
  await read(refusing);
  later(custody, 60);
  await read(refusing);
  const now = custody.clock.now();
  const shown = await uncreditedDeposits(custody.database.read, { now, refusedSince: new Date(0) });
  expect(shown).toMatchObject([{ state: 'refused', statusWord: 'TRAVEL_RULE_SUSPECTED', confirmations: 70, required: 64 }]);
  expect(await custody.database.read.alert.count({ where: { code: 'deposit_refused' } })).toBe(1);
});

it('the exchange is asked for what reached it and not the account, and the outcome names the deposit it became', async () => {
  const holding = await demandHolding(custody, 'SOL', '10');
  later(custody, 30 * 86_400);
  const [late] = await receiptsOfCase(custody.database.read, holding.caseId, custody.clock.now());
  expect(late?.resolutions).toContain('venue_recovery');
  const asked = {
    accountId: custody.accountId,
    holdingId: holding.holdingId,
    quantity: CoinAmount.of('SOL', '10'),
    network: 'BSC',
    transactionId: '0xLOST',
    cause: 'wrong_network',
    reference: '징수과-2026-0001',
    reason: '다른 네트워크로 보냄',
    askedOn: civilDate('2026-01-10'),
  } as const;
  const recoveryId = await work((unit) => askRecovery(unit, asked));
  await expect(work((unit) => askRecovery(unit, asked))).rejects.toMatchObject({ code: 'CONFLICT' });
  const { depositId, transactionId } = await moveToCity(custody, holding.source, 'SOL', '9.5');
  later(custody, 61);
  await read();
  await expect(work((unit) => askRecovery(unit, { ...asked, transactionId }))).rejects.toMatchObject({ code: 'CONFLICT' });
  const row = await depositRow(custody, depositId);
  const end = (fee: CoinAmount) => {
    const outcome = { kind: 'recovered', depositRowId: row.id, fee } as const;
    return work((unit) => endRecovery(unit, { recoveryId, outcome, reason: '수수료를 빼고 복구됨' }));
  };
  await expect(end(CoinAmount.of('SOL', '0.6'))).rejects.toMatchObject({ code: 'CONFLICT' });
  await end(CoinAmount.of('SOL', '0.5'));
  await expect(end(CoinAmount.of('SOL', '0.5'))).rejects.toMatchObject({ code: 'CONFLICT' });
  const kept = await custody.database.read.venueRecovery.findUniqueOrThrow({ where: { id: recoveryId } });
  expect({ state: kept.state, deposit: kept.depositRowId, fee: kept.feeQuantity?.toFixed() }).toEqual({
    state: 'recovered',
    deposit: row.id,
    fee: '0.5',
  });
});

it('names under the travel rule are sealed, shown for a purpose, go with their person, and stand in no record', async () => {
  const holding = await demandHolding(custody, 'ADA', '40');
  const { depositId } = await moveToCity(custody, holding.source, 'ADA', '40');
  later(custody, 61);
  await read();
  const { id: depositRowId } = await depositRow(custody, depositId);
  const secret = { originatorName: '표본-보낸이', beneficiaryName: '표본-받는이', reference: 'TR-2026-0001' };
  await work((unit) => recordTravelRule(unit, testKeys, { depositRowId, originatorVasp: '표본거래소', ...secret }));
  const stored = () => custody.database.read.travelRuleRecord.findFirstOrThrow({ where: { depositRowId } });
  const before = await stored();
  expect(before.personId).toBeNull();
  const view = () => work((unit) => viewTravelRule(unit, testKeys, { depositRowId, purpose: 'deposit.check' }));
  expect(await view()).toEqual({ originatorVasp: '표본거래소', ...secret });

  const decision = { depositRowId, holdingId: holding.holdingId, reason: '거래소 담당자와 통화하여 확인' };
  await work(async (unit) => {
    await matchDeposit(unit, decision);
    await adoptTravelRule(unit, testKeys, depositRowId);
  });
  const { personId } = await custody.database.read.seizureCase.findUniqueOrThrow({ where: { id: holding.caseId } });
  expect((await stored()).personId).toBe(personId);
  expect((await stored()).detailsDigest).not.toBe(before.detailsDigest);
  expect(await view()).toEqual({ originatorVasp: '표본거래소', ...secret });
  const events = await custody.database.read.auditEvent.findMany({ where: { action: { startsWith: 'travel_rule.' } } });
  expect(events.map(({ action }) => action)).toEqual(['travel_rule.recorded', 'travel_rule.viewed', 'travel_rule.viewed']);
  for (const text of Object.values(secret))
    expect(JSON.stringify(events, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))).not.toContain(text);
  await work((unit) => erasePerson(unit, personId, 'case.closed'));
  await expect(view()).rejects.toMatchObject({ code: 'PERSON_ERASED' });
});

it('names of a deposit that was nobody’s go under its owner’s key when it finds him by itself, and before he is erased', async () => {
  const names = { originatorVasp: '표본거래소', originatorName: '표본-보낸이', beneficiaryName: '표본-받는이', reference: 'TR-2' };
  for (const by of ['tending', 'erasure'] as const) {
    const holding = await demandHolding(custody, 'DOGE', '500');
    const { depositId } = await moveToCity(custody, holding.source, 'DOGE', '500');
    later(custody, 61);
    await read();
    const { id: depositRowId } = await depositRow(custody, depositId);
    await work((unit) => recordTravelRule(unit, testKeys, { depositRowId, ...names }));
    const { personId } = await custody.database.read.seizureCase.findUniqueOrThrow({ where: { id: holding.caseId } });
    const owner = async () => (await custody.database.read.travelRuleRecord.findFirstOrThrow({ where: { depositRowId } })).personId;
    const adopt = () => adoptTravelRulesAt(custody.database, testKeys, custody.accountId);
    await adopt();
    expect(await owner()).toBeNull();
    await work((unit) => matchDeposit(unit, { depositRowId, holdingId: holding.holdingId, reason: '거래소 확인' }));
    if (by === 'tending') await adopt();
    else await work((unit) => adoptTravelRulesOf(unit, testKeys, personId));
    expect(await owner()).toBe(personId);
    await work((unit) => erasePerson(unit, personId, 'case.closed'));
    await adopt();
    const view = work((unit) => viewTravelRule(unit, testKeys, { depositRowId, purpose: 'deposit.check' }));
    await expect(view).rejects.toMatchObject({ code: 'PERSON_ERASED' });
  }
});

it('a test is what the city fixed, else what its won are worth, else a share, and never the whole', () => {
  const terms = { units: { XRP: '25' }, krw: Won.of('30000'), share: Rate.of('0.01') };
  const of = (asset: string, whole: string, price?: string) =>
    testQuantity(CoinAmount.of(asset, whole), terms, price === undefined ? undefined : Price.of(asset, price))?.toString();
  expect(of('XRP', '1000', '3000')).toBe('25');
  expect(of('BTC', '0.5', '150000000')).toBe('0.0002');
  expect(of('BTC', '0.0002', '150000000')).toBeUndefined();
  expect(of('ETH', '7', '0')).toBe('0.07');
  expect(of('ETH', '7')).toBe('0.07');
  expect(of('XRP', '25')).toBeUndefined();
});
