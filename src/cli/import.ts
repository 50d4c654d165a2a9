import { type Command, InvalidArgumentError, Option } from 'commander';
import type { FileImport } from '../http/file-import.ts';
import { importReport } from '../http/import-answer.ts';
import { fileImports } from '../http/routes/imports.ts';
import { refuseSecretsIn } from '../http/secrets.ts';
import { assertNotRefused } from '../import/refusal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { ImportProgress } from '../tax/import-ledger.ts';
import { drawImportReport } from './import-report.ts';
import { asOfficer, type OfficerOptions, withOfficerOption } from './officer.ts';
import { ProgressBar } from './progress-bar.ts';
import { print, printJson, withDemoOption, withShell } from './shell.ts';

interface ImportOptions extends OfficerOptions {
  readonly demo: boolean;
  readonly json: boolean;
  readonly check?: boolean;
  readonly acceptGood?: boolean;
  readonly officer?: string;
  readonly acceptUnmatched?: boolean;
  readonly account?: string;
}

/** The file to import when no kind is named. */
const USUAL = 'delinquent-ledger';

export function registerImport(program: Command): void {
  const command = program
    .command('import')
    .description('파일을 가져온다. 종류를 적지 않으면 체납 자료이다 (서식: docs/formats.md)')
    .usage('[종류] <파일>');
  for (const each of fileImports) addKind(command, each);
}

/** Of two words the first can only be meant as a kind; without one of ours the usual kind would take it for the file. */
function assertOneFile(parent: Command, given: readonly string[]): void {
  if (given.length === 1) return;
  const kinds = fileImports.map(({ name }) => name);
  if (kinds.some((name) => name === parent.args[0]))
    throw new CheongsanError('INPUT_INVALID', '값이 너무 많습니다. 도움말: cheongsan --help');
  throw new CheongsanError('INPUT_INVALID', `모르는 종류입니다: ${given[0]}. 종류: ${kinds.join(', ')}`);
}

function addKind(parent: Command, each: FileImport): void {
  const command = parent
    .command(each.name, { isDefault: each.name === USUAL })
    .description(each.summary)
    .argument('<file>', 'CSV(UTF-8, CP949) 또는 XLSX 파일')
    .allowExcessArguments()
    .option('--json', '결과를 JSON 한 줄로', false);
  if (each.canCheck) command.option('--check', '저장하지 않고 검사만 한다');
  if (each.canAcceptGood) command.addOption(new Option('--accept-good', '오류가 있어도 맞는 행은 저장한다').conflicts('check'));
  if (each.name === 'old-seizures') command.requiredOption('--officer <id>', '사건을 맡을 사용자의 번호', rowId);
  if (each.name === 'bank-statement') {
    command
      .option('--accept-unmatched', '맞는 건이 없는 줄도 미확인 입금으로 저장한다')
      .option('--account <label>', '기준값의 계좌가 아닐 때 그 이름');
  }
  withOfficerOption(withDemoOption(command)).action((path: string, options: ImportOptions) => {
    assertOneFile(parent, command.args);
    return run(each, path, options);
  });
}

function rowId(text: string): string {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('사용자 번호는 1부터의 정수입니다.');
  return text;
}

async function run(each: FileImport, path: string, options: ImportOptions): Promise<void> {
  const bar = new ProgressBar();
  const reported = await withShell(options, (shell) =>
    asOfficer(shell, options, each.permission, async ({ actor }) => {
      try {
        await refuseSecretsIn(path);
        return await each.run(shell, {
          content: { path },
          actor,
          query: queryOf(each, options),
          onProgress: (progress) => show(bar, progress),
        });
      } finally {
        bar.end();
      }
    }),
  );
  const report = importReport(reported);
  if (options.json) printJson(report);
  else print(drawImportReport(each.summary, reported));
  assertNotRefused({ ...report, report: { errors: reported.errors } });
  if (report.state === 'checked' && report.badCount > 0) {
    throw new CheongsanError(
      'IMPORT_ROWS_REFUSED',
      `${report.badCount} of ${report.rowCount} rows are bad; it was only a check, and nothing was stored.`,
    );
  }
}

/** What a client would write into the address for the same thing. */
function queryOf({ canCheck, canAcceptGood }: FileImport, options: ImportOptions): Record<string, string> {
  const mode = canCheck && options.check === true ? 'check' : options.acceptGood === true ? 'accept_good' : 'store';
  return {
    ...(canAcceptGood ? { mode } : {}),
    ...(options.officer === undefined ? {} : { officerId: options.officer }),
    ...(options.acceptUnmatched === true ? { acceptUnmatched: 'true' } : {}),
    ...(options.account === undefined ? {} : { accountLabel: options.account }),
  };
}

const PHASES = { read: '읽고 검사하는 중', store: '저장하는 중' } as const;

function show(bar: ProgressBar, { phase, done, total }: ImportProgress): void {
  bar.show(PHASES[phase], done, total);
}
