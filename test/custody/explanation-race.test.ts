import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDeposits } from '../../src/custody/deposits.ts';
import { requestExplanation } from '../../src/custody/explanation.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import type { ExplanationSide } from '../../src/database/generated/enums.ts';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { approve, CITY, type Custody, endCustody, expiry, heldText, later, receiveHolding, startCustody } from './custody-fixture.ts';

/* The venue is asked, and something is booked before the answer is held against the books. */

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

/** The same line, on which something happens just before, or just after, the balances are told. */
function withEvents({
  before,
  after,
}: {
  readonly before?: () => Promise<unknown>;
  readonly after?: () => Promise<unknown>;
}): ExchangePort {
  return new Proxy(custody.port, {
    get: (port, name) => {
      const member: unknown = Reflect.get(port, name);
      if (typeof member !== 'function') return member;
      if (name !== 'balances') return member.bind(port);
      return async () => {
        await before?.();
        const told = await port.balances();
        await after?.();
        return told;
      };
    },
  });
}

/** What another process does. */
async function depositIsRecorded(asset: string): Promise<void> {
  await deposited(asset);
  await readDeposits(custody.database, custody.port, custody.accountId);
}

async function readingOf(asset: string, port: ExchangePort = custody.port) {
  later(custody, 60);
  return (await reconcileAccount(custody.database, port, custody.accountId)).find((reading) => reading.asset === asset);
}

function wrongBy(asset: string, quantity: string): Promise<unknown> {
  return custody.exchange.operator.setWrongBalance({ accountId: CITY, asset, wrongBy: quantity });
}

/** A difference of one coin that both officials explained. */
async function explained(asset: string, side: ExplanationSide): Promise<number> {
  const { explanationId, approval } = await custody.database.work(custody.officer.actor, (work) =>
    requestExplanation(work, {
      accountId: custody.accountId,
      asset,
      kind: 'venue_correction',
      side,
      quantity: '1',
      reference: '공지 2026-31',
      occurredOn: civilDate('2026-01-05'),
      reason: '거래소 공지를 확인함',
      expiresAt: expiry(custody),
    }),
  );
  await approve(custody, approval);
  return explanationId;
}

async function stateOf(id: number): Promise<string> {
  return (await custody.database.read.balanceExplanation.findUniqueOrThrow({ where: { id } })).state;
}

/** Comes over the chain, so that its list shows it at once. */
async function deposited(asset: string): Promise<void> {
  await custody.exchange.operator.depositFromChain({ accountId: CITY, asset, quantity: '1', confirmationSeconds: 0 });
  later(custody, 1);
}

it('takes no deposit that another process has booked meanwhile for a shortage that has gone', async () => {
  const { holdingId } = await receiveHolding(custody, 'ADA', '5');
  await wrongBy('ADA', '-1');
  await readingOf('ADA');
  const explanationId = await explained('ADA', 'shortage');
  await wrongBy('ADA', '0');
  const meanwhile = withEvents({ after: () => depositIsRecorded('ADA') });
  expect(await readingOf('ADA', meanwhile)).toMatchObject({ ledgerQuantity: '6', agrees: true });
  expect(await stateOf(explanationId)).toBe('approved');
  expect(await readingOf('ADA')).toMatchObject({ venueQuantity: '6', ledgerQuantity: '6', agrees: true });
  expect([await stateOf(explanationId), await heldText(custody, holdingId, 'ADA')]).toEqual(['lapsed', '5']);
});

it('takes no deposit that came before the balances were told, and after the list was, for an excess that has gone', async () => {
  await receiveHolding(custody, 'XRP', '5');
  await wrongBy('XRP', '1');
  await readingOf('XRP');
  const explanationId = await explained('XRP', 'excess');
  await wrongBy('XRP', '0');
  const late = withEvents({ before: () => deposited('XRP') });
  await readingOf('XRP', late);
  expect(await stateOf(explanationId)).toBe('approved');
  expect(await readingOf('XRP')).toMatchObject({ venueQuantity: '6', ledgerQuantity: '6', agrees: true });
  expect(await stateOf(explanationId)).toBe('lapsed');
});

it('books an excess that is still there once the books stand still', async () => {
  await receiveHolding(custody, 'SOL', '5');
  await wrongBy('SOL', '1');
  await readingOf('SOL');
  const explanationId = await explained('SOL', 'excess');
  const meanwhile = withEvents({ after: () => depositIsRecorded('SOL') });
  await readingOf('SOL', meanwhile);
  expect(await stateOf(explanationId)).toBe('approved');
  expect(await readingOf('SOL')).toMatchObject({ venueQuantity: '7', ledgerQuantity: '7', agrees: true });
  expect(await stateOf(explanationId)).toBe('booked');
});
