import type { BankDirection } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import type { TargetFacts, UnmatchedReason } from './bank-match.ts';

/** A stored line that matches nothing. */
export interface StrangeLine {
  readonly lineNumber: number;
  readonly bankLineId: number;
  readonly direction: BankDirection;
  readonly reason: UnmatchedReason;
  /** What its remark names, though it cannot be that. */
  readonly named: TargetFacts | undefined;
}

/**
 * Money has left the bank and there is nothing in our books to book it against, so a person is told: of a refund that was cancelled
 * and paid all the same by its name, of the others together. Money that came stands among the unidentified receipts and alarms nobody.
 */
export async function alertOutgoing(work: Work, importFileId: number, strange: readonly StrangeLine[]): Promise<void> {
  const outgoing = strange.filter(({ direction }) => direction === 'out');
  const unknown: StrangeLine[] = [];
  for (const line of outgoing) {
    if (line.reason === 'refund_cancelled' && line.named !== undefined) await alertCancelledRefund(work, line, line.named);
    else unknown.push(line);
  }
  if (unknown.length === 0) return;
  await raiseAlert(work, {
    code: 'bank_outgoing_unmatched',
    severity: 'critical',
    subject: `import_file:${importFileId}`,
    text: `금고 계좌에서 나간 돈 ${unknown.length}건이 장부의 어떤 건과도 맞지 않습니다. 거래내역을 확인하세요.`,
    facts: { importFile: importFileId, lines: unknown.map(({ lineNumber }) => lineNumber) },
  });
}

async function alertCancelledRefund(work: Work, { bankLineId }: StrangeLine, { id }: TargetFacts): Promise<void> {
  await raiseAlert(work, {
    code: 'cancelled_refund_paid',
    severity: 'critical',
    subject: `refund:${id}`,
    text: '취소한 환급인데 금고에서 돈이 나갔습니다. 받은 사람을 확인하고, 맞게 받았으면 그 환급으로 확정하고 아니면 돌려받으세요. 그때까지 다시 환급하지 마세요.',
    facts: { bankLine: bankLineId },
  });
}
