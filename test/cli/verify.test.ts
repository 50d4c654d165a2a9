import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seedPolicy } from '../../src/policy/book.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { cheongsan, emptyFolder } from '../support/installed.ts';

it('says of a new database that there is nothing yet, and of any other in Korean what was found to hold', async () => {
  const { database, access } = await createTestDatabase();
  const folder = await emptyFolder();
  const environment = {
    DATABASE_URL: access.applicationUrl,
    DATABASE_OWNER_URL: access.ownerUrl ?? '',
    CHEONGSAN_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  const verify = (...more: readonly string[]) => cheongsan(join(folder, 'data'), ['verify', ...more], environment);
  expect(await verify()).toEqual({
    status: 0,
    stdout: '아직 아무것도 기록되지 않은 새 데이터베이스입니다. 확인할 기록이 없습니다.\n',
    stderr: '',
  });
  expect(JSON.parse((await verify('--json')).stdout)).toMatchObject({ empty: true, broken: [] });

  await database.work(testActor, seedPolicy);
  const { status, stdout, stderr } = await verify();
  expect([status, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.at(-1)).toBe(`${lines.length - 1}가지가 모두 지켜지고 있습니다.`);
  for (const line of lines.slice(0, -1)) expect(line).toMatch(/^✓ [a-z_]+ {2}[^A-Za-z]*[가-힣][^A-Za-z]*\.$/);
});
