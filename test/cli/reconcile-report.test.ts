import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seoulDay } from '../../src/kernel/civil-date.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { cheongsan, emptyFolder, startInstallation, withInstalledDatabase } from '../support/installed.ts';
import { registerSampleAccount } from '../support/sample-account.ts';

it('shows past balances and resting coins without asking any exchange, and writes no file over', async () => {
  const folder = await emptyFolder();
  const { dataFolder } = await startInstallation(join(folder, 'data'));
  const [before, after] = await withInstalledDatabase(dataFolder, async (database) => {
    await registerSampleAccount(database);
    const start = systemClock.now();
    await database.work({ kind: 'system', part: 'test' }, (work) =>
      post(
        work,
        entry({ key: 'sample', kind: 'sample', occurredOn: seoulDay(work.at), cause: 'test:1', memo: '' })
          .debit(CHART.coinsUnidentified, { subject: 'deposit:0', place: 'account:1' }, CoinAmount.of('ETH', '2'))
          .credit(CHART.dutyUnidentified, { subject: 'deposit:0', place: 'account:1' }, CoinAmount.of('ETH', '2'))
          .build(),
      ),
    );
    return [new Date(start.getTime() - 1), systemClock.now()];
  });
  const run = (...args: readonly string[]) => cheongsan(dataFolder, ['reconcile', ...args]);

  const now = await run('--as-of', after?.toISOString() ?? '');
  expect([now.status, now.stderr]).toEqual([0, '']);
  expect(now.stdout).toContain('ETH: 장부 2');
  expect(now.stdout).toContain('미확인 입금 2');
  const past = JSON.parse((await run('1', '--as-of', before?.toISOString() ?? '', '--json')).stdout);
  expect(past.accounts[0].balances).toMatchObject([{ asset: 'ETH', bookedQuantity: '0', postedQuantity: '2' }]);
  expect((await run('--as-of', '2026-03-31')).stderr).toContain('[INPUT_INVALID]');

  const file = join(folder, 'resting.csv');
  expect((await run('--resting', '--csv', file)).stdout).toContain('기준보다 오래 머문 자산이 없습니다.');
  expect(await readFile(file, 'utf8')).toContain('사건번호,가상자산,수량');
  expect((await run('--resting', '--csv', file)).stderr).toContain('[INPUT_INVALID]');
  expect((await run('--csv', file)).stderr).toContain('[INPUT_INVALID]');
});
