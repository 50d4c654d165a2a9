import { expect, it } from 'vitest';
import { canonicalSchema, jsonColumn } from '../../src/database/json.ts';
import { createTestDatabase, testActor } from '../support/database.ts';

it('plain data goes through a JSON column and comes back the same', async () => {
  const { database } = await createTestDatabase();
  const facts = { amount: '1234567890123456789.5', list: [1, null, { ok: true }], 한글: '표본' };
  const stored = await database.work(testActor, ({ tx }) =>
    tx.alert.create({
      data: {
        code: 'sample',
        severity: 'warning',
        subject: 'sample:1',
        text: '',
        facts: jsonColumn({ ...facts, left: undefined }),
        raisedAt: new Date(0),
      },
    }),
  );
  expect(canonicalSchema.parse(stored.facts)).toEqual(facts);
});

it('what is not plain data is refused on its way back', () => {
  for (const odd of [0.5, Number.NaN, undefined, () => 1, new Date(0), 1n]) expect(canonicalSchema.safeParse({ odd }).success).toBe(false);
});
