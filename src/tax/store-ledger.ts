import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Work } from '../database/work.ts';
import { rowErrorsSchema } from '../import/record.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { Won } from '../kernel/money.ts';
import { type FactsPlan, lockedPlans, plansOf, storeFacts } from './bill-facts.ts';
import { knownBills } from './known-bills.ts';
import type { LedgerBook } from './ledger-book.ts';
import { LedgerPersons, LedgerPersonsPreview, type TaxpayerDifference } from './ledger-persons.ts';
import { outstandingOf, storeBills } from './store-bills.ts';

const NOTICES_PER_BATCH = 1_000;
const DIFFERENCES_LISTED_MAX = 1_000;

export const ledgerReportSchema = rowErrorsSchema.extend({
  created: z.object({ persons: z.int(), bills: z.int(), lines: z.int(), outstandingKrw: z.string() }),
  /** Known notices with the same figures. */
  unchangedBills: z.int(),
  /** Known notices of which the file told something new beside the figures. */
  refreshedBills: z.int(),
  /** Where the file describes a taxpayer or proven day otherwise than we do: ours stays. */
  differenceCount: z.int(),
  differences: z.array(
    z.object({ line: z.int(), noticeNumber: z.string(), about: z.enum(['taxpayer', 'bill']), fields: z.array(z.string()) }),
  ),
});
export type LedgerImportReport = z.infer<typeof ledgerReportSchema>;

type Stored = Omit<LedgerImportReport, 'errors' | 'errorCount'> & {
  /** Digest over the opening entries in order; empty when none was posted. */
  readonly batchDigest: string;
};

export const NOTHING_STORED: Omit<LedgerImportReport, 'errors' | 'errorCount'> = {
  created: { persons: 0, bills: 0, lines: 0, outstandingKrw: '0' },
  unchangedBills: 0,
  refreshedBills: 0,
  differenceCount: 0,
  differences: [],
};

export interface LedgerToStore {
  readonly book: LedgerBook;
  /** Numbers of the notices that are good, in order; of these, those we have already. */
  readonly good: readonly string[];
  readonly known: ReadonlySet<string>;
  readonly importFileId: number;
  /** Told how many of the good notices are done. */
  readonly onStored: (done: number) => void;
}

/** Stores the good notices of a ledger in the order of their numbers, whatever the order of the file. */
export async function storeLedger(
  work: Work,
  keys: MasterKey,
  { book, good, known, importFileId, onStored }: LedgerToStore,
): Promise<Stored> {
  const plans = await lockedPlans(work, await knownPairs(work, { book, good, known }));
  const persons = new LedgerPersons(work, keys);
  const created = { bills: 0, lines: 0, outstanding: Won.zero };
  const digest = createHash('sha256');
  const batches = [...batchesOf(good)];
  const prepare = (batch: readonly string[] = []) => persons.prepare(batch.map((noticeNumber) => book.notice(noticeNumber)));
  let next = await persons.seal(await prepare(batches[0]));
  let done = 0;
  for (const [index, batch] of batches.entries()) {
    const fresh = (await persons.store(next)).filter(({ notice }) => !known.has(notice.head.noticeNumber));
    const following = await prepare(batches[index + 1]);
    // While the database stores a batch, the taxpayers of the next one are sealed; only the one of the two asks the database.
    const [stored, sealed] = await Promise.all([storeBills(work, fresh, importFileId), persons.seal(following)]);
    next = sealed;
    created.bills += stored.billIds.length;
    created.lines += stored.lineCount;
    created.outstanding = created.outstanding.plus(stored.outstanding);
    for (const entryDigest of stored.entryDigests) digest.update(entryDigest);
    done += batch.length;
    onStored(done);
  }
  await storeFacts(
    work,
    plans.filter(({ isNews }) => isNews),
  );
  return {
    created: { persons: persons.created, bills: created.bills, lines: created.lines, outstandingKrw: created.outstanding.toString() },
    ...aboutKnown(plans, persons.differences, book),
    batchDigest: created.bills === 0 ? '' : digest.digest('hex'),
  };
}

/** What `storeLedger` would answer. It reads, and neither stores nor locks anything. */
export async function countLedger(
  work: Work,
  keys: MasterKey,
  ledger: Pick<LedgerToStore, 'book' | 'good' | 'known'>,
): Promise<Omit<Stored, 'batchDigest'>> {
  const { book, good, known } = ledger;
  const plans = plansOf(await knownPairs(work, ledger));
  const persons = new LedgerPersonsPreview(work, keys);
  const created = { bills: 0, lines: 0, outstanding: 0n };
  for (const batch of batchesOf(good)) {
    const notices = batch.map((noticeNumber) => book.notice(noticeNumber));
    await persons.add(notices);
    for (const { head, lines } of notices) {
      if (known.has(head.noticeNumber)) continue;
      created.bills += 1;
      created.lines += lines.length;
      created.outstanding += outstandingOf(lines);
    }
  }
  return {
    created: { persons: persons.created, bills: created.bills, lines: created.lines, outstandingKrw: created.outstanding.toString() },
    ...aboutKnown(plans, persons.differences, book),
  };
}

/** What a file says of bills and taxpayers that we have. */
function aboutKnown(plans: readonly FactsPlan[], taxpayers: readonly TaxpayerDifference[], book: LedgerBook) {
  const refreshedBills = plans.filter(({ isNews }) => isNews).length;
  const differences = [
    ...taxpayers.map((difference) => ({ ...difference, about: 'taxpayer' as const, fields: [...difference.fields] })),
    ...plans.filter(({ contradicted }) => contradicted.length > 0).map((plan) => contradiction(plan, book)),
  ].sort((a, b) => a.line - b.line);
  return {
    unchangedBills: plans.length - refreshedBills,
    refreshedBills,
    differenceCount: differences.length,
    differences: differences.slice(0, DIFFERENCES_LISTED_MAX),
  };
}

function* batchesOf(noticeNumbers: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < noticeNumbers.length; start += NOTICES_PER_BATCH) yield noticeNumbers.slice(start, start + NOTICES_PER_BATCH);
}

async function knownPairs(work: Work, { book, good, known }: Pick<LedgerToStore, 'book' | 'good' | 'known'>) {
  const bills = await knownBills(
    work.tx,
    good.filter((noticeNumber) => known.has(noticeNumber)),
  );
  return bills.map((bill) => ({ bill, head: book.notice(bill.noticeNumber).head }));
}

function contradiction({ bill: { noticeNumber }, contradicted }: FactsPlan, book: LedgerBook) {
  return { line: book.notice(noticeNumber).line, noticeNumber, about: 'bill' as const, fields: [...contradicted] };
}
