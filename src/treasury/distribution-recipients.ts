import type { Distribution } from '../database/generated/client.ts';
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

/** A draft, as far as its letters are told from those of an earlier one. */
type Draft = Pick<Distribution, 'caseId' | 'noticesAfterId'>;

/** Those for whom no notice of a draft was written. */
export async function unaddressedRecipients(reader: Reader, draft: Draft): Promise<DistributionRecipient[]> {
  return without(reader, draft, ['issued', 'sent', 'served', 'returned']);
}

/** Those for whom no notice of a draft has left. Its service need not be proven (LTCA 98(3)). */
export async function untoldRecipients(reader: Reader, draft: Draft): Promise<DistributionRecipient[]> {
  return without(reader, draft, ['sent', 'served', 'returned']);
}

async function without(
  reader: Reader,
  { caseId, noticesAfterId }: Draft,
  states: ('issued' | 'sent' | 'served' | 'returned')[],
): Promise<DistributionRecipient[]> {
  const letters = await reader.notice.findMany({
    where: { subject: `case:${caseId}`, kind: 'distribution_notice', state: { in: states }, id: { gt: noticesAfterId } },
    select: { recipientId: true },
  });
  const reached = new Set(letters.map(({ recipientId }) => recipientId));
  return (await distributionRecipients(reader, caseId)).filter(({ personId }) => !reached.has(personId));
}
