import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDeposits } from '../../src/custody/deposits.ts';
import { confirmInstructed } from '../../src/custody/instruction.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { readWithdrawals } from '../../src/custody/withdrawals.ts';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { adapterFor, json, type ScriptedVenue, startScriptedVenue } from '../exchange/scripted-venue.ts';
import { approve, type Custody, endCustody, expiry, instruct, later, receiveHolding, setPhase, startCustody } from './custody-fixture.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** An exchange that lists long after the fact, as one that says what the test wants. */
let custody: Custody;
let venue: ScriptedVenue;
let port: ExchangePort;

beforeAll(async () => {
  custody = await startCustody();
  venue = await startScriptedVenue();
  port = adapterFor(venue, { clock: custody.clock });
});

afterAll(async () => {
  await venue.close();
  await endCustody(custody);
});

interface Listed {
  readonly type: 'deposit' | 'withdraw';
  readonly uuid: string;
  readonly asset: string;
  readonly quantity: string;
  readonly at: Date;
}

function list(...listed: readonly Listed[]): void {
  const rows = listed.map(({ type, uuid, asset, quantity, at }) => ({
    type,
    uuid,
    currency: asset,
    net_type: asset,
    txid: null,
    state: type === 'deposit' ? 'ACCEPTED' : 'DONE',
    created_at: at.toISOString(),
    done_at: at.toISOString(),
    amount: quantity,
    fee: '0',
    transaction_type: 'default',
  }));
  venue.script(({ path }) => (path.startsWith('/v1/market') ? json([]) : json(rows)));
}

function read(): Promise<void> {
  return readWithdrawals(custody.database, port, custody.accountId);
}

async function instructed(asset: string, quantity: string): Promise<number> {
  const holding = await receiveHolding(custody, asset, quantity);
  await setPhase(custody, holding.caseId, 'settled');
  const request = { holdingId: holding.holdingId, reason: '완납', expiresAt: expiry(custody) };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, approval);
  await instruct(custody, transferId);
  return transferId;
}

describe('a withdrawal', () => {
  it('of an open transfer is found however late the exchange lists it', async () => {
    const transferId = await instructed('BTC', '0.5');
    await custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId }));
    const at = custody.clock.now();
    list();
    await read();
    for (let day = 0; day < 9; day++) {
      later(custody, DAY);
      await read();
    }
    list({ type: 'withdraw', uuid: 'w-late', asset: 'BTC', quantity: '0.5', at });
    await read();
    expect(await custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id: transferId } })).toMatchObject({ state: 'done' });
  });

  it('that nobody instructed is seen when it is listed days late', async () => {
    const at = custody.clock.now();
    list();
    await read();
    later(custody, 2 * DAY);
    await read();
    list({ type: 'withdraw', uuid: 'w-unknown', asset: 'ETH', quantity: '1', at });
    await read();
    expect(await custody.database.read.venueWithdrawal.count({ where: { withdrawalId: 'w-unknown', matchedTo: null } })).toBe(1);
  });
});

it('a deposit that is listed days late is recorded', async () => {
  const at = custody.clock.now();
  const readAll = () => readDeposits(custody.database, port, custody.accountId);
  list();
  await readAll();
  later(custody, 3 * DAY - HOUR);
  await readAll();
  list({ type: 'deposit', uuid: 'd-late', asset: 'ETH', quantity: '1', at });
  expect(await readAll()).toMatchObject({ recorded: 1 });
  expect(await readAll()).toMatchObject({ recorded: 0 });
});
