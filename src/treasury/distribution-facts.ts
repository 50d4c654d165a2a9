import type { MoneyTier } from '../database/generated/enums.ts';
import type { Transaction } from '../database/work.ts';
import { type CivilDate, dayFromColumn } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { distributionDays } from '../policy/definitions/collection.ts';
import { VENUES, venueCode } from '../venue/venue-directory.ts';
import { closingOf } from './distribution.ts';

/** One line of the statement as it is printed. Figures are plain decimals. */
export interface StatementLineFacts {
  readonly rank: number;
  readonly tier: MoneyTier;
  /** Empty for costs. */
  readonly noticeNumber: string;
  readonly taxItem: string;
  readonly claim: string;
  readonly amount: string;
  readonly reason: string;
}

/** Everything the letters about a distribution state. */
export interface DistributionFacts {
  readonly distributionId: number;
  readonly number: string;
  readonly caseId: number;
  readonly caseNumber: string;
  /** Korean name of the exchange at which it was sold. */
  readonly venueTitle: string;
  readonly assets: readonly string[];
  readonly firstReceiptOn: CivilDate;
  readonly draftFiledOn: CivilDate;
  readonly distributionOn: CivilDate;
  /** Day as of which the claims stand. */
  readonly claimsOn: CivilDate;
  readonly closesAt: Date;
  readonly extensionReason: string | undefined;
  /** Last day for proving an appeal. */
  readonly proofOfAppealUntilDays: number;
  /** Plain decimals, with the venue's decimals. */
  readonly gross: string;
  readonly costs: string;
  readonly residue: string;
  readonly interest: Won;
  readonly net: Won;
  readonly surplus: Won;
  readonly lines: readonly StatementLineFacts[];
}

type Reader = Pick<Transaction, 'distribution' | 'seizureCase' | 'billLine' | 'policyValue'>;

/** Error: `NOT_FOUND`. */
export async function readDistributionFacts(reader: Reader, distributionId: number): Promise<DistributionFacts> {
  const row = await reader.distribution.findUnique({ where: { id: distributionId }, include: { lines: { orderBy: { rank: 'asc' } } } });
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no distribution ${distributionId}.`);
  const seizureCase = await reader.seizureCase.findUniqueOrThrow({
    where: { id: row.caseId },
    include: { holdings: { orderBy: { id: 'asc' }, select: { asset: true } } },
  });
  const billLines = await reader.billLine.findMany({
    where: { id: { in: row.lines.flatMap(({ billLineId }) => billLineId ?? []) } },
    include: { bill: { select: { noticeNumber: true } } },
  });
  const items = new Map(billLines.map((line) => [line.id, line]));
  const policy = await readPolicy(reader);
  const distributionOn = dayFromColumn(row.distributionOn);
  return {
    distributionId: row.id,
    number: row.number,
    caseId: row.caseId,
    caseNumber: seizureCase.number,
    venueTitle: VENUES[venueCode(seizureCase.venueCode)].title,
    assets: seizureCase.holdings.map(({ asset }) => asset),
    firstReceiptOn: dayFromColumn(row.firstReceiptOn),
    draftFiledOn: dayFromColumn(row.draftFiledOn),
    distributionOn,
    claimsOn: dayFromColumn(row.claimsOn),
    closesAt: closingOf(distributionOn, policy),
    extensionReason: row.extensionReason ?? undefined,
    proofOfAppealUntilDays: policy.get(distributionDays, distributionOn).proofOfAppeal,
    gross: row.grossKrw.toFixed(),
    costs: row.costsKrw.toFixed(),
    residue: row.residueKrw.toFixed(),
    interest: Won.of(row.interestKrw),
    net: Won.of(row.netKrw),
    surplus: Won.of(row.surplusKrw),
    lines: row.lines.map(({ rank, tier, billLineId, claimKrw, amountKrw, reason }) => {
      const item = billLineId === null ? undefined : items.get(billLineId);
      return {
        rank,
        tier,
        noticeNumber: item?.bill.noticeNumber ?? '',
        taxItem: item?.taxItemName ?? '',
        claim: claimKrw.toFixed(),
        amount: amountKrw.toFixed(),
        reason,
      };
    }),
  };
}
