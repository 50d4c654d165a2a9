import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOTP } from 'otpauth';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/kernel/clock.ts';
import type { Official } from '../../src/simulation/office.ts';
import type { Cast } from '../../src/simulation/story/stage.ts';
import { bigLedger } from '../support/big-ledger.ts';
import { cheongsan, cheongsanProcess, emptyFolder, hire, type Installation, startInstallation } from '../support/installed.ts';

let folder: string;
let installation: Installation;
let cast: Cast;

beforeAll(async () => {
  folder = await emptyFolder();
  installation = await startInstallation(join(folder, 'data'));
  cast = await hire(installation);
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** A command of somebody who has signed in already. */
function as({ token }: Official, ...args: readonly string[]) {
  return cheongsan(installation.dataFolder, args, { CHEONGSAN_TOKEN: token ?? '' });
}

async function storedFiles(): Promise<number> {
  const page = await installation.office.get('/imports?state=stored', cast.auditor);
  return z.object({ items: z.array(z.unknown()) }).parse(page).items.length;
}

const GOOD = bigLedger(3);
const BAD = GOOD.replace(',1001,0,예', ',-1001,0,예').replace('010-0000-0000,2024-07-0000002', '전화 없음,2024-07-0000002');

describe('cheongsan import', () => {
  it('checks without storing, stores, and changes nothing the second time', async () => {
    const path = await file('good.csv', GOOD);
    const checked = await as(cast.officer, 'import', path, '--check', '--json');
    expect([checked.status, JSON.parse(checked.stdout)]).toMatchObject([
      0,
      { state: 'checked', repeated: false, rowCount: 3, badCount: 0, outcome: { created: { bills: 3, lines: 3 }, unchangedBills: 0 } },
    ]);
    const told = await as(cast.officer, 'import', path, '--check');
    expect(told.stdout).toContain('아직 저장하지 않았습니다. 가져오면 저장될 것:\n  새 납세자 2, 새 고지 3, 새 세목 3, 체납액(원) 3,003');
    expect(told.stdout).toMatch(/\n검사 번호 \d+\n$/);
    expect(await storedFiles()).toBe(0);

    const stored = await as(cast.officer, 'import', path);
    expect([stored.status, stored.stdout]).toEqual([
      0,
      expect.stringContaining('3행 가운데 3행이 맞고 0행에 오류가 있습니다.\n저장하였습니다.'),
    ]);
    expect(stored.stderr).toContain('저장하는 중 100%');

    const again = await as(cast.officer, 'import', 'delinquent-ledger', path, '--json');
    expect([again.status, JSON.parse(again.stdout)]).toMatchObject([0, { state: 'stored', repeated: true }]);
    expect(await storedFiles()).toBe(1);

    const { importFileId } = JSON.parse(again.stdout);
    const checkedAgain = await as(cast.officer, 'import', path, '--check');
    expect(checkedAgain.status).toBe(0);
    expect(checkedAgain.stdout).toContain(`검사만 하였습니다. 이 파일은 반입 번호 ${importFileId}(으)로 이미 저장되어 있어`);
    expect(checkedAgain.stdout).toContain('새 고지 0, 새 세목 0, 체납액(원) 0, 그대로인 고지 3');
  });

  it('lists every bad row by line, column and reason, stores nothing of it, and takes the good ones when told to', async () => {
    const path = await file('bad.csv', BAD.replaceAll('2024-07-0', '2025-07-0'));
    const before = await storedFiles();
    const checked = await as(cast.officer, 'import', path, '--check');
    expect([checked.status, checked.stderr]).toEqual([1, expect.stringContaining('[IMPORT_ROWS_REFUSED]')]);
    expect(checked.stdout).toContain('맞는 행만 가져오면(--accept-good) 저장될 것:\n  새 납세자 0, 새 고지 1, 새 세목 1,');
    const refused = await as(cast.officer, 'import', path);
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain('3행 가운데 1행이 맞고 2행에 오류가 있습니다.');
    expect(refused.stdout).toContain('  3행 본세: 금액은 음수일 수 없습니다. (-1001) [AMOUNT_NEGATIVE: 금액은 음수일 수 없습니다]');
    // A telephone number is personal: its shape is shown, not the cell.
    expect(refused.stdout).toMatch(/ {2}4행 전화번호: 전화번호가 아닙니다\./);
    expect(refused.stdout).not.toContain('전화 없음');
    expect(refused.stdout).toContain('아무것도 저장하지 않았습니다');
    expect(refused.stderr).toContain('[IMPORT_ROWS_REFUSED]');
    expect(await storedFiles()).toBe(before);

    const taken = await as(cast.officer, 'import', path, '--accept-good', '--json');
    expect([taken.status, JSON.parse(taken.stdout)]).toMatchObject([0, { state: 'stored', rowCount: 3, goodCount: 1, errorCount: 2 }]);
    expect(await storedFiles()).toBe(before + 1);
  });
});

describe('an import that cannot be', () => {
  it('is done by somebody who may, and by nobody else', async () => {
    const path = await file('whose.csv', bigLedger(2).replaceAll('2024-07-0', '2023-07-0'));
    const before = await storedFiles();
    expect((await cheongsan(installation.dataFolder, ['import', path])).stderr).toContain('[UNAUTHENTICATED] Say who does it');
    expect((await as({ ...cast.officer, token: 'cheongsan_session_wrong' }, 'import', path)).stderr).toContain('[UNAUTHENTICATED]');
    expect((await as(cast.auditor, 'import', path)).stderr).toContain('[FORBIDDEN]');
    expect(await storedFiles()).toBe(before);

    const { loginName, password, totpSecret = '' } = cast.officer;
    // The code of this half minute was used up at the enrolment; the next one is good already.
    const code = new TOTP({ secret: totpSecret }).generate({ timestamp: systemClock.now().getTime() + 30_000 });
    const signIn = ['import', path, '--as', loginName, '--json'];
    const refused = await cheongsanProcess(installation.dataFolder, signIn, `${password}!\n${code}\n`);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('[SIGN_IN_REFUSED]')]);
    const stored = await cheongsanProcess(installation.dataFolder, signIn, `${password}\n${code}\n`);
    expect([stored.status, JSON.parse(stored.stdout)]).toMatchObject([0, { state: 'stored' }]);

    const sessions = z.array(z.unknown()).parse(await installation.office.get('/me/sessions', cast.officer));
    expect(sessions).toHaveLength(1);
  });

  it('names what is wrong with a file as a whole', async () => {
    const told = async (path: string) => (await as(cast.officer, 'import', path)).stderr;
    expect(await told(join(folder, 'none.csv'))).toContain('[NOT_FOUND]');
    expect(await told(await file('empty.csv', ''))).toContain('[FILE_FORMAT]');
    const header = GOOD.slice(0, GOOD.indexOf('\r\n') + 2);
    expect(await told(await file('header.csv', header))).toContain('[FILE_FORMAT] The file has a header and no rows');
    expect(await told(await file('torn.csv', `${GOOD}"개인,표본`))).toContain('[FILE_TORN]');
    await writeFile(join(folder, 'utf16.csv'), Buffer.from(`\ufeff${GOOD}`, 'utf16le'));
    expect(await told(join(folder, 'utf16.csv'))).toContain('[FILE_ENCODING]');
    expect((await as(cast.officer, 'import', 'holdings-reply', await file('whole.csv', GOOD))).stderr).toContain('[FILE_FORMAT]');
  });
});
