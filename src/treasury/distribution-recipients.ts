import type { RecipientKind, RightHolderKind } from '../database/generated/enums.ts';
import type { Transaction } from '../database/work.ts';

/** Somebody who is told of the distribution day (LTCA 98(2)): the taxpayer, or whoever has a right in what was sold. */
export interface DistributionRecipient {
  readonly personId: number;
  readonly kind: Exclude<RecipientKind, 'venue'>;
}

const RECIPIENT_KIND: Readonly<Record<RightHolderKind, DistributionRecipient['kind']>> = {
  collateral_owner: 'collateral_owner',
  pledgee: 'pledgee',
  other: 'other_right_holder',
};

type Reader = Pick<Transaction, 'seizureCase' | 'notice'>;

/** Everybody owed the notice, the taxpayer first, each person once. */
export async function distributionRecipients(reader: Pick<Reader, 'seizureCase'>, caseId: number): Promise<DistributionRecipient[]> {
  const { personId, rightHolders } = await reader.seizureCase.findUniqueOrThrow({
    where: { id: caseId },
    select: { personId: true, rightHolders: { orderBy: { id: 'asc' } } },
  });
  const others = rightHolders.filter((holder) => holder.personId !== personId);
  return [{ personId, kind: 'delinquent' }, ...others.map((holder) => ({ personId: holder.personId, kind: RECIPIENT_KIND[holder.kind] }))];
}

/** Those for whom no notice of the draft filed at this instant was written. */
export async function unaddressedRecipients(reader: Reader, caseId: number, filedAt: Date): Promise<DistributionRecipient[]> {
  return without(reader, caseId, filedAt, ['issued', 'sent', 'served', 'returned']);
}

/** Those for whom no notice of the draft filed at this instant has left. Its service need not be proven (LTCA 98(3)). */
export async function untoldRecipients(reader: Reader, caseId: number, filedAt: Date): Promise<DistributionRecipient[]> {
  return without(reader, caseId, filedAt, ['sent', 'served', 'returned']);
}

async function without(
  reader: Reader,
  caseId: number,
  filedAt: Date,
  states: ('issued' | 'sent' | 'served' | 'returned')[],
): Promise<DistributionRecipient[]> {
  const letters = await reader.notice.findMany({
    where: { subject: `case:${caseId}`, kind: 'distribution_notice', state: { in: states }, createdAt: { gte: filedAt } },
    select: { recipientId: true },
  });
  const reached = new Set(letters.map(({ recipientId }) => recipientId));
  return (await distributionRecipients(reader, caseId)).filter(({ personId }) => !reached.has(personId));
}
