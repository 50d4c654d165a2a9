import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Decimal } from '../../../src/kernel/decimal.ts';
import { CoinAmount, Price } from '../../../src/kernel/money.ts';
import { finalDigest } from '../../../src/simulation/soak/digest.ts';
import { type SoldStall, sellAtStall, type Verdict } from './sold-stall.ts';

const CLEAN: Verdict = { doubled: 0, lost: 0, overSold: 0, unsettled: 0, unexplainedBreaks: 0 };
const FIRST_FILL = '(SELECT min(id) FROM order_fill)';
const FIRST_INTENT = '(SELECT intent_id FROM sale_order ORDER BY id LIMIT 1)';
const FIRST_ORDER = '(SELECT min(id) FROM sale_order)';

const soldOrder = z.object({ identifier: z.string(), symbol: z.string(), asset: z.string(), quantity: z.string(), price: z.string() });

/** GOPAX gives an order's own name free again once the order is over: the one venue where a client can really sell twice under one name. */
let sold: SoldStall;

beforeAll(async () => {
  sold = await sellAtStall('gopax', 8);
});

it('finds nothing after a sale without trouble, of several orders with trades', async () => {
  const orders = await sold.stall.exchange.operator.orders({ accountId: sold.stall.owner });
  expect(orders.length).toBeGreaterThan(2);
  expect(orders.flatMap(({ fills }) => fills).length).toBeGreaterThan(2);
  expect(await sold.judge()).toEqual(CLEAN);
});

describe('books that were tampered with', () => {
  /** Sets columns of one row to something else; it is as it was when the test is over. */
  async function change(table: string, id: string, to: string, key = 'id'): Promise<void> {
    await sold.tamper(`CREATE TABLE tampered AS SELECT * FROM ${table} WHERE ${key} = ${id};
      UPDATE ${table} SET ${to} WHERE ${key} = (SELECT ${key} FROM tampered)`);
    changed = { table, key };
  }
  let changed: { readonly table: string; readonly key: string };

  afterEach(async () => {
    const { table, key } = changed;
    await sold.tamper(`DELETE FROM ${table} WHERE ${key} = (SELECT ${key} FROM tampered);
      INSERT INTO ${table} SELECT * FROM tampered; DROP TABLE tampered`);
    expect(await sold.judge()).toEqual(CLEAN);
  });

  it('lost: a fill whose ledger entry is of something else', async () => {
    await change('order_fill', FIRST_FILL, "ledger_entry_id = (SELECT min(id) FROM ledger_entry WHERE kind <> 'fill')");
    expect(await sold.judge()).toEqual({ ...CLEAN, lost: 1 });
  });

  it('lost: a trade that is not booked as it was, which is one too few and one too many', async () => {
    await change('order_fill', FIRST_FILL, 'quantity = quantity / 2');
    expect(await sold.judge()).toEqual({ ...CLEAN, lost: 2 });
  });

  it('lost: fees other than those that were paid', async () => {
    await change('order_fill', FIRST_FILL, 'fee = fee + 0.01');
    expect(await sold.judge()).toEqual({ ...CLEAN, lost: 1 });
  });

  it('lost: an intent of which nobody says what became of it', async () => {
    await change('intent', FIRST_INTENT, "state = 'open', settled_at = NULL");
    expect(await sold.judge()).toEqual({ ...CLEAN, lost: 1 });
  });

  it('unsettled, and not lost: an intent that is left to a person', async () => {
    await change('intent', FIRST_INTENT, "state = 'with_person', settled_at = NULL");
    expect(await sold.judge()).toEqual({ ...CLEAN, unsettled: 1 });
  });

  it('unsettled: an order that is not concluded in the books', async () => {
    await change('sale_order', FIRST_ORDER, 'closed_at = NULL');
    expect(await sold.judge()).toEqual({ ...CLEAN, unsettled: 1 });
  });

  it('over-sold: more brought than the bills owe', async () => {
    await change('bill_line', '(SELECT min(id) FROM bill_line)', 'principal_krw = principal_krw / 2');
    expect(await sold.judge()).toEqual({ ...CLEAN, overSold: 1 });
  });

  it('over-sold: a holding sold more units than had come', async () => {
    await change('deposit_match', '(SELECT min(id) FROM deposit_match)', 'quantity = 0.00000001');
    expect(await sold.judge()).toEqual({ ...CLEAN, overSold: 1 });
  });

  it('no verdict, but another digest: a balance that stands elsewhere', async () => {
    const before = await digest();
    expect(await digest()).toBe(before);
    await change('ledger_account', '(SELECT min(account_id) FROM ledger_balance WHERE balance <> 0)', "chart_code = '9999'");
    expect(await digest()).not.toBe(before);
  });

  it('unexplained: a ledger that has more than the exchange', async () => {
    const proceeds = `(SELECT a.id FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
       WHERE a.place = 'account:${sold.stall.accountId}' ORDER BY b.balance DESC LIMIT 1)`;
    await change('ledger_balance', proceeds, 'balance = balance + 1000', 'account_id');
    expect(await sold.judge()).toEqual({ ...CLEAN, unexplainedBreaks: 1 });
  });

  it('unexplained: an asset that stands frozen', async () => {
    const row = `(0, ${sold.stall.accountId}, 'BTC', 'balance_difference', '{}', now(), now(), NULL)`;
    await sold.tamper(`INSERT INTO asset_freeze VALUES ${row}`);
    await change('asset_freeze', '0', 'lifted_at = NULL');
    expect(await sold.judge()).toEqual({ ...CLEAN, unexplainedBreaks: 1 });
  });
});

describe('an exchange that has something else than the books', () => {
  it('unexplained: a balance that differs, as long as it does', async () => {
    const { exchange, owner } = sold.stall;
    await exchange.operator.setWrongBalance({ accountId: owner, asset: 'KRW', wrongBy: '-1000' });
    expect(await sold.judge()).toEqual({ ...CLEAN, unexplainedBreaks: 1 });
    await exchange.operator.setWrongBalance({ accountId: owner, asset: 'KRW', wrongBy: '0' });
    expect(await sold.judge()).toEqual(CLEAN);
  });

  it('doubled: a second order under a name of ours, and one under a name that is nobody’s; unsettled while they are open', async () => {
    const { port, exchange, owner } = sold.stall;
    const before = await digest();
    const [first] = await sold.tamper(
      `SELECT i.identifier, o.symbol, o.asset, o.quantity::text, o.limit_price::text AS price
         FROM sale_order o JOIN intent i ON i.id = o.intent_id WHERE o.id = ${FIRST_ORDER}`,
    );
    const { identifier, symbol, asset, quantity, price } = soldOrder.parse(first);
    await exchange.operator.depositFromChain({ accountId: owner, asset, quantity: units(quantity, 2), confirmationSeconds: 0 });
    // Far above what anybody bids: both rest.
    const terms = { symbol, quantity: CoinAmount.of(asset, units(quantity, 1)), limitPrice: Price.of(asset, units(price, 10)) };
    const names = [identifier, 'name-of-nobody'];
    for (const name of names) {
      expect(await port.sell({ ...terms, identifier: name, timeInForce: 'post_only' })).toMatchObject({ kind: 'accepted' });
    }
    expect(await sold.judge()).toMatchObject({ doubled: 2, unsettled: 2 });
    expect(await digest()).not.toBe(before);
    for (const name of names) await port.cancel(name, symbol);
    expect(await sold.judge()).toMatchObject({ doubled: 2, unsettled: 0 });
  });
});

function digest(): Promise<string> {
  return finalDigest(sold.stall.database, [sold.stall]);
}

function units(figure: string, times: number): string {
  return new Decimal(figure).times(times).toFixed();
}
