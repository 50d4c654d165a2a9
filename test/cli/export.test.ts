import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Official } from '../../src/simulation/office.ts';
import type { Cast } from '../../src/simulation/story/stage.ts';
import { bigLedger } from '../support/big-ledger.ts';
import { cheongsan, emptyFolder, hire, type Installation, startInstallation, withInstalledDatabase } from '../support/installed.ts';
import { creditBill } from '../tax/receipt-fixture.ts';

let folder: string;
let installation: Installation;
let cast: Cast;

beforeAll(async () => {
  folder = await emptyFolder();
  installation = await startInstallation(join(folder, 'data'));
  cast = await hire(installation);
  const ledger = new TextEncoder().encode(bigLedger(2));
  await installation.office.upload('/imports/delinquent-ledger?mode=store', ledger, 'text/csv', cast.officer);
});

function as({ token }: Official, ...args: readonly string[]) {
  return cheongsan(installation.dataFolder, args, { CHEONGSAN_TOKEN: token ?? '' });
}

async function auditActions(): Promise<string> {
  return JSON.stringify(await installation.office.get('/audit/events?limit=500', cast.auditor));
}

describe('cheongsan export', () => {
  it('makes no file while there is nothing to send back', async () => {
    const out = join(folder, 'nothing.csv');
    expect(await as(cast.officer, 'export', '--out', out)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('내보낼 수납이 없습니다'),
    });
    expect(await readdir(folder)).not.toContain('nothing.csv');
  });

  it('sends every receipt back once, and the same file as often as it is asked for', async () => {
    await withInstalledDatabase(installation.dataFolder, (database) =>
      creditBill(database, '2024-07-0000000', '500', 'distribution:1', '2026-01-05'),
    );
    const out = join(folder, 'receipts.csv');
    const first = await as(cast.officer, 'export', 'receipts', '--out', out, '--json');
    expect([first.status, first.stderr]).toEqual([0, '']);
    const { exportId } = z.object({ exportId: z.int(), totalKrw: z.literal('500') }).parse(JSON.parse(first.stdout));
    const text = await readFile(out, 'utf8');
    expect(text).toContain('고지번호,세목코드,세목명,도세/시세 구분,수납 구분,수납금액,수납일,영수번호,근거');
    expect(text).toContain('2024-07-0000000,105001,재산세,시세,');

    expect((await as(cast.officer, 'export', '--out', join(folder, 'second.csv'))).stdout).toContain('내보낼 수납이 없습니다');
    const again = join(folder, 'again.csv');
    expect((await as(cast.officer, 'export', '--id', String(exportId), '--out', again)).status).toBe(0);
    expect(await readFile(again, 'utf8')).toBe(text);
    const workbook = join(folder, 'receipts.xlsx');
    expect((await as(cast.officer, 'export', '--id', String(exportId), '--out', workbook)).status).toBe(0);
    expect((await readFile(workbook)).subarray(0, 2).toString()).toBe('PK');
    expect(await auditActions()).toContain('receipts.exported');
  });

  it('exports nothing that it could not write down', async () => {
    await withInstalledDatabase(installation.dataFolder, (database) =>
      creditBill(database, '2024-07-0000001', '300', 'distribution:2', '2026-01-05'),
    );
    const taken = join(folder, 'taken.csv');
    await writeFile(taken, 'mine');
    expect((await as(cast.officer, 'export', '--out', taken)).stderr).toContain('[INPUT_INVALID]');
    expect(await readFile(taken, 'utf8')).toBe('mine');
    expect((await as(cast.officer, 'export', '--out', join(folder, 'receipts.txt'))).stderr).toContain('must end in .csv or .xlsx');
    expect((await as(cast.administrator, 'export', '--out', join(folder, 'mine.csv'))).stderr).toContain('[FORBIDDEN]');
    const kept = await as(cast.officer, 'export', '--out', join(folder, 'kept.csv'), '--json');
    expect(JSON.parse(kept.stdout)).toMatchObject({ totalKrw: '300' });
  });

  it('writes an inquiry for the exchange, and logs that persons were seen', async () => {
    const order = { venueCode: 'upbit', identification: 'name_birth_phone', bills: 'outstanding' };
    const { id } = z.object({ id: z.int() }).parse(await installation.office.post('/inquiries', order, cast.officer));
    const out = join(folder, 'inquiry.csv');
    const made = await as(cast.officer, 'export', 'inquiry', String(id), '--out', out);
    expect([made.status, made.stderr]).toEqual([0, '']);
    expect(await readFile(out, 'utf8')).toContain('요청번호,순번,성명,생년월일,휴대전화');
    expect(await auditActions()).toContain('inquiry.exported');
    expect((await as(cast.officer, 'export', 'inquiry', '99', '--out', join(folder, 'none.csv'))).stderr).toContain('[NOT_FOUND]');
    expect(await readdir(folder)).not.toContain('none.csv');
  });
});
