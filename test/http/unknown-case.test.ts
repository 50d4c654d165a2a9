import { beforeAll, expect, test } from 'vitest';
import { routes } from '../../src/http/routes.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { type SignedInClient, startApi } from '../support/api.ts';

/* A case that does not exist has no empty list: whoever mistypes a number must learn of it. */

const ofCase = routes({ kind: 'real', clock: systemClock, sweep: () => Promise.resolve(0) })
  .filter(({ kind, path }) => (kind === 'read' || kind === 'download') && path.startsWith('/cases/{caseId}'))
  .map(({ path }) => path);

let officer: SignedInClient;

beforeAll(async () => {
  officer = await (await startApi()).hire('officer', ['collection_officer']);
});

test.each(ofCase)('%s answers that there is no such case', async (path) => {
  const address = path.replace('{caseId}', '9999').replaceAll(/\{\w+\}/g, '1');
  expect((await officer.get(address)).problem()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});
