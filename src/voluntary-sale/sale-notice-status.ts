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

type StatusReader = Pick<Transaction, 'seizureCase' | 'notice'>;

/**
 * Everyone whom the law wants told before a direct sale: the delinquent, the owner of collateral, pledgees and other right-holders
 * (LTCA 71(3), LTCA-D 70), each with his own notice. Error: `NOT_FOUND`.
 */
export async function saleNoticeStatus(reader: StatusReader, caseId: number): Promise<SaleNoticeStatus[]> {
  return [...((await saleNoticeStatuses(reader, [caseId])).get(caseId) ?? [])];
}

/** The same of several cases, by their numbers. */
export async function saleNoticeStatuses(
  reader: StatusReader,
  caseIds: readonly number[],
): Promise<ReadonlyMap<number, readonly SaleNoticeStatus[]>> {
  const cases = await reader.seizureCase.findMany({
    where: { id: { in: [...caseIds] } },
    select: { id: true, personId: true, rightHolders: { select: { personId: true, kind: true }, orderBy: { id: 'asc' } } },
  });
  const known = new Map(cases.map((each) => [each.id, each]));
  const missing = caseIds.find((caseId) => !known.has(caseId));
  if (missing !== undefined) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${missing}.`);
  const notices = await noticesOf(reader, caseIds.map(saleSubject), 'sale_notice');
  const standing = notices.filter(({ state }) => state !== 'cancelled');
  return new Map(
    cases.map((each) => [
      each.id,
      statusOf(
        each,
        standing.filter(({ subject }) => subject === saleSubject(each.id)),
      ),
    ]),
  );
}

interface OwedNotices {
  readonly personId: number;
  readonly rightHolders: readonly { readonly personId: number; readonly kind: RightHolderKind }[];
}

function statusOf({ personId, rightHolders }: OwedNotices, standing: readonly NoticeView[]): SaleNoticeStatus[] {
  const noticeFor = (recipientId: number): NoticeView | undefined => {
    const own = standing.filter((notice) => notice.personId === recipientId);
    return own.find(({ state }) => state === 'served') ?? own.at(-1);
  };
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
