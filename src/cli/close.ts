import { type Command, InvalidArgumentError } from 'commander';
import { formatFigure } from '../document/korean-format.ts';
import { type CivilDate, civilDate, isCivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { requestClosing } from '../registers/closing/close-month.ts';
import { type MonthView, viewMonth } from '../registers/closing/month-view.ts';
import { monthText, OBSTACLES, type Obstacle } from '../registers/closing/obstacles.ts';
import { levelTitles } from '../tax/file-cells.ts';
import { asOfficer, type OfficerOptions, withOfficerOption } from './officer.ts';
import { print, printJson, withDemoOption, withShell } from './shell.ts';
import { drawTable, type TextColumn } from './text-table.ts';

interface CloseOptions extends OfficerOptions {
  readonly demo: boolean;
  readonly json: boolean;
  readonly reason?: string;
}

export function registerClose(program: Command): void {
  withOfficerOption(withDemoOption(program.command('close')))
    .description('한 달의 합계와 마감을 막는 까닭을 보이고, --reason을 붙이면 마감하는 결재를 올린다')
    .argument('<month>', '달 (YYYY-MM)', firstDay)
    .option('--reason <text>', '결재를 올리는 사유 (개인정보를 적지 않는다)')
    .option('--json', '결과를 JSON 한 줄로', false)
    .action((month: CivilDate, options: CloseOptions) =>
      withShell(options, async (shell) => {
        const { database } = shell;
        const { json, reason } = options;
        if (reason !== undefined) {
          const asked = await asOfficer(shell, options, 'month_closing.propose', ({ actor }) =>
            database.work(actor, (work) => requestClosing(work, { month, reason })),
          );
          if (json) printJson({ month: monthText(month), ...asked });
          else print(`${monthText(month)} 마감의 결재를 올렸습니다 (결재 ${asked.approvalId}). 다른 사람이 결재하면 마감됩니다.`);
          return;
        }
        if (options.as !== undefined) throw new CheongsanError('INPUT_INVALID', '--as asks for the closing; give --reason too.');
        const view = await viewMonth(database, month);
        if (json) printJson({ ...view, month: monthText(month) });
        else print(drawMonth(view));
      }),
    );
}

function firstDay(text: string): CivilDate {
  if (!/^\d{4}-\d{2}$/.test(text) || !isCivilDate(`${text}-01`)) throw new InvalidArgumentError('달은 2026-03 과 같이 적습니다.');
  return civilDate(`${text}-01`);
}

const COLUMNS: readonly TextColumn[] = [
  { header: '과목', align: 'left' },
  { header: '이름', align: 'left' },
  { header: '자산', align: 'left' },
  { header: '전월 이월', align: 'right' },
  { header: '차변', align: 'right' },
  { header: '대변', align: 'right' },
  { header: '월말', align: 'right' },
];

function drawMonth({ month, dueOn, closedAt, obstacles, figures, treasury }: MonthView): string {
  const rows = figures.map(({ chart, name, asset, opening, debit, credit, closing }) => [
    chart,
    name,
    asset,
    ...[opening, debit, credit, closing].map(formatFigure),
  ]);
  const state = closedAt === undefined ? `마감 전 (기한 ${dueOn})` : `마감함 (${closedAt.toISOString()})`;
  return [
    `${monthText(month)} ${state}`,
    rows.length === 0 ? '기록된 것이 없습니다.' : drawTable(COLUMNS, rows),
    ...treasury.map(
      ({ level, treasuryKrw, ledgerKrw }) =>
        `금고 ${levelTitles[level]}: 월계표 ${treasuryKrw === undefined ? '기록 없음' : formatFigure(treasuryKrw)}, 장부 ${formatFigure(ledgerKrw)}`,
    ),
    ...obstacles.filter(({ code }) => code !== 'closed_already').map(drawObstacle),
  ].join('\n');
}

/** What the treasury says stands above it already. */
function drawObstacle({ code, facts }: Obstacle): string {
  const where = code === 'suspense_not_empty' || code === 'earlier_open' ? ` ${Object.values(facts).join(' ')}` : '';
  return `막음: ${OBSTACLES[code].title}${where}`;
}
