import { beforeAll, describe, expect, it } from 'vitest';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { importServiceResults } from '../../src/notice/service-results-import.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { MailRoom, registerSamples, testRules, tracking } from './letters.ts';

let test: TestDatabase;
let room: MailRoom;

beforeAll(async () => {
  test = await createTestDatabase();
  const [personId = 0] = await registerSamples(test.database, 1);
  room = new MailRoom(test, personId);
  room.advanceTo(civilDate('2026-01-12'));
});

type Row = readonly [trackingNumber: string, result: string, day: string, receiver: string, reference: string];

function file(...rows: readonly Row[]): Buffer {
  return Buffer.from(['등기번호,배달결과,처리일자,수령인,증빙번호', ...rows.map((row) => row.join(','))].join('\r\n').concat('\r\n'));
}

const run = (content: Buffer, acceptGoodRows = false) =>
  importServiceResults(test.database, testKeys, testActor, { content, rules: testRules, acceptGoodRows });

async function sent(): Promise<{ id: number; number: string }> {
  const id = await room.letter();
  return { id, number: await room.dispatch(id) };
}

const stateOf = async (id: number) => (await room.row(id)).state;

describe('results from the post', () => {
  it('serve and return letters by tracking number, with the post’s record as proof', async () => {
    const [served, returned] = [await sent(), await sent()];
    const report = await run(
      file([served.number, '배달완료', '2026-01-12', '동거인', '배달증명-1'], [returned.number, '폐문부재', '2026. 1. 12.', '', '반송-1']),
    );
    expect(report).toMatchObject({ state: 'stored', repeated: false, rowCount: 2, badCount: 0, errors: [] });
    expect(report.counts).toEqual({ served: 1, returned: 1, unchanged: 0 });
    const { state, servedOn, attempts } = await room.row(served.id);
    expect([state, servedOn]).toEqual(['served', new Date('2026-01-12')]);
    expect(attempts[0]).toMatchObject({ receivedBy: 'co_resident', proofReference: '배달증명-1', importFileId: report.importFileId });
    expect(await stateOf(returned.id)).toBe('returned');
  });

  it('change nothing when the same file comes again, twice at once included', async () => {
    const { id, number } = await sent();
    const content = file([number, '배달완료', '2026-01-12', '본인', '배달증명-2']);
    const both = await Promise.all([run(content), run(content)]);
    expect(both.map(({ repeated }) => repeated).sort()).toEqual([false, true]);
    const events = await test.database.read.auditEvent.count();
    expect(await run(content)).toMatchObject({ repeated: true, state: 'stored', counts: { served: 1 } });
    expect(await test.database.read.auditEvent.count()).toBe(events);
    expect((await room.row(id)).attempts).toHaveLength(1);
  });

  it('may be told again in another file', async () => {
    const { number } = await sent();
    await run(file([number, '배달완료', '2026-01-12', '본인', '배달증명-3']));
    const again = await run(file([number, '배달완료', '2026-01-12', '본인', '다른 증빙']));
    expect(again).toMatchObject({ state: 'stored', counts: { served: 0, unchanged: 1 } });
  });

  it('end every letter of one envelope', async () => {
    const { id, number } = await sent();
    const enclosed = await room.letter();
    await room.dispatch(enclosed);
    await test.database.read.serviceAttempt.updateMany({ where: { noticeId: enclosed }, data: { trackingNumber: number } });
    expect(await run(file([number, '배달완료', '2026-01-12', '본인', '한 봉투']))).toMatchObject({ rowCount: 1, counts: { served: 2 } });
    expect([await stateOf(id), await stateOf(enclosed)]).toEqual(['served', 'served']);
  });
});

describe('bad rows', () => {
  it('are all listed with line, column and reason, and nothing is recorded', async () => {
    const [good, contradicted] = [await sent(), await sent()];
    await run(file([contradicted.number, '이사불명', '2026-01-12', '', '반송-9']));
    const report = await run(
      file(
        [good.number, '배달완료', '2026-01-12', '본인', '배달증명-4'],
        ['12', '배달완료', '2026-01-12', '본인', 'x'],
        [tracking(999_999), '배달완료', '2026-01-12', '본인', 'x'],
        [contradicted.number, '배달완료', '2026-01-12', '본인', 'x'],
        [good.number, '배달완료', '2026-01-12', '본인', '두 번'],
        [tracking(999_998), '분실', '2026-13-12', '이웃', ''],
      ),
    );
    expect(report).toMatchObject({ state: 'refused', rowCount: 6, goodCount: 1, badCount: 5, errorCount: 8, counts: { served: 0 } });
    expect(report.errors.map(({ line, column, code }) => [line, column, code])).toEqual([
      [3, '등기번호', 'INPUT_INVALID'],
      [4, '등기번호', 'NOT_FOUND'],
      [5, '배달결과', 'SERVICE_CONTRADICTED'],
      [6, '등기번호', 'CONFLICT'],
      [7, '배달결과', 'INPUT_INVALID'],
      [7, '처리일자', 'INPUT_INVALID'],
      [7, '수령인', 'INPUT_INVALID'],
      [7, '증빙번호', 'INPUT_INVALID'],
    ]);
    expect(await stateOf(good.id)).toBe('sent');
  });

  it('are left out when the good ones are asked for', async () => {
    const { id, number } = await sent();
    const content = file([number, '배달완료', '2026-01-12', '본인', '배달증명-5'], ['12', '배달완료', '2026-01-12', '본인', 'x']);
    expect(await run(content)).toMatchObject({ state: 'refused' });
    expect(await run(content, true)).toMatchObject({ state: 'stored', badCount: 1, counts: { served: 1 } });
    expect(await stateOf(id)).toBe('served');
  });

  it.each([
    ['served without a receiver', '배달완료', '2026-01-12', '', 'SERVICE_NOT_ALLOWED'],
    ['returned with a receiver', '이사불명', '2026-01-12', '본인', 'SERVICE_NOT_ALLOWED'],
    ['before it was sent', '배달완료', '2026-01-11', '본인', 'INPUT_INVALID'],
    ['tomorrow', '배달완료', '2026-01-13', '본인', 'INPUT_INVALID'],
  ])('%s is one', async (_, result, day, receiver, code) => {
    const { number } = await sent();
    const report = await run(file([number, result, day, receiver, 'x']));
    expect(report.errors).toEqual([expect.objectContaining({ line: 2, code })]);
  });

  it('a number that stands for two people is one', async () => {
    const { id, number } = await sent();
    const [other = 0] = await registerSamples(test.database, 1);
    const theirs = await room.letter({ recipient: { kind: 'pledgee', personId: other } });
    await room.dispatch(theirs);
    await test.database.read.serviceAttempt.updateMany({ where: { noticeId: theirs }, data: { trackingNumber: number } });
    const report = await run(file([number, '배달완료', '2026-01-12', '본인', 'x']));
    expect(report.errors).toEqual([expect.objectContaining({ column: '등기번호', code: 'CONFLICT' })]);
    expect(await stateOf(id)).toBe('sent');
  });

  it('make a torn file useless as a whole', async () => {
    const { id, number } = await sent();
    const torn = Buffer.concat([file([number, '배달완료', '2026-01-12', '본인', 'x']), Buffer.from('"unended')]);
    await expect(run(torn)).rejects.toMatchObject({ code: 'FILE_TORN' });
    expect(await stateOf(id)).toBe('sent');
  });
});

it('bad rows are told all that is wrong with them, in the file and in our records', async () => {
  const unknown = [tracking(999_997), '배달완료', '2026-01-12', '본인', 'x'] as const;
  const report = await run(file([...unknown], [...unknown]));
  expect(report.errors.map(({ line, code }) => [line, code])).toEqual([
    [2, 'NOT_FOUND'],
    [3, 'CONFLICT'],
    [3, 'NOT_FOUND'],
  ]);
});
