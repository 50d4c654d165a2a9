import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { cheongsan, type Ended, emptyFolder } from '../support/installed.ts';
import { storeBill, storeLawfulCase } from '../support/sale-case.ts';

/* Every command that takes a case takes its number or its id. */

let test: TestDatabase;
let shell: (...args: readonly string[]) => Promise<Ended>;
let number: string;
let caseId: number;

beforeAll(async () => {
  test = await createTestDatabase();
  caseId = await test.database.work(testActor, async (work) => {
    const { id: personId } = await work.tx.person.create({ data: { kind: 'natural', sample: true, createdAt: work.at } });
    const officer = await work.tx.userAccount.create({
      data: { loginName: 'officer', displayName: '표본', division: '표본', roles: ['collection_officer'], createdAt: work.at },
    });
    return storeLawfulCase(work, { personId, officerId: officer.id, billIds: [await storeBill(work, personId, '900000')] });
  });
  number = (await test.database.read.seizureCase.findUniqueOrThrow({ where: { id: caseId } })).number;
  const folder = await emptyFolder();
  const environment = {
    DATABASE_URL: test.access.applicationUrl,
    DATABASE_OWNER_URL: test.access.ownerUrl ?? '',
    CHEONGSAN_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  shell = (...args) => cheongsan(join(folder, 'data'), args, environment);
});

const COMMANDS = [['replay'], ['report'], ['coverage'], ['trace', 'case']].map((words) => [words.join(' '), words] as const);

it.each(COMMANDS)('%s finds a case by number, by id and as traces write it', async (_name, words) => {
  const byNumber = await shell(...words, number);
  expect([byNumber.status, byNumber.stderr]).toEqual([0, '']);
  expect(await shell(...words, String(caseId))).toEqual(byNumber);
  expect(await shell(...words, `case:${caseId}`)).toEqual(byNumber);
  for (const unknown of ['9999', 'case:9999', '2020-000001'])
    expect((await shell(...words, unknown)).stderr).toContain(`[NOT_FOUND] There is no case ${unknown}.`);
});
