import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, expect, inject, it } from 'vitest';
import { writeDemoUsers } from '../../src/simulation/demo-users.ts';
import { atEnd } from '../support/at-end.ts';
import { TEMPLATE } from '../support/cluster.ts';
import { cheongsan, emptyFolder } from '../support/installed.ts';

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const AUDITOR = {
  loginName: 'auditor',
  displayName: '표본 감사관',
  role: 'auditor',
  password: '표본시 연습용 비밀번호',
  totpSecret: SECRET,
} as const;

let folder: string;

beforeAll(async () => {
  folder = join(await emptyFolder(), 'data');
});

it('has nothing to show before there is a demo', async () => {
  expect((await cheongsan(folder, ['demo-users'])).stderr).toContain('[NOT_FOUND] There is no demo database in');
});

/** A database of this name in the tests' cluster, marked as the template is: real. */
async function copyOfReal(name: string, mark?: 'demo'): Promise<Record<string, string>> {
  const at = (given: 'superuserUrl' | 'ownerUrl' | 'applicationUrl', database: string) => {
    const url = new URL(inject(given));
    url.pathname = `/${database}`;
    return url.toString();
  };
  const run = async (database: string, query: string) => {
    const client = new pg.Client({ connectionString: at('superuserUrl', database) });
    await client.connect();
    await client.query(query).finally(() => client.end());
  };
  await run('postgres', `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER cheongsan_owner`);
  atEnd(() => run('postgres', `DROP DATABASE ${name} WITH (FORCE)`));
  if (mark !== undefined) await run(name, `SET session_replication_role = replica; UPDATE installation SET kind = '${mark}'`);
  return {
    DATABASE_URL: at('applicationUrl', name),
    DATABASE_OWNER_URL: at('ownerUrl', name),
    CHEONGSAN_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
}

it('refuses a database that is no demo, whatever its name and whatever lies in the folder', async () => {
  const environment = await copyOfReal('sample_real_demo');
  await writeDemoUsers(folder, [AUDITOR]);
  const { status, stdout, stderr } = await cheongsan(folder, ['demo-users'], environment);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('[DEMO_ONLY]');
});

it('shows the users of a demo with their codes, and keeps them for their owner alone', async () => {
  const environment = await copyOfReal('sample_demo', 'demo');
  await writeDemoUsers(folder, [AUDITOR]);
  const file = join(folder, 'demo-users.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toContain('실제 사람이 아니며');

  const { status, stdout, stderr } = await cheongsan(folder, ['demo-users'], { ...environment, PORT: '8099' });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^auditor +표본 감사관 +auditor +표본시 연습용 비밀번호 +\d{6}$/m);
  expect(stdout).toMatch(
    /^curl -s http:\/\/127\.0\.0\.1:8099\/sign-in -H 'content-type: application\/json' -d '\{"loginName":"auditor",.*"code":"\d{6}"\}'$/m,
  );
  const { users } = JSON.parse((await cheongsan(folder, ['demo-users', '--json'], environment)).stdout);
  expect(users).toEqual([{ ...AUDITOR, code: expect.stringMatching(/^\d{6}$/) }]);
});
