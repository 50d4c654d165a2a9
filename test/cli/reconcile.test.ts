import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { seoulDay } from '../../src/kernel/civil-date.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createLog } from '../../src/kernel/log.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';
import type { Cast } from '../../src/simulation/story/stage.ts';
import { NEEDED_PERMISSIONS } from '../../src/venue/account-rules.ts';
import { atEnd } from '../support/at-end.ts';
import { cheongsan, emptyFolder, hire, type Installation, startInstallation, withInstalledDatabase } from '../support/installed.ts';

let installation: Installation;
let cast: Cast;
let exchange: PaperExchange;

beforeAll(async () => {
  const folder = await emptyFolder();
  installation = await startInstallation(join(folder, 'data'));
  cast = await hire(installation);
  exchange = await startPaperExchange({ clock: systemClock, log: createLog({ level: 'silent' }) });
  atEnd(() => exchange.stop());
});

function reconcile(...args: readonly string[]) {
  return cheongsan(installation.dataFolder, ['reconcile', ...args], { CHEONGSAN_TOKEN: cast.officer.token ?? '' });
}

it('compares every account with its exchange, and does not end well while they differ', async () => {
  expect((await reconcile()).stderr).toContain('[NOT_FOUND] No exchange account is registered yet');

  const keys = { accessKey: 'access-key-of-the-sample-city', secretKey: 'secret-key-of-the-sample-city' };
  await exchange.operator.openCorporateAccount({ accountId: 'sample-city', ...keys });
  const names = { label: '표본시 1호 계정', owner: '표본시', purpose: '압류한 가상자산의 수령과 매각' };
  const account = { venueCode: 'upbit', ...names, baseUrl: exchange.url, paper: true, training: true };
  await installation.office.post('/venue-accounts', { ...account, ...keys, permissions: NEEDED_PERMISSIONS }, cast.administrator);
  await exchange.operator.depositFromChain({ accountId: 'sample-city', asset: 'BTC', quantity: '0.25', confirmationSeconds: 0 });

  const agreeing = await reconcile();
  expect([agreeing.status, agreeing.stderr]).toEqual([0, '']);
  expect(agreeing.stdout).toContain('표본시 1호 계정 [venue_account:1]');
  expect(agreeing.stdout).toContain('✓ BTC: 거래소 0.25, 장부 0.25');

  // Coins that only the books know of.
  await withInstalledDatabase(installation.dataFolder, (database) =>
    database.work({ kind: 'system', part: 'test' }, (work) =>
      post(
        work,
        entry({ key: 'phantom', kind: 'phantom', occurredOn: seoulDay(work.at), cause: 'test:1', memo: '' })
          .debit(CHART.coinsUnidentified, { subject: 'deposit:0', place: 'account:1' }, CoinAmount.of('ETH', '2'))
          .credit(CHART.dutyUnidentified, { subject: 'deposit:0', place: 'account:1' }, CoinAmount.of('ETH', '2'))
          .build(),
      ),
    ),
  );
  const different = await reconcile('1', '--json');
  expect([different.status, different.stderr]).toEqual([
    1,
    expect.stringContaining('[CONFLICT] Exchange and ledger differ: ETH at account 1.'),
  ]);
  const readings = JSON.parse(different.stdout).accounts[0].readings;
  expect(readings).toContainEqual(expect.objectContaining({ asset: 'ETH', venueQuantity: '0', ledgerQuantity: '2', agrees: false }));
  expect(readings).toContainEqual(expect.objectContaining({ asset: 'BTC', agrees: true }));
});

it('knows which accounts there are, and who may ask', async () => {
  expect((await reconcile('7')).stderr).toContain('[NOT_FOUND] There is no exchange account 7.');
  expect((await reconcile('x')).stderr).toContain('[INPUT_INVALID] 값이 맞지 않습니다');
  const auditor = await cheongsan(installation.dataFolder, ['reconcile'], { CHEONGSAN_TOKEN: cast.auditor.token ?? '' });
  expect([auditor.status, auditor.stderr]).toEqual([1, expect.stringContaining('[FORBIDDEN]')]);
});
