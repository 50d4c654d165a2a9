import { join } from 'node:path';
import { expect, it } from 'vitest';
import { assertClean } from '../../src/cli/soak.ts';
import { cheongsan, emptyFolder } from '../support/installed.ts';

const CLEAN = { doubled: 0, lost: 0, overSold: 0, unsettled: 0, unexplainedBreaks: 0, invariantsBroken: 0, offending: [] };

it.each(['doubled', 'lost', 'overSold', 'unsettled', 'unexplainedBreaks', 'invariantsBroken'])('fails when %s is not zero', (figure) => {
  expect(() => assertClean(CLEAN)).not.toThrow();
  const found = { ...CLEAN, [figure]: 2, offending: ['upbit order A stands twice'] };
  expect(() => assertClean(found)).toThrow(`The soak found ${figure} 2. First: upbit order A stands twice.`);
});

it.each([
  ['--orders', '9'],
  ['--orders', '10.5'],
  ['--faults', '1.2'],
  ['--faults', ''],
])('takes no %s of %j', async (option, value) => {
  const { status, stdout, stderr } = await cheongsan(join(await emptyFolder(), 'data'), ['soak', option, value]);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`값이 맞지 않습니다: ${option}`);
});
