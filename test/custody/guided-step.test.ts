import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordExcess } from '../../src/custody/excess.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { tendAccount } from '../../src/custody/tend.ts';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { acknowledgeAlert } from '../../src/intent/alert.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { isFrozen } from '../../src/venue/freeze.ts';
import { CITY, type Custody, endCustody, later, startCustody } from './custody-fixture.ts';

/* A venue that lists neither deposits nor withdrawals: a person looks at its site, and takes over what he finds there. */

let custody: Custody;
let blind: ExchangePort;

beforeAll(async () => {
  custody = await startCustody();
  blind = withoutLists(custody.port);
});

afterAll(() => endCustody(custody));

/** The same line to the same exchange, which says that it has no such lists and answers none. */
function withoutLists(port: ExchangePort): ExchangePort {
  const refuse = () => Promise.reject(new CheongsanError('EXCHANGE_REFUSED', 'There is no such list here.'));
  const changed: Partial<ExchangePort> = {
    capabilities: { ...port.capabilities, depositsReadable: false, withdrawalsReadable: false },
    deposits: refuse,
    withdrawals: refuse,
  };
  return new Proxy(port, {
    get(target, name) {
      if (Object.hasOwn(changed, name)) return Reflect.get(changed, name);
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/** A minute after the last, so that it counts. */
async function readingOf(asset: string) {
  later(custody, 60);
  return (await reconcileAccount(custody.database, blind, custody.accountId)).find((reading) => reading.asset === asset);
}

function tasks(code: string) {
  return custody.database.read.alert.findMany({ where: { code }, orderBy: { id: 'asc' } });
}

it('asks for nothing while books and exchange agree', async () => {
  await tendAccount(custody.database, blind, custody.accountId);
  expect(await custody.database.read.alert.count()).toBe(0);
});

it('freezes nothing for what may be a deposit: a person is told where to look, and takes it into the books', async () => {
  await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'ETH', quantity: '2', confirmationSeconds: 0 });
  for (let reading = 1; reading <= 4; reading++) expect(await readingOf('ETH')).toMatchObject({ agrees: false, isFrozen: false });
  const [task, ...others] = await tasks('deposits_by_hand');
  expect([task?.subject, others]).toEqual([`venue_account:${custody.accountId}`, []]);
  expect(task?.facts).toMatchObject({ assets: ['ETH'] });
  expect(await recordExcess(custody.database, custody.officer.actor, blind, custody.accountId)).toEqual(['ETH']);
  expect(await readingOf('ETH')).toMatchObject({ venueQuantity: '2', ledgerQuantity: '2', agrees: true });

  await custody.database.work(custody.officer.actor, (work) => acknowledgeAlert(work, task?.id ?? 0));
  await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'ETH', quantity: '1', confirmationSeconds: 0 });
  await readingOf('ETH');
  expect(await tasks('deposits_by_hand')).toHaveLength(2);
});

it('freezes what is gone, as anywhere, and says that the list of withdrawals is to be looked at', async () => {
  await custody.exchange.operator.setWrongBalance({ accountId: CITY, asset: 'ETH', wrongBy: '-1.5' });
  for (let reading = 1; reading <= 3; reading++) await readingOf('ETH');
  expect(await isFrozen(custody.database.read, custody.accountId, 'ETH')).toBe(true);
  expect((await tasks('withdrawals_by_hand')).map(({ facts }) => facts)).toEqual([{ accountId: custody.accountId, assets: ['ETH'] }]);
});
