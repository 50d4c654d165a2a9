import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { instructTransfer } from '../../src/custody/instruction.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { screenSource } from '../../src/custody/screening.ts';
import { LocalScreeningList } from '../../src/custody/screening-list.ts';
import { emptyFolder } from '../support/installed.ts';
import { testKeys } from '../support/test-keys.ts';
import { approve, type Custody, endCustody, expiry, instruct, receiveHolding, setPhase, startCustody } from './custody-fixture.ts';

const ETHER = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const BITCOIN = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';

let custody: Custody;
let list: string;

beforeAll(async () => {
  list = join(await emptyFolder(), 'list.csv');
  await writeList(`${ETHER.toLowerCase()},제재,OFAC 2022-08-08`);
  custody = await startCustody({ screeningListFile: list });
});

afterAll(() => endCustody(custody));

/** As whoever keeps the list would: written beside it and put in its place. */
async function writeList(...rows: readonly string[]): Promise<void> {
  await writeFile(`${list}.new`, ['주소,구분,근거', ...rows, ''].join('\r\n'));
  await rename(`${list}.new`, list);
}

async function approvedReturn(asset: string, quantity: string) {
  const holding = await receiveHolding(custody, asset, quantity);
  await setPhase(custody, holding.caseId, 'settled');
  const request = { holdingId: holding.holdingId, reason: '완납', expiresAt: expiry(custody) };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, approval);
  return { ...holding, transferId };
}

function alerts(code: string) {
  return custody.database.read.alert.findMany({ where: { code }, orderBy: { id: 'asc' } });
}

it('a return is not instructed before its destination was held against the list', async () => {
  const { transferId } = await approvedReturn('LINK', '1');
  await instruct(custody, (await approvedReturn('LINK', '2')).transferId);
  const unscreened = custody.database.work(custody.officer.actor, (work) => instructTransfer(work, testKeys, transferId));
  await expect(unscreened).rejects.toMatchObject({ code: 'TRANSFER_UNSCREENED' });
  await instruct(custody, transferId);
  const screenings = await custody.database.read.addressScreening.findMany({ where: { transferId } });
  expect(screenings).toMatchObject([{ purpose: 'return', outcome: 'clear', hits: [], screenedById: custody.officer.userId }]);
});

it('a hit is told to a person and stored with the transfer, and holds nothing back', async () => {
  const { transferId, source } = await approvedReturn('ETH', '2');
  await writeList(`${ETHER},제재,OFAC 2022-08-08`, `${source},위험,거래소 통보 7`, `${source},sanctioned,UN 3`);
  expect(await instruct(custody, transferId)).toMatchObject({ destinationReference: source });
  const [screening] = await custody.database.read.addressScreening.findMany({ where: { transferId } });
  expect(screening).toMatchObject({
    outcome: 'hit',
    hits: [
      { category: 'tainted', reference: '거래소 통보 7' },
      { category: 'sanctioned', reference: 'UN 3' },
    ],
  });
  expect(await alerts('address_screening_hit')).toMatchObject([{ severity: 'critical', subject: `coin_transfer:${transferId}` }]);
  expect(JSON.stringify(await alerts('address_screening_hit'))).not.toContain(source);
});

it('the source of a receipt is held against the list in whatever case it is written, with its deposit or before it', async () => {
  await writeList(`${ETHER},제재,OFAC 2022-08-08`, `${BITCOIN},위험,표본`);
  const services = { keys: testKeys, screening: custody.screening };
  const ask = async (address: string, depositRowId?: number) =>
    (await screenSource(custody.database, custody.officer.actor, services, { address, network: undefined, depositRowId })).outcome;
  for (const address of [ETHER, ETHER.toLowerCase(), BITCOIN.toUpperCase(), ` ${BITCOIN}`]) expect(await ask(address)).toBe('hit');
  expect(await ask('0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359')).toBe('clear');
  const { id } = await custody.database.read.venueDeposit.findFirstOrThrow();
  expect(await ask(ETHER, id)).toBe('hit');
  const last = await custody.database.read.addressScreening.findFirstOrThrow({ orderBy: { id: 'desc' } });
  expect(last).toMatchObject({ purpose: 'receipt', depositRowId: id, addressId: null, transferId: null });
  expect((await alerts('address_screening_hit')).at(-1)).toMatchObject({ subject: `venue_deposit:${id}` });
  await expect(ask(ETHER, 4711)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('a list that cannot be read, in whole or in part, is told to a person once and stops nothing', async () => {
  const { transferId } = await approvedReturn('SOL', '3');
  await writeList(`${ETHER},이상함,표본`, `${BITCOIN},위험,표본`);
  await instruct(custody, transferId);
  await rename(list, `${list}.gone`);
  await instruct(custody, transferId);
  const screenings = await custody.database.read.addressScreening.findMany({ where: { transferId }, orderBy: { id: 'asc' } });
  expect(screenings.map(({ outcome, listDigest }) => [outcome, listDigest])).toEqual([
    ['unavailable', null],
    ['unavailable', null],
  ]);
  expect(await alerts('screening_unavailable')).toMatchObject([{ severity: 'warning', facts: { code: 'FILE_FORMAT' } }]);
});

it('a city without a list is told so with every answer', async () => {
  const asked = { address: ETHER, network: 'ETH' };
  const services = { keys: testKeys, screening: new LocalScreeningList(undefined) };
  expect(await screenSource(custody.database, custody.officer.actor, services, asked)).toMatchObject({ outcome: 'no_list', hits: [] });
});
