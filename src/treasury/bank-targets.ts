import type { Transaction } from '../database/work.ts';
import { Won } from '../kernel/money.ts';
import type { TargetFacts, TargetKind } from './bank-match.ts';
import type { BankReference } from './bank-reference.ts';

type Reader = Pick<Transaction, 'wonWithdrawal' | 'refund' | 'distribution' | 'seizureCase' | 'bankLine'>;

/** What references of bank lines name in our books, by number; what is unknown is missing. */
export async function targetsOf(reader: Reader, references: readonly BankReference[]): Promise<ReadonlyMap<string, TargetFacts>> {
  const numbers = (kind: BankReference['kind']) => references.filter((reference) => reference.kind === kind).map(({ number }) => number);
  const targets = new Map<string, TargetFacts>();
  for (const row of await reader.wonWithdrawal.findMany({ where: { number: { in: numbers('withdrawal') } } })) {
    targets.set(row.number, { kind: 'withdrawal', id: row.id, state: row.state, amount: Won.of(row.amountKrw) });
  }
  for (const row of await reader.refund.findMany({ where: { number: { in: numbers('refund') } } })) {
    targets.set(row.number, { kind: 'refund', id: row.id, state: row.state, amount: Won.of(row.amountKrw) });
  }
  for (const row of await reader.distribution.findMany({ where: { number: { in: numbers('distribution') } } })) {
    targets.set(row.number, await remittanceOf(reader, row));
  }
  for (const row of await reader.seizureCase.findMany({ where: { number: { in: numbers('case') } } })) {
    targets.set(row.number, { kind: 'payment', id: row.id, phase: row.phase });
  }
  return targets;
}

/** One target by its id: of a withdrawal, a refund, a distribution, or for payments and interest a case. Undefined when unknown. */
export async function targetById(reader: Reader, kind: TargetKind, id: number): Promise<TargetFacts | undefined> {
  switch (kind) {
    case 'withdrawal': {
      const row = await reader.wonWithdrawal.findUnique({ where: { id } });
      return row === null ? undefined : { kind, id, state: row.state, amount: Won.of(row.amountKrw) };
    }
    case 'refund':
    case 'refund_returned': {
      const row = await reader.refund.findUnique({ where: { id } });
      return row === null ? undefined : { kind, id, state: row.state, amount: Won.of(row.amountKrw) };
    }
    case 'remittance': {
      const row = await reader.distribution.findUnique({ where: { id } });
      return row === null ? undefined : remittanceOf(reader, row);
    }
    case 'payment':
    case 'interest': {
      const row = await reader.seizureCase.findUnique({ where: { id }, select: { phase: true } });
      return row === null ? undefined : { kind, id, phase: row.phase };
    }
  }
}

async function remittanceOf(
  reader: Pick<Transaction, 'bankLine'>,
  row: { readonly id: number; readonly state: 'drafted' | 'superseded' | 'final'; readonly netKrw: bigint; readonly surplusKrw: bigint },
): Promise<TargetFacts> {
  const remitted = await reader.bankLine.count({ where: { matchedTo: `remittance:${row.id}` } });
  return { kind: 'remittance', id: row.id, state: row.state, amount: Won.of(row.netKrw - row.surplusKrw), isRemitted: remitted > 0 };
}

/** The cases whose money a line to these targets moves; they and their taxpayers are locked before anything is booked. */
export async function casesBehind(
  reader: Pick<Transaction, 'withdrawalShare' | 'refund' | 'distribution'>,
  targets: readonly Pick<TargetFacts, 'kind' | 'id'>[],
): Promise<number[]> {
  const ids = (kind: TargetKind) => targets.filter((target) => target.kind === kind).map(({ id }) => id);
  const shares = await reader.withdrawalShare.findMany({ where: { withdrawalId: { in: ids('withdrawal') } }, select: { caseId: true } });
  const refunds = await reader.refund.findMany({ where: { id: { in: refundIds(targets) } }, select: { caseId: true } });
  const distributions = await reader.distribution.findMany({ where: { id: { in: ids('remittance') } }, select: { caseId: true } });
  const behind = [...shares, ...refunds, ...distributions].flatMap(({ caseId }) => caseId ?? []);
  return [...new Set([...behind, ...ids('payment'), ...ids('interest')])];
}

/** The unidentified receipts that refunds among these targets send back. */
export async function receiptsBehind(
  reader: Pick<Transaction, 'refund'>,
  targets: readonly Pick<TargetFacts, 'kind' | 'id'>[],
): Promise<number[]> {
  const refunds = await reader.refund.findMany({ where: { id: { in: refundIds(targets) } }, select: { sourceLineId: true } });
  return refunds.flatMap(({ sourceLineId }) => sourceLineId ?? []);
}

function refundIds(targets: readonly Pick<TargetFacts, 'kind' | 'id'>[]): number[] {
  return targets.filter(({ kind }) => kind === 'refund' || kind === 'refund_returned').map(({ id }) => id);
}
