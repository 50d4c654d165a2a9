import type { Prisma } from '../database/generated/client.ts';
import type { Transaction } from '../database/work.ts';
import { type CivilDate, dayFromColumn } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import type { LineClaim } from './appropriation.ts';
import type { BillLine, Credit } from './bill-line.ts';
import type { Deferral } from './deferral.ts';
import { lineClaim, type Owed, owedOn } from './owed.ts';
import type { TaxRules } from './rules.ts';
import type { SeizableBill } from './seizability.ts';

const BILL_PARTS = {
  lines: { orderBy: { lineNumber: 'asc' }, include: { priorPayments: { orderBy: { id: 'asc' } } } },
  deferrals: { orderBy: { id: 'asc' } },
  receipts: { orderBy: { id: 'asc' } },
  updates: { orderBy: { id: 'asc' } },
  cases: { where: { case: { seizedOn: { not: null }, closedAt: null } }, select: { caseId: true } },
} as const satisfies Prisma.BillInclude;

type StoredBill = Prisma.BillGetPayload<{ include: typeof BILL_PARTS }>;

/** A bill with all that the pure rules ask of it, as it stands in our books now. */
export interface BillState {
  readonly billId: number;
  readonly personId: number;
  readonly noticeNumber: string;
  readonly lines: readonly BillLine[];
  /** Imported differences that nobody has decided on yet; sales stand still while there is one. */
  readonly pendingUpdates: number;
  /** What `seizabilityOn` asks, apart from what is outstanding, which depends on the day. */
  readonly seizability: Omit<SeizableBill, 'outstanding'>;
}

/** Loads bills in the order of their ids. Error: `NOT_FOUND` naming what is missing. */
export async function loadBillStates(reader: Pick<Transaction, 'bill'>, billIds: readonly number[]): Promise<BillState[]> {
  const ids = [...new Set(billIds)];
  const bills = await reader.bill.findMany({ where: { id: { in: ids } }, include: BILL_PARTS, orderBy: { id: 'asc' } });
  if (bills.length !== ids.length) {
    const found = new Set(bills.map(({ id }) => id));
    throw new CheongsanError('NOT_FOUND', `There is no bill ${ids.filter((id) => !found.has(id)).join(', ')}.`);
  }
  return bills.map(toState);
}

/** The right to collect is gone (LTBA 37(2)): nothing is owed, claimed or credited on such a bill any more. */
function isExtinct({ seizability }: BillState): boolean {
  return seizability.writeOff === 'prescribed';
}

/** What is owed on these bills as of a day, with accrued penalty; nothing on one that is prescribed. */
export function owedOnBills(bills: readonly BillState[], asOf: CivilDate, rules: TaxRules): Owed {
  return owedOn(
    bills.filter((bill) => !isExtinct(bill)).flatMap(({ lines }) => lines),
    asOf,
    { penaltyRulesFor: rules.penaltyRulesFor, calendar: rules.calendar },
  );
}

/** The claims of these bills as of a day, as appropriation and distribution take them. */
export function claimsOnBills(bills: readonly BillState[], asOf: CivilDate, rules: TaxRules): LineClaim[] {
  return bills.flatMap((bill) => owedOnBills([bill], asOf, rules).lines.map((line) => lineClaim(line, bill.seizability.prescribedFrom)));
}

/** The bill as `seizabilityOn` wants it for a day. */
export function seizableBill(bill: BillState, asOf: CivilDate, rules: TaxRules): SeizableBill {
  return { ...bill.seizability, outstanding: owedOnBills([bill], asOf, rules).total };
}

function toState(bill: StoredBill): BillState {
  const deferrals = bill.deferrals.map(
    ({ kind, fromDay, untilDay }): Deferral => ({ kind, from: dayFromColumn(fromDay), to: dayFromColumn(untilDay) }),
  );
  return {
    billId: bill.id,
    personId: bill.personId,
    noticeNumber: bill.noticeNumber,
    lines: bill.lines.map((line) => toLine(bill, line, deferrals)),
    pendingUpdates: bill.updates.filter(({ state }) => state === 'pending').length,
    seizability: {
      noticeNumber: bill.noticeNumber,
      dunnings: toDunnings(bill),
      deferrals,
      writeOff: bill.writeOffState,
      prescribedFrom: prescribedFrom(bill),
    },
  };
}

function toLine(bill: StoredBill, line: StoredBill['lines'][number], deferrals: readonly Deferral[]): BillLine {
  const posted = bill.updates.filter((update) => update.billLineId === line.id && update.state === 'posted');
  const changes = posted.filter(({ kind }) => kind !== 'payment_elsewhere');
  const changed = (part: (update: StoredBill['updates'][number]) => bigint) =>
    changes.reduce((sum, update) => sum + (update.kind === 'increase' ? part(update) : -part(update)), 0n);
  return {
    lineId: String(line.id),
    noticeNumber: bill.noticeNumber,
    taxItem: line.taxItemName,
    level: line.level,
    arisenOn: dayFromColumn(bill.arisenOn),
    dueOn: dayFromColumn(bill.dueOn),
    servedOn: bill.servedOn === null ? undefined : dayFromColumn(bill.servedOn),
    principal: Won.of(line.principalKrw + changed(({ principalKrw }) => principalKrw)),
    surcharge: Won.of(line.surchargeKrw + changed(({ surchargeKrw }) => surchargeKrw)),
    isWithholdingAgent: bill.withholdingAgent,
    deferrals,
    credits: [
      ...line.priorPayments.map(priorCredit),
      ...creditsReceived(bill, line.id),
      ...posted.filter(({ kind }) => kind === 'payment_elsewhere').map(creditElsewhere),
      ...posted.filter(({ kind, penaltyKrw }) => kind === 'reduction' && penaltyKrw > 0n).map(penaltyWaived),
    ],
  };
}

/** Receipts of one source and day belong to one credit. */
function creditsReceived(bill: StoredBill, billLineId: number): Credit[] {
  return bill.receipts
    .filter((receipt) => receipt.billLineId === billLineId)
    .map(({ occurredOn, tier, amountKrw }) => ({
      on: dayFromColumn(occurredOn),
      tax: tier === 'tax' ? Won.of(amountKrw) : Won.zero,
      surcharge: tier === 'surcharge' ? Won.of(amountKrw) : Won.zero,
      penalty: tier === 'late_penalty' ? Won.of(amountKrw) : Won.zero,
    }));
}

/** What was collected before the bill came to us. */
function priorCredit({ paidOn, principalKrw, surchargeKrw, penaltyKrw }: StoredBill['lines'][number]['priorPayments'][number]): Credit {
  return { on: dayFromColumn(paidOn), tax: Won.of(principalKrw), surcharge: Won.of(surchargeKrw), penalty: Won.of(penaltyKrw) };
}

/** A reduction lowers tax and 가산세 as if they had never been assessed; late penalty that has arisen is waived from its day on (LTBA 57). */
function penaltyWaived({ occurredOn, penaltyKrw }: StoredBill['updates'][number]): Credit {
  return { on: dayFromColumn(occurredOn), tax: Won.zero, surcharge: Won.zero, penalty: Won.of(penaltyKrw) };
}

function creditElsewhere(update: StoredBill['updates'][number]): Credit {
  return {
    on: dayFromColumn(update.occurredOn),
    tax: Won.of(update.principalKrw),
    surcharge: Won.of(update.surchargeKrw),
    penalty: Won.of(update.penaltyKrw),
  };
}

function toDunnings({ dunningIssuedOn, dunningDeadlineOn, dunningServedOn }: StoredBill): SeizableBill['dunnings'] {
  if (dunningIssuedOn === null || dunningDeadlineOn === null) return [];
  return [
    {
      issuedOn: dayFromColumn(dunningIssuedOn),
      deadlineOn: dayFromColumn(dunningDeadlineOn),
      servedOn: dunningServedOn === null ? undefined : dayFromColumn(dunningServedOn),
    },
  ];
}

/** A seizure that stands interrupts prescription until it is released (LTBA 40), whatever the network said before it. */
function prescribedFrom(bill: StoredBill): CivilDate | undefined {
  return bill.cases.length > 0 || bill.prescribedFrom === null ? undefined : dayFromColumn(bill.prescribedFrom);
}
