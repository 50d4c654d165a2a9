import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canonicalSchema } from '../../src/database/json.ts';
import { canonicalJson, sha256Hex } from '../../src/kernel/digest.ts';
import { type ReplayDifference, recordDigestOf, replaySales } from '../../src/liquidation/replay.ts';
import { decideSimply, SIMPLE_RULE_VERSION } from '../../src/liquidation/simple-1/decide.ts';
import { simpleInputsSchema } from '../../src/liquidation/simple-1/inputs.ts';
import { type SaleCase, SaleDesk } from '../support/sale-desk.ts';

let city: SaleDesk;
let sold: SaleCase;
let superuser: pg.Client;

beforeAll(async () => {
  city = await SaleDesk.open();
  sold = await city.runningCase({ coins: { BTC: '0.002', AQT: '10' }, bills: ['100000'] });
  const lift = await city.stay(sold.caseId);
  await city.sellOut();
  await lift();
  await city.sellOut();
  superuser = new pg.Client({ connectionString: city.test.superuserUrl });
  await superuser.connect();
});

afterAll(async () => {
  await superuser.end();
  await city.exchange.stop();
});

/** Someone with the owner's power changes a decision; afterwards it is as it was. */
async function tampered(change: string, values: readonly unknown[] = []): Promise<string[]> {
  await superuser.query('BEGIN');
  await superuser.query('CREATE TABLE kept AS SELECT * FROM sale_decision');
  await superuser.query('COMMIT');
  try {
    await superuser.query(`UPDATE sale_decision SET ${change}`, [...values]);
    return (await replaySales(city.database)).differences.map(({ subject }) => subject);
  } finally {
    await superuser.query(
      `UPDATE sale_decision d SET inputs = k.inputs, inputs_digest = k.inputs_digest, result = k.result, outcome = k.outcome,
              codes = k.codes, rule_version = k.rule_version FROM kept k WHERE k.id = d.id`,
    );
    await superuser.query('DROP TABLE kept');
  }
}

async function oneOrder() {
  const decision = await city.database.read.saleDecision.findFirstOrThrow({ where: { outcome: 'order' }, orderBy: { id: 'asc' } });
  return { id: decision.id, named: [`sale_decision:${decision.id}`], decision };
}

it('every stored decision comes out the same when it is made again', async () => {
  const outcomes = await city.database.read.saleDecision.findMany({ distinct: ['outcome'], select: { outcome: true } });
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['order', 'deny', 'stop']));
  expect((await replaySales(city.database)).differences).toEqual([]);
  expect((await replaySales(city.database, sold.caseId)).differences).toEqual([]);
});

it.each<[string, string]>([
  ['an input that changes nothing in the outcome', `inputs = jsonb_set(inputs::jsonb, '{gate,mandate,id}', '99')::jsonb`],
  ['the need', `inputs = jsonb_set(inputs::jsonb, '{need,remainingKrw}', '"999999"')::jsonb`],
  ['an input that is none any more', `inputs = '{}'::jsonb`],
  ['the figures of the result', `result = jsonb_set(result::jsonb, '{order,quantity}', '"0.1"')::jsonb`],
  ['a result that no rule ever wrote', `result = '{"outcome": 1.5}'::jsonb`],
  ['the outcome column', `outcome = 'wait'`],
  ['the codes', `codes = ARRAY['covered']`],
  ['the version of the rule', `rule_version = 'none-such'`],
])('finds %s changed', async (_what, change) => {
  const { id, named } = await oneOrder();
  expect(await tampered(`${change} WHERE id = ${id}`)).toEqual(named);
});

it('finds inputs changed together with their digest, by what the audit log recorded', async () => {
  const { id, named, decision } = await oneOrder();
  const inputs = { ...(JSON.parse(JSON.stringify(decision.inputs)) as object), policyVersion: 'another' };
  const digest = sha256Hex(canonicalJson(canonicalSchema.parse(inputs)));
  expect(await tampered(`inputs = $1, inputs_digest = $2 WHERE id = ${id}`, [JSON.stringify(inputs), digest])).toEqual(named);
});

/** Someone with the owner's power changes a row of another table; afterwards it is as it was. */
async function falsified(table: string, change: string, id: number): Promise<ReplayDifference[]> {
  await superuser.query('SET session_replication_role = replica');
  await superuser.query(`CREATE TABLE kept AS SELECT * FROM ${table} WHERE id = ${id}`);
  try {
    await superuser.query(`UPDATE ${table} SET ${change} WHERE id = ${id}`);
    return [...(await replaySales(city.database)).differences];
  } finally {
    await superuser.query(`DELETE FROM ${table} WHERE id = ${id}`);
    await superuser.query(`INSERT INTO ${table} SELECT * FROM kept`);
    await superuser.query('DROP TABLE kept');
    await superuser.query('SET session_replication_role = origin');
  }
}

/** An order of a plan's first slice, with the rows that it stands on. */
async function oneSale() {
  const share = await city.database.read.orderShare.findFirstOrThrow({ include: { order: true }, orderBy: { id: 'asc' } });
  const plan = await city.database.read.salePlan.findFirstOrThrow({
    where: { holdingId: share.holdingId },
    include: { slices: true },
    orderBy: { id: 'asc' },
  });
  const [slice] = plan.slices;
  if (slice === undefined) throw new Error('The plan has no slice.');
  return { sale_order: share.order, order_share: share, sale_plan: plan, plan_slice: slice };
}

type Row = keyof Awaited<ReturnType<typeof oneSale>>;

it.each<[string, Row, string, Row?]>([
  ['the quantity of a slice', 'plan_slice', 'quantity = quantity * 3'],
  ['the beginning of a slice', 'plan_slice', `starts_at = starts_at - interval '1 second'`],
  ['the end of a slice', 'plan_slice', `ends_at = ends_at + interval '1 hour'`],
  ['the quantity of a plan', 'sale_plan', 'planned_quantity = planned_quantity * 3'],
  ['the price of a plan', 'sale_plan', 'arrival_price = arrival_price / 2'],
  ['why a plan was made', 'sale_plan', `reason = 'need_changed'`],
  ['the price of an order', 'sale_order', 'limit_price = limit_price / 2'],
  ['the quantity of an order', 'sale_order', 'quantity = quantity * 2'],
  ['the style of an order', 'sale_order', `style = 'passive', rest_until = created_at + interval '5 minutes'`],
  ['the market of an order', 'sale_order', `symbol = 'KRW-ETH'`],
  ['the time of an order', 'sale_order', `created_at = created_at - interval '1 day'`],
  ['what an order was divided by', 'sale_order', `allocation = jsonb_set(allocation, '{takeable}', '"0.0001"')`],
  ['what the market took, where less was wanted', 'sale_order', `allocation = jsonb_set(allocation, '{takeable}', '"90000000"')`],
  ['that an order was divided', 'sale_order', 'allocation = NULL'],
  ['the quantity of a share', 'order_share', 'quantity = quantity / 2', 'sale_order'],
  ['what a share may bring', 'order_share', 'maximum_proceeds = maximum_proceeds / 2', 'sale_order'],
  ['that a share exceeds the need', 'order_share', 'exceeds_need = NOT exceeds_need', 'sale_order'],
  ['whose a share is', 'order_share', 'case_id = case_id + 1', 'sale_order'],
])('finds %s changed', async (_what, table, change, told = table) => {
  const rows = await oneSale();
  const differences = await falsified(table, change, rows[table].id);
  expect(differences.map(({ subject }) => subject)).toContain(`${told}:${rows[told].id}`);
});

it('says the row and the two values', async () => {
  const { sale_order: order, plan_slice: slice } = await oneSale();
  const limitPrice = order.limitPrice.toFixed();
  expect(await falsified('sale_order', 'limit_price = 1', order.id)).toEqual([
    { subject: `sale_order:${order.id}`, what: `limitPrice: stored "1", again "${limitPrice}"` },
  ]);
  const [told, ...others] = await falsified('plan_slice', 'quantity = 3', slice.id);
  expect(others).toEqual([]);
  expect(told?.subject).toBe(`plan_slice:${slice.id}`);
  expect(told?.what).toContain(`quantity: stored "3", again "${slice.quantity.toFixed()}"`);
});

it('finds a slice that was made up as a whole, by the decisions that were made from it', async () => {
  const { plan_slice: slice } = await oneSale();
  const inputs = { hoursLeft: 2, left: '1' };
  const change = `inputs = '${JSON.stringify(inputs)}', inputs_digest = '${sha256Hex(canonicalJson(inputs))}', result = '{"share":"0.5"}',
                  quantity = quantity / 2`;
  const [told, ...others] = await falsified('plan_slice', change, slice.id);
  expect(others).toEqual([]);
  expect(told?.subject).toBe(`plan_slice:${slice.id}`);
  expect(told?.what).toMatch(/^quantity: .*, by sale_decision:\d+$/);
});

it('makes decisions and orders of the first rule again, and finds them changed', async () => {
  const { sale_order: order, order_share: share } = await oneSale();
  const { inputs: stored } = await city.database.read.saleDecision.findUniqueOrThrow({ where: { id: share.decisionId } });
  const inputs = { ...simpleInputsSchema.parse(stored), ruleVersion: SIMPLE_RULE_VERSION };
  const result = decideSimply(inputs);
  if (result.outcome !== 'order') throw new Error('The first rule orders nothing here.');
  const { quantity, limitPrice, maximumProceeds, exceedsNeed, holdingId } = result.order;
  expect(holdingId).toBe(share.holdingId);
  const inputsDigest = sha256Hex(canonicalJson(inputs));
  const asSimple = [
    [
      'UPDATE sale_decision SET inputs = $2, inputs_digest = $3, result = $4, codes = $5, rule_version = $6 WHERE id = $1',
      [share.decisionId, JSON.stringify(inputs), inputsDigest, canonicalJson(result), result.codes, SIMPLE_RULE_VERSION],
    ],
    [
      'UPDATE audit_event SET record_digest = $2 WHERE subject = $1',
      [`sale_decision:${share.decisionId}`, recordDigestOf({ inputsDigest, result: JSON.parse(canonicalJson(result)) })],
    ],
    ['UPDATE sale_order SET quantity = $2, limit_price = $3, allocation = NULL WHERE id = $1', [order.id, quantity, limitPrice]],
    [
      'UPDATE order_share SET quantity = $2, maximum_proceeds = $3, exceeds_need = $4 WHERE id = $1',
      [share.id, quantity, maximumProceeds, exceedsNeed],
    ],
  ] as const;
  const tables = { sale_decision: share.decisionId, sale_order: order.id, order_share: share.id };
  await superuser.query('SET session_replication_role = replica');
  for (const [table, id] of Object.entries(tables))
    await superuser.query(`CREATE TABLE kept_${table} AS SELECT * FROM ${table} WHERE id = ${id}`);
  const { recordDigest } = await city.database.read.auditEvent.findFirstOrThrow({
    where: { subject: `sale_decision:${share.decisionId}` },
  });
  try {
    for (const [statement, values] of asSimple) await superuser.query(statement, [...values]);
    expect((await replaySales(city.database)).differences).toEqual([]);
    const named = [`sale_order:${order.id}`];
    for (const change of ['limit_price = limit_price / 2', 'quantity = quantity * 2'])
      expect((await falsified('sale_order', change, order.id)).map(({ subject }) => subject)).toEqual(named);
    for (const change of ['maximum_proceeds = 1', 'exceeds_need = NOT exceeds_need'])
      expect((await falsified('order_share', change, share.id)).map(({ subject }) => subject)).toEqual(named);
  } finally {
    await superuser.query('SET session_replication_role = replica');
    for (const [table, id] of Object.entries(tables)) {
      await superuser.query(`DELETE FROM ${table} WHERE id = ${id}`);
      await superuser.query(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
      await superuser.query(`DROP TABLE kept_${table}`);
    }
    await superuser.query('UPDATE audit_event SET record_digest = $2 WHERE subject = $1', [
      `sale_decision:${share.decisionId}`,
      recordDigest,
    ]);
    await superuser.query('SET session_replication_role = origin');
  }
});

it('is whole again afterwards', async () => {
  expect((await replaySales(city.database)).differences).toEqual([]);
});
