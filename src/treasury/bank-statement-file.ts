import { z } from 'zod';
import type { BankDirection } from '../database/generated/enums.ts';
import { blankable, dayCell, textCell, wonCell } from '../document/cell-schemas.ts';
import type { TableColumn } from '../document/table-header.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import type { Won } from '../kernel/money.ts';
import type { bankStatementColumns } from '../policy/definitions/treasury.ts';

/** One line of the statement as the bank writes it. */
export interface StatementLine {
  readonly serial: string;
  readonly occurredOn: CivilDate;
  readonly direction: BankDirection;
  /** More than zero. */
  readonly amount: Won;
  readonly remark: string;
  readonly counterpart: string;
}

/** Which headers a bank gives to what (policy `bank.statement_columns`). */
export type StatementLayout = z.output<(typeof bankStatementColumns)['schema']>;

/** The columns of a statement, under our own names whatever the bank calls them. What names somebody is never shown in a report. */
export function statementColumns(layout: StatementLayout): TableColumn[] {
  return [
    { name: '거래번호', synonyms: layout.serial, nonPersonal: true },
    { name: '거래일자', synonyms: layout.day, nonPersonal: true },
    { name: '입금액', synonyms: layout.deposit, nonPersonal: true },
    { name: '출금액', synonyms: layout.withdrawal, nonPersonal: true },
    { name: '적요', synonyms: layout.remark },
    { name: '거래상대방', synonyms: layout.counterpart, optional: true },
    ...layout.ignored.map((name) => ({ name, optional: true })),
  ];
}

const amountCell = blankable(wonCell());
/** Banks write the time of day behind the day. */
const bankDayCell = z
  .string()
  .transform((cell) => cell.trim().replace(/[\sT]+\d{1,2}:\d{2}(:\d{2})?$/, ''))
  .pipe(dayCell());
const freeText = blankable(textCell(200)).transform((text) => text ?? '');

/** A line moves money one way: in or out, never both and never nothing. */
export const statementRow: z.ZodType<StatementLine> = z
  .object({ 거래번호: textCell(60), 거래일자: bankDayCell, 입금액: amountCell, 출금액: amountCell, 적요: freeText, 거래상대방: freeText })
  .transform((row, context): StatementLine => {
    const movement = movementOf(row.입금액, row.출금액);
    if (movement === undefined) {
      context.addIssue({ code: 'custom', path: ['입금액'], message: '입금액과 출금액 가운데 하나만 0보다 커야 합니다.' });
      return z.NEVER;
    }
    return { serial: row.거래번호, occurredOn: row.거래일자, ...movement, remark: row.적요, counterpart: row.거래상대방 };
  });

function movementOf(deposit: Won | undefined, withdrawal: Won | undefined): Pick<StatementLine, 'direction' | 'amount'> | undefined {
  const incoming = deposit?.isPositive() === true ? deposit : undefined;
  const outgoing = withdrawal?.isPositive() === true ? withdrawal : undefined;
  if (incoming !== undefined && outgoing === undefined) return { direction: 'in', amount: incoming };
  if (outgoing !== undefined && incoming === undefined) return { direction: 'out', amount: outgoing };
  return undefined;
}
