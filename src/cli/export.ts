import { open, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TextEncoding } from '../document/csv/text-encoding.ts';
import { type CivilDate, civilDate, isCivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { makeInquiryFile } from '../seizure/inquiry-file.ts';
import { type ExportFormat, exportReceipts, type ReceiptExportSummary, receiptExportFile, TIER_TITLES } from '../tax/export.ts';
import { levelTitles } from '../tax/file-cells.ts';
import { asOfficer, type OfficerOptions, withOfficerOption } from './officer.ts';
import { print, printJson, withDemoOption, withShell } from './shell.ts';

interface FileOptions extends OfficerOptions {
  readonly demo: boolean;
  readonly json: boolean;
  readonly out: string;
  readonly encoding: TextEncoding;
}

interface ReceiptOptions extends FileOptions {
  readonly from?: CivilDate;
  readonly until?: CivilDate;
  readonly id?: number;
}

export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description('파일을 내보낸다. 종류를 적지 않으면 수납 자료이다 (서식: docs/formats.md)')
    .usage('[종류] --out <파일>');
  withFileOptions(command.command('receipts', { isDefault: true }))
    .description('아직 보내지 않은 수납을 모아 반출 자료를 만들고 파일로 쓴다')
    .option('--from <day>', '수납일 처음 (YYYY-MM-DD)', day)
    .option('--until <day>', '수납일 끝 (YYYY-MM-DD)', day)
    .addOption(new Option('--id <number>', '이미 만든 반출 자료를 다시 쓴다').argParser(rowId).conflicts(['from', 'until']))
    .action((options: ReceiptOptions) => receipts(options));
  withFileOptions(command.command('inquiry'))
    .description('거래소에 보낼 조회 파일을 쓴다 (개인정보 열람이 기록된다)')
    .argument('<id>', '조회의 행 번호', rowId)
    .action((id: number, options: FileOptions) => inquiry(id, options));
}

function withFileOptions(command: Command): Command {
  return withOfficerOption(
    withDemoOption(
      command
        .requiredOption('--out <file>', '쓸 파일 (.csv 또는 .xlsx, 없던 것이어야 한다)')
        .addOption(new Option('--encoding <name>', 'CSV의 문자 인코딩').choices(['utf-8', 'cp949']).default('utf-8'))
        .option('--json', '결과를 JSON 한 줄로', false),
    ),
  );
}

function day(text: string): CivilDate {
  if (!isCivilDate(text)) throw new InvalidArgumentError('날짜는 2026-03-05 와 같이 적습니다.');
  return civilDate(text);
}

function rowId(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('번호는 1부터의 정수입니다.');
  return Number(text);
}

async function receipts(options: ReceiptOptions): Promise<void> {
  const format = formatOf(options.out);
  await withShell(options, (shell) =>
    asOfficer(shell, options, 'receipt.export', async ({ actor }) => {
      const { database } = shell;
      const { from, until } = options;
      const period = { ...(from === undefined ? {} : { fromDay: from }), ...(until === undefined ? {} : { untilDay: until }) };
      const summary = await writingTo(options.out, async () => {
        const id = options.id ?? (await database.work(actor, (work) => exportReceipts(work, period)))?.exportId;
        if (id === undefined) return { result: undefined };
        const kind: ExportFormat = format === 'csv' && options.encoding === 'cp949' ? 'csv-cp949' : format;
        const file = await receiptExportFile(database.read, id, kind);
        return { result: file.summary, bytes: file.bytes };
      });
      tellReceipts(summary, options);
    }),
  );
}

function tellReceipts(summary: ReceiptExportSummary | undefined, { json, out }: ReceiptOptions): void {
  const totals = summary?.totals ?? [];
  if (json) {
    const { exportId = null, rowCount = 0 } = summary ?? {};
    const amounts = totals.map(({ level, tier, amount }) => ({ level, tier, amountKrw: amount.toString() }));
    printJson({ exportId, rowCount, totalKrw: summary?.total.toString() ?? '0', totals: amounts });
  } else if (summary === undefined) print('내보낼 수납이 없습니다. 파일을 만들지 않았습니다.');
  else {
    print(`${out}: 수납 ${summary.rowCount}건, 합계 ${summary.total}원 (반출 번호 ${summary.exportId})`);
    for (const { level, tier, amount } of totals) print(`  ${levelTitles[level]} ${TIER_TITLES[tier]} ${amount}원`);
  }
}

async function inquiry(requestId: number, options: FileOptions): Promise<void> {
  const format = formatOf(options.out);
  await withShell(options, (shell) =>
    asOfficer(shell, options, 'inquiry.run', async ({ actor }) => {
      const { database, keys } = shell;
      const file = await writingTo(options.out, async () => {
        const made = await makeInquiryFile(database, keys, actor, { requestId, format, encoding: options.encoding });
        return { result: made, bytes: made.bytes };
      });
      const { sha256, incompleteLines } = file;
      if (options.json) return printJson({ requestId, sha256, incompleteLines });
      print(`${options.out}: 조회 파일을 썼습니다. SHA-256 ${sha256}`);
      if (incompleteLines.length > 0) print(`식별 자료가 모자라 찾기 어려운 순번: ${incompleteLines.join(', ')}`);
    }),
  );
}

function formatOf(path: string): 'csv' | 'xlsx' {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (extension === '.xlsx') return 'xlsx';
  throw new CheongsanError('INPUT_INVALID', `${path} must end in .csv or .xlsx; the ending chooses the format.`);
}

/** The file is made before anything is, so that nothing is exported that could not be written; without bytes it is taken away again. */
async function writingTo<T>(path: string, make: () => Promise<{ readonly result: T; readonly bytes?: Uint8Array }>): Promise<T> {
  const handle = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    throw new CheongsanError('INPUT_INVALID', `${path} exists already or cannot be written; name a new file with --out.`, { cause });
  });
  let isWritten = false;
  try {
    const { result, bytes } = await make();
    if (bytes !== undefined) {
      await handle.writeFile(bytes);
      await handle.sync();
      isWritten = true;
    }
    return result;
  } finally {
    await handle.close();
    if (!isWritten) await rm(path, { force: true });
  }
}
