import type { Work } from '../database/work.ts';
import { type CivilDate, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { type Entry, entry } from '../ledger/entry.ts';
import { postMany } from '../ledger/post.ts';
import type { Deferral } from './deferral.ts';
import { assessedFigures, figuresDigest, type LedgerLine, type LedgerNotice } from './ledger-row.ts';

/** A notice and the person it is against. */
export interface NoticeOf {
  readonly notice: LedgerNotice;
  readonly personId: number;
}

export interface StoredBills {
  readonly billIds: readonly number[];
  readonly lineCount: number;
  /** Digests of the opening entries, in the order of the bills. */
  readonly entryDigests: readonly string[];
  readonly outstanding: Won;
}

interface NumberedLine {
  readonly id: number;
  readonly billId: number;
  /** From 1, in the order of the tax item codes. */
  readonly lineNumber: number;
  readonly line: LedgerLine;
}

interface NumberedBill extends NoticeOf {
  readonly id: number;
  readonly lines: readonly NumberedLine[];
}

/**
 * Stores new notices with their tax items, deferrals and prior payments, one statement a table, and opens each in the ledger with
 * what is unpaid (`bill:ID:opening`). The persons are stored already. Error: `LEDGER_KEY_CONFLICT`.
 */
export async function storeBills(work: Work, notices: readonly NoticeOf[], importFileId: number): Promise<StoredBills> {
  const bills = await number(work, notices);
  const lines = bills.flatMap((bill) => bill.lines);
  await insertBills(work, bills, importFileId);
  await insertLines(work, lines);
  await insertDeferrals(
    work,
    bills.flatMap(({ id, notice }) => notice.head.deferrals.map((deferral) => ({ ...deferral, billId: id }))),
  );
  await insertPriorPayments(work, lines);
  const openedOn = seoulDay(work.at);
  const postings = bills.flatMap((bill) => openingEntry(bill, openedOn) ?? []);
  const posted = await postMany(work, postings);
  return {
    billIds: bills.map(({ id }) => id),
    lineCount: lines.length,
    entryDigests: posted.map(({ digest }) => digest),
    outstanding: Won.of(outstandingOf(lines.map(({ line }) => line))),
  };
}

/** What is unpaid on tax items at the import, in whole won. */
export function outstandingOf(lines: readonly LedgerLine[]): bigint {
  return lines.reduce((sum, { principal, surcharge }) => sum + BigInt(principal) + BigInt(surcharge), 0n);
}

/** Gives every bill and line its id, in the order of the notices. */
async function number(work: Work, notices: readonly NoticeOf[]): Promise<NumberedBill[]> {
  const billIds = await nextIds(work, 'bill', notices.length);
  const lineIds = (
    await nextIds(
      work,
      'bill_line',
      notices.reduce((sum, { notice }) => sum + notice.lines.length, 0),
    )
  ).values();
  return notices.map((each, index) => {
    const id = taken(billIds[index]);
    const lines = each.notice.lines.map((line, position) => ({
      id: taken(lineIds.next().value),
      billId: id,
      lineNumber: position + 1,
      line,
    }));
    return { ...each, id, lines };
  });
}

async function nextIds(work: Work, table: 'bill' | 'bill_line', count: number): Promise<number[]> {
  const rows = await work.tx.$queryRaw<{ id: number }[]>`
    SELECT nextval(s.sequence)::int AS id
      FROM (SELECT pg_get_serial_sequence(${table}, 'id')::regclass AS sequence OFFSET 0) s, generate_series(1, ${count}::int)`;
  return rows.map(({ id }) => id);
}

function taken(id: number | undefined): number {
  if (id === undefined) throw new CheongsanError('INTERNAL', 'A sequence of the database gave too few ids.');
  return id;
}

async function insertBills(work: Work, bills: readonly NumberedBill[], importFileId: number): Promise<void> {
  const heads = bills.map(({ notice }) => notice.head);
  await work.tx.$executeRaw`
    INSERT INTO bill (id, person_id, notice_number, tax_year, arisen_on, due_on, served_on, withholding_agent, dunning_issued_on,
      dunning_served_on, dunning_deadline_on, primary_notice_number, write_off_state, prescribed_from, figures_digest, import_file_id, created_at)
    SELECT id, person_id, notice_number, tax_year, arisen_on, due_on, served_on, withholding_agent, dunning_issued_on,
      dunning_served_on, dunning_deadline_on, primary_notice_number, write_off_state::write_off_state, prescribed_from, figures_digest,
      ${importFileId}, ${work.at}
      FROM unnest(
        ${bills.map(({ id }) => id)}::int[], ${bills.map(({ personId }) => personId)}::int[],
        ${heads.map(({ noticeNumber }) => noticeNumber)}::text[], ${heads.map(({ taxYear }) => taxYear)}::int[],
        ${heads.map(({ arisenOn }) => arisenOn)}::date[], ${heads.map(({ dueOn }) => dueOn)}::date[],
        ${heads.map(({ servedOn }) => servedOn)}::date[], ${heads.map(({ withholdingAgent }) => withholdingAgent)}::boolean[],
        ${heads.map(({ dunningIssuedOn }) => dunningIssuedOn)}::date[], ${heads.map(({ dunningServedOn }) => dunningServedOn)}::date[],
        ${heads.map(({ dunningDeadlineOn }) => dunningDeadlineOn)}::date[],
        ${heads.map(({ primaryNoticeNumber }) => primaryNoticeNumber)}::text[], ${heads.map(({ writeOff }) => writeOff)}::text[],
        ${heads.map(({ prescribedFrom }) => prescribedFrom)}::date[], ${bills.map(({ notice }) => figuresDigest(notice))}::text[]
      ) AS row (id, person_id, notice_number, tax_year, arisen_on, due_on, served_on, withholding_agent, dunning_issued_on,
        dunning_served_on, dunning_deadline_on, primary_notice_number, write_off_state, prescribed_from, figures_digest)`;
}

async function insertLines(work: Work, lines: readonly NumberedLine[]): Promise<void> {
  const assessed = lines.map(({ line }) => assessedFigures(line));
  await work.tx.$executeRaw`
    INSERT INTO bill_line (id, bill_id, line_number, tax_item_code, tax_item_name, level, principal_krw, surcharge_krw)
    SELECT id, bill_id, line_number, tax_item_code, tax_item_name, level::tax_level, principal_krw, surcharge_krw
      FROM unnest(
        ${lines.map(({ id }) => id)}::int[], ${lines.map(({ billId }) => billId)}::int[],
        ${lines.map(({ lineNumber }) => lineNumber)}::int[], ${lines.map(({ line }) => line.taxItemCode)}::text[],
        ${lines.map(({ line }) => line.taxItemName)}::text[], ${lines.map(({ line }) => line.level)}::text[],
        ${assessed.map(({ principal }) => principal)}::bigint[], ${assessed.map(({ surcharge }) => surcharge)}::bigint[]
      ) AS row (id, bill_id, line_number, tax_item_code, tax_item_name, level, principal_krw, surcharge_krw)`;
}

export async function insertDeferrals(work: Work, deferrals: readonly (Deferral & { readonly billId: number })[]): Promise<void> {
  if (deferrals.length === 0) return;
  await work.tx.$executeRaw`
    INSERT INTO deferral (bill_id, kind, from_day, until_day, created_at)
    SELECT bill_id, kind::deferral_kind, from_day, until_day, ${work.at}
      FROM unnest(
        ${deferrals.map(({ billId }) => billId)}::int[], ${deferrals.map(({ kind }) => kind)}::text[],
        ${deferrals.map(({ from }) => from)}::date[], ${deferrals.map(({ to }) => to)}::date[]
      ) AS row (bill_id, kind, from_day, until_day)`;
}

async function insertPriorPayments(work: Work, lines: readonly NumberedLine[]): Promise<void> {
  const payments = lines.flatMap(({ id, line }) => line.priorPayments.map((payment) => ({ ...payment, billLineId: id })));
  if (payments.length === 0) return;
  await work.tx.$executeRaw`
    INSERT INTO prior_payment (bill_line_id, paid_on, principal_krw, surcharge_krw, penalty_krw)
    SELECT bill_line_id, paid_on, principal_krw, surcharge_krw, penalty_krw
      FROM unnest(
        ${payments.map(({ billLineId }) => billLineId)}::int[], ${payments.map(({ on }) => on)}::date[],
        ${payments.map(({ principal }) => principal)}::bigint[], ${payments.map(({ surcharge }) => surcharge)}::bigint[],
        ${payments.map(({ penalty }) => penalty)}::bigint[]
      ) AS row (bill_line_id, paid_on, principal_krw, surcharge_krw, penalty_krw)`;
}

/** Undefined for a notice of which only late penalty is left: that is assessed when it is received. */
function openingEntry({ id, lines }: NumberedBill, openedOn: CivilDate): Entry | undefined {
  const building = entry({ key: `bill:${id}:opening`, kind: 'opening', occurredOn: openedOn, cause: `bill:${id}`, memo: '' });
  for (const numbered of lines) {
    const account = { subject: `bill_line:${numbered.id}`, place: `bill:${id}` };
    const principal = Won.of(numbered.line.principal);
    const surcharge = Won.of(numbered.line.surcharge);
    building
      .debit(CHART.receivableTax, account, principal)
      .debit(CHART.receivableSurcharge, account, surcharge)
      .credit(CHART.assessed, account, principal.plus(surcharge));
  }
  return building.buildUnlessEmpty();
}
