import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canonicalSchema } from '../../src/database/json.ts';
import { canonicalJson, sha256Hex } from '../../src/kernel/digest.ts';
import { replaySales } from '../../src/liquidation/replay.ts';
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

it('is whole again afterwards', async () => {
  expect((await replaySales(city.database)).differences).toEqual([]);
});
