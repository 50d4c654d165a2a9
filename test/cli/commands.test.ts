import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ERROR_ACTIONS } from '../../src/kernel/errors.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import { cheongsan, cheongsanProcess, emptyFolder } from '../support/installed.ts';

/** What is typed, and what stands on standard error: always one line, with a name, and nothing on standard output. */
const TYPED: readonly (readonly [typed: string, told: string])[] = [
  ['trase', '[INPUT_INVALID] 모르는 명령입니다: trase (혹시 trace?) 도움말: cheongsan --help'],
  ['verify --jso', '[INPUT_INVALID] 모르는 선택사항입니다: --jso (혹시 --json?)'],
  ['trace case', '[INPUT_INVALID] 필요한 값이 빠졌습니다: <id>'],
  ['backup', '[INPUT_INVALID] 필요한 선택사항이 빠졌습니다: --out <folder>'],
  ['backup --out', '[INPUT_INVALID] 선택사항의 값이 빠졌습니다: --out <folder>'],
  ['demo --kill x', '[INPUT_INVALID] 값이 맞지 않습니다: --kill <count>. 0에서 500 사이의 정수'],
  [
    'import a b',
    '[INPUT_INVALID] 모르는 종류입니다: a. 종류: delinquent-ledger, bill-updates, official-balances, old-seizures, holdings-reply, transfer-report, service-results, bank-statement',
  ],
  ['import delinquent-ledger a b', '[INPUT_INVALID] 값이 너무 많습니다.'],
  ['import official-balances a b', '[INPUT_INVALID] 값이 너무 많습니다.'],
  ['import --check --accept-good a', '[INPUT_INVALID] 함께 쓸 수 없는 선택사항입니다'],
  ['penalty --notice none.json --as-of 2026-01-05', '[NOT_FOUND] none.json cannot be read'],
  ['trace case 2026-000001', '[NOT_FOUND] There is no database of a city in'],
  ['verify --demo', '[NOT_FOUND] There is no demo database in'],
  ['backup --out copy', '[NOT_FOUND] There is no database in'],
  ['market paper --operator-token abc', '[INPUT_INVALID] 값이 맞지 않습니다: --operator-token <text>. 운영자 암호는 16자 이상입니다.'],
  ['market paper --port x --operator-token 0123456789abcdef', '포트는 0에서 65535까지의 정수입니다.'],
  ['restore', '[INPUT_INVALID] Name the backup with --from'],
];

it.each(TYPED)('cheongsan %s', async (typed, told) => {
  const folder = await emptyFolder();
  const { status, stdout, stderr } = await cheongsan(join(folder, 'data'), typed.split(' '));
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(told);
  expect(stderr).toMatch(/^[^\n]+\n$/);
});

it('shows in Korean what it can do', async () => {
  const folder = await emptyFolder();
  const { status, stdout, stderr } = await cheongsanProcess(folder, ['--help']);
  expect([status, stderr]).toEqual([0, '']);
  for (const command of [
    'demo',
    'import',
    'export',
    'demo-users',
    'trace',
    'verify',
    'replay',
    'reconcile',
    'penalty',
    'market',
    'backup',
    'restore',
  ])
    expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  expect(stdout).not.toMatch(/Usage|Options|Commands|display help/);
});

it('ends with a status that a script can rely on', async () => {
  const folder = await emptyFolder();
  const { status, stdout, stderr } = await cheongsanProcess(join(folder, 'data'), ['verify']);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^찾을 수 없습니다\. 번호나 이름, [^\n]+ \[NOT_FOUND\] [^\n]+\n$/);
});

it('says in Korean what to do about whatever went wrong, and what is more in English for an engineer', async () => {
  const folder = await emptyFolder();
  const { stderr } = await cheongsan(join(folder, 'data'), ['verify']);
  expect(stderr.split(' [NOT_FOUND] ')[0]).toBe(`찾을 수 없습니다. ${ERROR_ACTIONS.NOT_FOUND}`);
});

it('computes a late penalty without any database, and refuses what is no notice', async () => {
  const folder = await emptyFolder();
  const notice = join(folder, 'notice.json');
  const asked = ['penalty', '--notice', notice, '--as-of', '2026-01-05', '--json'];
  await writeFile(notice, JSON.stringify({ arisenOn: '2024-06-01', dueOn: '2024-07-31', principalKrw: '1000000' }));
  const computed = await cheongsan(folder, asked);
  expect([computed.status, computed.stderr]).toEqual([0, '']);
  expect(JSON.parse(computed.stdout)).toMatchObject({
    asOf: '2026-01-05',
    deadline: '2024-07-31',
    onceKrw: '30000',
    totalKrw: '142200',
    once: { on: '2024-08-01', baseKrw: '1000000', rate: '0.03', krw: '30000', ground: '지방세기본법 제55조제1항제3호' },
    months: expect.arrayContaining([
      {
        from: '2024-08-01',
        to: '2024-08-31',
        on: '2024-09-01',
        baseKrw: '1000000',
        rate: '0.0066',
        krw: '6600',
        ground: '지방세기본법 제55조제1항제4호, 같은 법 시행령 제34조제2항',
      },
    ]),
  });
  const table = (await cheongsan(folder, asked.slice(0, -1))).stdout.split('\n');
  expect(table[0]).toBe('납부지연가산세(2024년부터 성립), 납부기한 2024-07-31, 기준일 2026-01-05');
  expect(table[1]).toMatch(/^구분 +기간 +발생일 +기초 세액\(원\) +비율 +금액\(원\) +근거$/);
  expect(table[2]).toMatch(/^납부기한 경과 +2024-08-01 +1,000,000 +3% +30,000 +지방세기본법 제55조제1항제3호$/);
  expect(table[3]).toMatch(/^1개월째 +2024-08-01 ~ 2024-08-31 +2024-09-01 +1,000,000 +0.66% +6,600 +지방세기본법 제55조제1항제4호,/);
  expect(table.slice(-3)).toEqual([expect.stringMatching(/^17개월째 +2025-12-01 ~ 2025-12-31/), '합계 142,200원', '']);

  await writeFile(notice, JSON.stringify({ arisenOn: '2024-06-01', dueOn: '2024-07-31', principalKrw: '100000' }));
  const small = (await cheongsan(folder, asked.slice(0, -1))).stdout;
  expect(small).toContain('세액이 450,000원보다 적어 매월분은 붙지 않습니다. 근거: 지방세기본법 제55조제4항');
  expect(small).toContain('합계 3,000원');

  const example = await cheongsan(folder, ['penalty', '--notice', join(projectRoot, 'examples', 'notice.json'), '--as-of', '2026-01-05']);
  expect([example.status, example.stdout]).toEqual([0, expect.stringMatching(/합계 [\d,]+원/)]);

  await writeFile(notice, 'arisenOn: 2024-06-01');
  expect((await cheongsan(folder, asked)).stderr).toContain('[FILE_FORMAT]');
  await writeFile(notice, JSON.stringify({ arisenOn: '2024-06-01', dueOn: '2024-07-31', principalKrw: '1000000', payment: [] }));
  expect((await cheongsan(folder, asked)).stderr).toContain('[INPUT_INVALID]');
});
