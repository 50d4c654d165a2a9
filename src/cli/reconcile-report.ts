import { BALANCE_PARTS, type BalanceAt, balancesAsOf } from '../custody/balance-report.ts';
import { EXPLANATION_KINDS } from '../custody/explanation-kinds.ts';
import { IDLE_STAGES, restingHoldings } from '../custody/idle-asset.ts';
import { restingHoldingsCsv } from '../custody/idle-asset-file.ts';
import { seoulDay, seoulTime } from '../kernel/civil-date.ts';
import { writeNew } from './new-file.ts';
import { print, printJson, type Shell } from './shell.ts';

/** An account to report of. */
export interface NamedAccount {
  readonly id: number;
  readonly label: string;
}

/** Prints what lay at these accounts at a past instant, by the books; no exchange is asked. Errors: those of `balancesAsOf`. */
export async function reportAsOf(
  { database }: Pick<Shell, 'database'>,
  accounts: readonly NamedAccount[],
  { instant, json }: { readonly instant: Date; readonly json: boolean },
): Promise<void> {
  const now = database.clock.now();
  const reports: { accountId: number; label: string; balances: BalanceAt[] }[] = [];
  for (const { id, label } of accounts) {
    reports.push({ accountId: id, label, balances: await balancesAsOf(database.read, { accountId: id, instant, now }) });
  }
  if (json) return printJson({ asOf: instant.toISOString(), accounts: reports });
  print(`${inSeoul(instant)} 현재`);
  for (const { accountId, label, balances } of reports) {
    print(`${label} [venue_account:${accountId}]`);
    if (balances.length === 0) print('  아무것도 없었습니다.');
    for (const balance of balances) printBalance(balance);
  }
}

function printBalance({ asset, bookedQuantity, postedQuantity, parts, explained, reading }: BalanceAt): void {
  const late = postedQuantity === bookedQuantity ? '' : `, 그날의 것으로 뒤에 기록된 것까지 ${postedQuantity}`;
  print(`  ${asset}: 장부 ${bookedQuantity}${late}`);
  for (const { chart, quantity } of parts) print(`    ${titleOf(chart)} ${quantity}`);
  for (const { kind, quantity, reference, occurredOn } of explained)
    print(`    설명된 차이 ${quantity}: ${EXPLANATION_KINDS[kind].title} (${reference}, ${occurredOn})`);
  if (reading === undefined) print('    그 전에 거래소와 대조한 적이 없습니다.');
  else print(`    마지막 대조 ${inSeoul(reading.readAt)}: 거래소 ${reading.venueQuantity}, ${reading.agrees ? '일치' : '차이'}`);
}

/** `2026-03-31 18:00:00`, as a clock in Seoul shows it. */
function inSeoul(instant: Date): string {
  return `${seoulDay(instant)} ${seoulTime(instant).slice(0, 8)}`;
}

function titleOf(chart: string): string {
  return Object.entries(BALANCE_PARTS).find(([code]) => code === chart)?.[1] ?? chart;
}

/** Prints holdings that nobody moves and why, or writes them as CSV. Error: `INPUT_INVALID` for a file that is there already. */
export async function reportResting(
  { database }: Pick<Shell, 'database'>,
  { json, csv }: { readonly json: boolean; readonly csv: string | undefined },
): Promise<void> {
  const rows = (await restingHoldings(database.read, database.clock.now())).filter(({ isIdle }) => isIdle);
  if (csv !== undefined) await writeNew(csv, await restingHoldingsCsv(rows, 'utf-8'));
  if (json) return printJson({ holdings: rows.map((row) => ({ ...row, quantity: row.quantity.toString() })) });
  if (rows.length === 0) print('기준보다 오래 머문 자산이 없습니다.');
  for (const { caseNumber, asset, quantity, stage, idleDays, patienceDays, reasons } of rows) {
    print(`${caseNumber} ${quantity.toString()} ${asset}: ${IDLE_STAGES[stage]}, ${idleDays}일째 (기준 ${patienceDays}일)`);
    for (const { text } of reasons) print(`  ${text}`);
  }
}
