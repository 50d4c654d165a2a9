import type { RecipientKind, RightHolderKind } from '../database/generated/enums.ts';
import type { Transaction } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { type NoticeView, noticesOf } from '../notice/notice-view.ts';

/** Somebody who must be told before the sale, with the notice that tells him. */
export interface SaleNoticeStatus {
  readonly personId: number;
  readonly recipientKind: Exclude<RecipientKind, 'venue'>;
  /** The served one, else the newest that stands; undefined while none was issued. */
  readonly notice: NoticeView | undefined;
}

const RIGHT_HOLDER_RECIPIENTS = {
  collateral_owner: 'collateral_owner',
  pledgee: 'pledgee',
  other: 'other_right_holder',
} as const satisfies Record<RightHolderKind, RecipientKind>;

/** What sale notices are about. */
export function saleSubject(caseId: number): string {
  return `case:${caseId}`;
}

/**
 * Everyone whom the law wants told before a direct sale: the delinquent, the owner of collateral, pledgees and other right-holders
 * (LTCA 71(3), LTCA-D 70), each with his own notice. Error: `NOT_FOUND`.
 */
export async function saleNoticeStatus(reader: Pick<Transaction, 'seizureCase' | 'notice'>, caseId: number): Promise<SaleNoticeStatus[]> {
  const seizureCase = await reader.seizureCase.findUnique({
    where: { id: caseId },
    select: { personId: true, rightHolders: { select: { personId: true, kind: true }, orderBy: { id: 'asc' } } },
  });
  if (seizureCase === null) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${caseId}.`);
  const standing = (await noticesOf(reader, saleSubject(caseId), 'sale_notice')).filter(({ state }) => state !== 'cancelled');
  const noticeFor = (personId: number): NoticeView | undefined => {
    const own = standing.filter((notice) => notice.personId === personId);
    return own.find(({ state }) => state === 'served') ?? own.at(-1);
  };
  const { personId, rightHolders } = seizureCase;
  return [
    { personId, recipientKind: 'delinquent' as const, notice: noticeFor(personId) },
    ...rightHolders
      .filter((holder) => holder.personId !== personId)
      .map((holder) => ({
        personId: holder.personId,
        recipientKind: RIGHT_HOLDER_RECIPIENTS[holder.kind],
        notice: noticeFor(holder.personId),
      })),
  ];
}
