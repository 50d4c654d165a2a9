import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { cheongsan, type Ended, emptyFolder } from '../support/installed.ts';
import { CoverageDesk } from './coverage-fixture.ts';

let desk: CoverageDesk;
let shell: (...args: string[]) => Promise<Ended>;
let numberOf: (caseId: number) => Promise<string>;
let short: number;

beforeAll(async () => {
  desk = await CoverageDesk.open();
  await desk.record({ asset: 'BTC' });
  short = (await desk.windowCase({ coins: { BTC: '0.8' }, bills: ['900000'] })).caseId;
  const covered = await desk.windowCase({ coins: { BTC: '3' }, bills: ['900000'] });
  for (const caseId of [short, covered.caseId]) await desk.read(caseId);
  const folder = await emptyFolder();
  const { applicationUrl, ownerUrl } = desk.test.access;
  const environment = {
    DATABASE_URL: applicationUrl,
    ...(ownerUrl === undefined ? {} : { DATABASE_OWNER_URL: ownerUrl }),
    CHEONGSAN_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  shell = (...args) => cheongsan(join(folder, 'data'), ['coverage', ...args], environment);
  numberOf = async (id) => (await desk.database.read.seizureCase.findUniqueOrThrow({ where: { id } })).number;
});

it('lists the cases, the worst first', async () => {
  const { status, stdout, stderr } = await shell();
  expect([status, stderr]).toEqual([0, '']);
  const [header, first, second, ...rest] = stdout.trimEnd().split('\n');
  expect(header).toMatch(/^사건 +단계 +판단 +충당 가능성 +매각 예정일 +평가액\(원\) +필요액\(원\) +부족액 95%\(원\) +제안$/);
  expect(first).toMatch(
    /^표본-\d{6} +자진 납부·매각 기간 +부족 +\d+\.\d% +2026-01-27 +800,000 +9\d\d,\d{3} +\d{3},\d{3} +추가 압류·이전 요구$/,
  );
  expect(second).toMatch(/ 충분 +(?:9\d\.\d|100\.0)% .* 0 +초과분 압류 해제$/);
  expect(rest).toEqual([]);
  expect((await shell('--standing', 'covered')).stdout).not.toContain('부족 ');
  expect((await shell('--standing', 'at_risk')).stdout).toBe('충당 가능성을 계산한 사건이 없습니다.\n');
});

it('shows one case by number or id, with its coins, what to do, and the readings before', async () => {
  const number = await numberOf(short);
  const { stdout } = await shell(number);
  for (const text of [
    `사건 ${number} · 2026. 1. 5. 09:00 계산 · 매각 예정일 2026-01-27`,
    /^부족: 모두 충당할 가능성 \d+\.\d% \(모의 오차 ±\d+\.\d%\)$/m,
    /^가격이 \d+\.\d% 올라야 모두 충당합니다\.$/m,
    /^부족액: 50% [\d,]+원, 90% [\d,]+원, 95% [\d,]+원, 99% [\d,]+원 이하 · 모자라는 경우 평균 [\d,]+원$/m,
    /^BTC +0\.8 +800,000 +\d\.\d% +199 +종목 자신의 변동$/m,
    /^· 추가 압류·이전 요구: 95\.0% 가능성까지 [\d,]+원이 모자랍니다, 같은 종목이면 지금 [\d,]+원어치\.$/m,
    /^2026\. 1\. 5\. 09:00 +부족 /m,
  ])
    expect(stdout).toMatch(text);
  expect((await shell(String(short))).stdout).toBe(stdout);
  expect((await shell(`case:${short}`)).stdout).toBe(stdout);
});

it('tells the same as JSON, and says what it does not find', async () => {
  const { stdout } = await shell('--json', String(short));
  expect(z.looseObject({ latest: z.looseObject({ result: z.looseObject({}) }) }).parse(JSON.parse(stdout))).toMatchObject({
    caseId: short,
    latest: { result: { standing: 'short', valueKrw: '800000' } },
  });
  expect(JSON.parse((await shell('--json')).stdout)).toMatchObject({ cases: [{ reading: { caseId: short } }, {}] });
  const unknown = await shell('2020-999999');
  expect([unknown.status, unknown.stdout]).toEqual([1, '']);
  expect(unknown.stderr).toContain('[NOT_FOUND] There is no case 2020-999999.');
});
