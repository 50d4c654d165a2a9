import { PrismaPg } from '@prisma/adapter-pg';
import { expect, it } from 'vitest';
import { namedDatabaseError } from '../../src/database/errors.ts';
import { PrismaClient } from '../../src/database/generated/client.ts';

/** A port on which nobody listens. */
const NOBODY = 'postgresql://nobody@127.0.0.1:9/nothing';

it.each<[string, (client: PrismaClient) => Promise<unknown>]>([
  ['a raw query', (client) => client.$queryRaw`SELECT 1`],
  ['a query', (client) => client.installation.findMany()],
  ['a transaction', (client) => client.$transaction((tx) => tx.$queryRaw`SELECT 1`)],
])('%s of a server that is not there is named as that', async (_what, ask) => {
  const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: NOBODY, connectionTimeoutMillis: 2_000 }) });
  const thrown: unknown = await ask(client).then(
    () => undefined,
    (error: unknown) => error,
  );
  await client.$disconnect();
  expect(namedDatabaseError(thrown)).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
});
