import { type Command, InvalidArgumentError } from 'commander';
import type { AssetReading } from '../custody/reconcile.ts';
import { tendAccount } from '../custody/tend.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { listVenueAccounts } from '../venue/account.ts';
import { ExchangeDirectory } from '../venue/exchange-directory.ts';
import { asOfficer, type OfficerOptions, withOfficerOption } from './officer.ts';
import { type NamedAccount, reportAsOf, reportResting } from './reconcile-report.ts';
import { print, printJson, type Shell, withDemoOption, withShell } from './shell.ts';

interface ReconcileOptions extends OfficerOptions {
  readonly demo: boolean;
  readonly json: boolean;
  readonly asOf?: Date;
  readonly resting: boolean;
  readonly csv?: string;
}

interface AccountReading {
  readonly accountId: number;
  readonly label: string;
  readonly readings: readonly AssetReading[];
}

export function registerReconcile(program: Command): void {
  withOfficerOption(withDemoOption(program.command('reconcile')))
    .description('거래소 계정의 입출금과 잔액을 지금 읽어 장부와 대조한다')
    .argument('[account...]', '계정 번호 (없으면 모두)', accountIds, [])
    .option('--as-of <instant>', '거래소에 묻지 않고 그 시각의 잔액을 보인다 (예: 2026-03-31T18:00+09:00)', instant)
    .option('--resting', '거래소에 묻지 않고, 기준보다 오래 머문 압류 자산과 그 까닭을 보인다', false)
    .option('--csv <file>', '--resting을 CSV로도 쓴다; 없던 파일이어야 한다')
    .option('--json', '결과를 JSON 한 줄로', false)
    .action((accounts: readonly number[], options: ReconcileOptions) =>
      withShell(options, async (shell) => {
        const { asOf, json, csv } = options;
        if (csv !== undefined && !options.resting)
          throw new CheongsanError('INPUT_INVALID', '--csv writes what --resting shows; give both.');
        if (options.resting) return reportResting(shell, { json, csv });
        if (asOf !== undefined) return reportAsOf(shell, await chosenAccounts(shell, accounts), { instant: asOf, json });
        return asOfficer(shell, options, 'account.reconcile', async () => {
          const read = await readAccounts(shell, accounts);
          if (options.json) printJson({ accounts: read });
          else for (const each of read) printAccount(each);
          assertAgrees(read);
        });
      }),
    );
}

function instant(text: string): Date {
  const parsed = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text) || Number.isNaN(parsed.getTime()))
    throw new InvalidArgumentError('시각은 2026-03-31T18:00+09:00 과 같이 적습니다.');
  return parsed;
}

function accountIds(text: string, earlier: readonly number[]): readonly number[] {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('계정 번호는 1부터의 정수입니다.');
  return [...earlier, Number(text)];
}

/** One after another, as the sweeper reads them too: exchanges count how often they are asked. */
async function readAccounts(shell: Shell, wanted: readonly number[]): Promise<AccountReading[]> {
  const chosen = await chosenAccounts(shell, wanted);
  const { database, keys, log } = shell;
  const exchanges = new ExchangeDirectory({ database, keys, log });
  const read: AccountReading[] = [];
  for (const { id, label } of chosen) {
    read.push({ accountId: id, label, readings: await tendAccount(database, await exchanges.exchangeFor(id), id) });
  }
  return read;
}

/** Those that are named, or all. Error: `NOT_FOUND`. */
async function chosenAccounts({ database }: Shell, wanted: readonly number[]): Promise<readonly NamedAccount[]> {
  const known = await listVenueAccounts(database.read);
  const unknown = wanted.filter((id) => !known.some((account) => account.id === id));
  if (unknown.length > 0) throw new CheongsanError('NOT_FOUND', `There is no exchange account ${unknown.join(', ')}.`);
  const chosen = wanted.length === 0 ? known : known.filter(({ id }) => wanted.includes(id));
  if (chosen.length === 0) throw new CheongsanError('NOT_FOUND', 'No exchange account is registered yet; there is nothing to reconcile.');
  return chosen;
}

function printAccount({ accountId, label, readings }: AccountReading): void {
  print(`${label} [venue_account:${accountId}]`);
  if (readings.length === 0) print('  거래소에도 장부에도 아무것도 없습니다.');
  for (const { asset, venueQuantity, ledgerQuantity, agrees, breaksInRow, isFrozen } of readings) {
    const difference = agrees ? '' : `  차이 (연속 ${breaksInRow}회)`;
    print(`  ${agrees ? '✓' : '✗'} ${asset}: 거래소 ${venueQuantity}, 장부 ${ledgerQuantity}${difference}${isFrozen ? '  동결됨' : ''}`);
  }
}

function assertAgrees(read: readonly AccountReading[]): void {
  const different = read.flatMap(({ accountId, readings }) =>
    readings.filter(({ agrees }) => !agrees).map(({ asset }) => `${asset} at account ${accountId}`),
  );
  if (different.length > 0) {
    throw new CheongsanError('CONFLICT', `Exchange and ledger differ: ${different.join(', ')}. Find the cause before selling on.`);
  }
}
