import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { ask, CITY, connect, type Running, startSample } from './support.ts';

let running: Running;

beforeEach(async () => {
  running = await startSample();
});

afterEach(async () => {
  await running.exchange.stop();
});

const PERSON = { name: '표본-001', birthDate: '1980-01-01', phone: '010-0000-0001' };
const transfer = z.object({
  type: z.string(),
  uuid: z.string(),
  currency: z.string(),
  net_type: z.string().nullable(),
  txid: z.string(),
  state: z.string(),
  created_at: z.string(),
  done_at: z.string().nullable(),
  amount: z.string(),
  fee: z.string(),
  transaction_type: z.string(),
});

async function list(path: string, parameters = ''): Promise<z.infer<typeof transfer>[]> {
  return z.array(transfer).parse((await ask(running.url, path, parameters)).json);
}

async function openPerson(asset: string, quantity: string): Promise<string> {
  const { operator } = running.exchange;
  const { accountId } = await operator.openAccount({ identity: PERSON });
  await operator.depositFromChain({ accountId, asset, quantity, confirmationSeconds: 0 });
  return accountId;
}

it('moves coins within the exchange: internal, processing, accepted after a minute of the clock', async () => {
  const { operator } = running.exchange;
  const fromAccountId = await openPerson('ETH', '3');
  await operator.setFrozen({ accountId: fromAccountId, frozen: true });
  const by = { asset: 'ETH', quantity: '2.5', fromAccountId, toAccountId: CITY };
  await expect(operator.transferInternally({ ...by, by: 'owner' })).rejects.toThrow(/frozen/);
  await operator.transferInternally({ ...by, by: 'staff' });
  expect(await list('/v1/deposits')).toMatchObject([
    {
      type: 'deposit',
      currency: 'ETH',
      net_type: 'ETH',
      state: 'PROCESSING',
      done_at: null,
      amount: '2.5',
      fee: '0',
      transaction_type: 'internal',
    },
  ]);
  running.clock.advanceBy(59_999);
  expect((await list('/v1/deposits', 'state=PROCESSING')).length).toBe(1);
  running.clock.advanceBy(1);
  const [done] = await list('/v1/deposits', 'state=ACCEPTED');
  expect(done).toMatchObject({ created_at: '2026-01-05T12:00:20+09:00', done_at: '2026-01-05T12:01:20+09:00' });
  expect((await connect(running.url).fetchBalance())['ETH']).toMatchObject({ free: '2.5' });
  expect(await operator.balances({ accountId: fromAccountId })).toEqual([{ asset: 'ETH', free: '0.5', locked: '0' }]);
});

it('receives coins from an unknown sender after the network’s confirmations, also on a network nobody asked for', async () => {
  await running.exchange.operator.depositFromChain({
    accountId: CITY,
    asset: 'LINK',
    quantity: '7',
    network: 'ARB',
    transactionId: '0xabc',
  });
  expect(await list('/v1/deposits')).toMatchObject([{ net_type: 'ARB', txid: '0xabc', state: 'PROCESSING', transaction_type: 'default' }]);
  running.clock.advanceBy(13 * 60_000);
  expect(await list('/v1/deposits', 'txids[]=0xabc')).toMatchObject([{ state: 'ACCEPTED' }]);
  const [deposit] = await connect(running.url).fetchDeposits('LINK');
  expect(deposit).toMatchObject({ amount: '7', status: 'ok', txid: '0xabc' });
});

it('withdraws won for a fee by a person at the website, and the bank is credited later', async () => {
  const { operator } = running.exchange;
  await operator.depositWon({ accountId: CITY, amount: '1000000.75' });
  await operator.withdrawWon({ accountId: CITY, amount: '900000' });
  expect(await list('/v1/withdraws')).toMatchObject([
    { type: 'withdraw', currency: 'KRW', net_type: null, state: 'PROCESSING', amount: '900000', fee: '1000', transaction_type: 'default' },
  ]);
  expect(await operator.bankCredits()).toEqual([]);
  expect((await connect(running.url).fetchBalance())['KRW']).toMatchObject({ free: '99000.75' });
  running.clock.advanceBy(180_000);
  expect(await list('/v1/withdraws', 'currency=KRW')).toMatchObject([{ state: 'DONE', done_at: '2026-01-05T12:03:20+09:00' }]);
  expect(await operator.bankCredits()).toMatchObject([{ accountId: CITY, amount: '900000', creditedAt: '2026-01-05T03:03:20.000Z' }]);
  await expect(operator.withdrawWon({ accountId: CITY, amount: '99000' })).rejects.toThrow(CheongsanError);
  expect((await operator.totals())['KRW']).toBe('0');
});

it('returns coins in kind by a move to another account, listed as the city’s withdrawal and the person’s deposit', async () => {
  const { operator } = running.exchange;
  const personId = await openPerson('ETH', '1');
  await operator.depositFromChain({ accountId: CITY, asset: 'ETH', quantity: '2', confirmationSeconds: 0 });
  await operator.transferInternally({ fromAccountId: CITY, toAccountId: personId, asset: 'ETH', quantity: '0.4', by: 'owner' });
  running.clock.advanceBy(60_000);
  expect(await list('/v1/withdraws')).toMatchObject([{ currency: 'ETH', state: 'DONE', amount: '0.4', transaction_type: 'internal' }]);
  expect(await operator.balances({ accountId: personId })).toEqual([{ asset: 'ETH', free: '1.4', locked: '0' }]);
});

it('holds back what arrives while deposits are halted, refuses withdrawals while those are, and goes on trading', async () => {
  const { operator } = running.exchange;
  const fromAccountId = await openPerson('SOL', '5');
  await operator.haltWallet({ asset: 'SOL', deposits: true, withdrawals: false });
  await operator.transferInternally({ fromAccountId, toAccountId: CITY, asset: 'SOL', quantity: '1', by: 'staff' });
  running.clock.advanceBy(600_000);
  expect(await list('/v1/deposits')).toMatchObject([{ state: 'PROCESSING' }]);
  await operator.haltWallet({ asset: 'SOL', deposits: true, withdrawals: true });
  const wallets = z.array(z.object({ currency: z.string(), wallet_state: z.string(), net_type: z.string() }));
  const states = wallets.parse((await ask(running.url, '/v1/status/wallet')).json);
  expect(states.find((state) => state.currency === 'SOL')?.wallet_state).toBe('paused');
  await expect(operator.transferInternally({ fromAccountId, toAccountId: CITY, asset: 'SOL', quantity: '1', by: 'staff' })).rejects.toThrow(
    /halted/,
  );
  await operator.haltWallet({ asset: 'SOL', deposits: false, withdrawals: false });
  expect(await list('/v1/deposits')).toMatchObject([{ state: 'ACCEPTED', done_at: '2026-01-05T12:10:20+09:00' }]);
});

it('shows one page at a time, newest first', async () => {
  for (const quantity of ['1', '2', '3']) {
    await running.exchange.operator.depositFromChain({ accountId: CITY, asset: 'XRP', quantity, confirmationSeconds: 0 });
    running.clock.advanceBy(1_000);
  }
  const amounts = async (parameters: string): Promise<string[]> =>
    (await list('/v1/deposits', parameters)).map((deposit) => deposit.amount);
  expect(await amounts('limit=2')).toEqual(['3', '2']);
  expect(await amounts('limit=2&page=2')).toEqual(['1']);
  expect(await amounts('order_by=asc')).toEqual(['1', '2', '3']);
  const [, middle] = await list('/v1/deposits');
  expect(await amounts(`to=${middle?.uuid}`)).toEqual(['1']);
  expect(await amounts(`from=${middle?.uuid}`)).toEqual(['3']);
});

it('has one address an asset and network, with a tag where the network needs one', async () => {
  const addresses = await connect(running.url).fetchDepositAddresses();
  const of = (asset: string) => addresses.find((address) => address.currency === asset);
  expect(of('XRP')).toMatchObject({ network: 'XRP', tag: expect.stringMatching(/^\d+$/) });
  expect(of('LINK')).toMatchObject({ address: of('ETH')?.address });
  const keys = z.array(z.object({ access_key: z.string(), expire_at: z.string() })).parse((await ask(running.url, '/v1/api_keys')).json);
  expect(keys).toEqual([{ access_key: 'access-key-of-the-sample-city', expire_at: '2027-01-05T12:00:20+09:00' }]);
});
