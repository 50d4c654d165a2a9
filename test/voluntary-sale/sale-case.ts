import type { CasePhase } from '../../src/database/generated/enums.ts';
import type { Database } from '../../src/database/work.ts';
import type { Agency } from '../../src/document/letter.ts';
import { civilDate, dayToColumn } from '../../src/kernel/civil-date.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { openContents, readNotices } from '../../src/notice/print.ts';
import { registerPersons } from '../../src/person/register.ts';
import { lockCase } from '../../src/seizure/locked-case.ts';
import { issueSaleNotices } from '../../src/voluntary-sale/issue-sale-notices.ts';
import { progressCase } from '../../src/voluntary-sale/progress.ts';
import { MailRoom, postalRecord } from '../notice/letters.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { type TestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { sampleBook } from '../valuation/sample-book.ts';

export const testAgency: Agency = {
  name: '표본시',
  signatory: '표본시장',
  department: '세정과',
  official: '표본 주무관',
  phone: '043-000-0000',
  postcode: '00000',
  address: '표본시 표본로 1',
};

/** One book, in which a whole bitcoin is worth eighty million won. */
export const testSnapshots = new Map([['BTC', sampleBook('BTC', [['80000000', '10']])]]);

export interface SaleCase {
  readonly caseId: number;
  readonly caseNumber: string;
  readonly personId: number;
  readonly holderIds: readonly number[];
  readonly billId: number;
  readonly billLineId: number;
}

let serial = 0;

/**
 * A case in custody: half a bitcoin held for one bill of 100,000 won of tax, on which 3,000 won of penalty has arisen, and
 * right-holders.
 */
export async function saleCase(database: Database, { holders = 0, phase = 'in_custody' as CasePhase } = {}): Promise<SaleCase> {
  serial += 1;
  const caseNumber = `표본-${String(serial).padStart(6, '0')}`;
  return database.work(testActor, async (work) => {
    const details = Array.from({ length: 1 + holders }, (_, index) => samplePerson(serial * 10 + index));
    const [personId = 0, ...holderIds] = (await registerPersons(work, testKeys, details, { sample: true })).ids;
    const bill = await work.tx.bill.create({
      data: {
        personId,
        noticeNumber: `2025-${String(serial).padStart(7, '0')}`,
        taxYear: 2025,
        arisenOn: dayToColumn(civilDate('2025-06-01')),
        dueOn: dayToColumn(civilDate('2025-07-31')),
        figuresDigest: '',
        importFileId: 1,
        createdAt: work.at,
        lines: {
          create: { lineNumber: 1, taxItemCode: '105', taxItemName: '재산세', level: 'city', principalKrw: 100_000n, surchargeKrw: 0n },
        },
      },
      include: { lines: true },
    });
    const seizureCase = await work.tx.seizureCase.create({
      data: {
        number: caseNumber,
        personId,
        venueCode: 'upbit',
        origin: 'inquiry',
        phase,
        phaseSince: work.at,
        officerId: 1,
        openedAt: work.at,
        seizedOn: dayToColumn(civilDate('2026-01-05')),
        bills: { create: { billId: bill.id, amountAtSeizure: 103_000n } },
        rightHolders: { create: holderIds.map((holderId) => ({ personId: holderId, kind: 'pledgee' as const, createdAt: work.at })) },
        holdings: {
          create: {
            asset: 'BTC',
            accountReference: 'source',
            seizedQuantity: '0.5',
            demandedQuantity: '0.5',
            state: 'received',
            stateSince: work.at,
          },
        },
      },
      include: { holdings: true },
    });
    const subject = `holding:${seizureCase.holdings[0]?.id}`;
    const coins = CoinAmount.of('BTC', '0.5');
    await post(
      work,
      entry({ key: `sample:${subject}`, kind: 'sample', occurredOn: civilDate('2026-01-05'), cause: subject, memo: '' })
        .debit(CHART.coinsHeld, { subject, place: 'account:1' }, coins)
        .credit(CHART.dutyToOwner, { subject }, coins)
        .build(),
    );
    return { caseId: seizureCase.id, caseNumber, personId, holderIds, billId: bill.id, billLineId: bill.lines[0]?.id ?? 0 };
  });
}

/** An office that issues notices, has them served, and looks at its cases. */
export class SaleOffice {
  readonly test: TestDatabase;
  readonly room: MailRoom;

  constructor(test: TestDatabase) {
    this.test = test;
    this.room = new MailRoom(test, 0);
  }

  issue(caseId: number): Promise<readonly number[]> {
    return this.test.database.work(testActor, (work) =>
      issueSaleNotices(work, testKeys, { caseId, agency: testAgency, snapshots: testSnapshots }),
    );
  }

  /** By registered mail, taken by the addressee today. */
  async serve(...noticeIds: readonly number[]): Promise<void> {
    for (const noticeId of noticeIds) {
      await this.room.dispatch(noticeId);
      await this.room.result({ noticeId, result: 'served', receivedBy: 'addressee', proof: postalRecord });
    }
  }

  progress(caseId: number): Promise<void> {
    return this.test.database.work(testActor, async (work) => progressCase(work, await lockCase(work, caseId)));
  }

  /** A case whose sale notices are out and served on everybody, and whose window is open. */
  async openedCase(options: Parameters<typeof saleCase>[1] = {}): Promise<SaleCase> {
    const opened = await saleCase(this.test.database, options);
    await this.serve(...(await this.issue(opened.caseId)));
    await this.progress(opened.caseId);
    return opened;
  }

  phaseOf(caseId: number) {
    return this.test.database.read.seizureCase.findUniqueOrThrow({ where: { id: caseId } }).then(({ phase }) => phase);
  }

  window(caseId: number) {
    return this.test.database.read.saleWindow.findUnique({ where: { caseId } });
  }

  async stateOf(caseId: number): Promise<string | undefined> {
    return (await this.window(caseId))?.state;
  }

  /** Everything a letter says, as one text. */
  async textOf(noticeId: number): Promise<string> {
    const contents = await this.test.database.work(testActor, async (work) =>
      openContents(work, testKeys, await readNotices(work, [noticeId])),
    );
    return JSON.stringify(contents);
  }

  /** The bill is paid elsewhere, in whole or in part, as an approved difference says. */
  async pay(paid: SaleCase, taxKrw: bigint, penaltyKrw: bigint): Promise<void> {
    await this.test.database.work(testActor, (work) =>
      work.tx.billUpdate.create({
        data: {
          billId: paid.billId,
          billLineId: paid.billLineId,
          kind: 'payment_elsewhere',
          occurredOn: dayToColumn(this.room.today),
          principalKrw: taxKrw,
          surchargeKrw: 0n,
          penaltyKrw,
          documentNumber: `표본 ${paid.caseNumber}-${taxKrw}`,
          importFileId: 1,
          importLine: 2,
          state: 'posted',
          approvalId: 1,
          ledgerEntryId: 1n,
          createdAt: work.at,
          decidedAt: work.at,
        },
      }),
    );
  }
}
