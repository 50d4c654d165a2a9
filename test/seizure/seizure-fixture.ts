import type { Approval, Notice, NoticeKind } from '../../src/database/generated/client.ts';
import type { Actor, Database } from '../../src/database/work.ts';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { decideApproval } from '../../src/identity/approval.ts';
import { type CivilDate, civilDate, dayToColumn, seoulDay } from '../../src/kernel/civil-date.ts';
import type { DrivenClock } from '../../src/kernel/clock.ts';
import { Won } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { recordDispatch } from '../../src/notice/dispatch.ts';
import { recordServiceResult } from '../../src/notice/service-result.ts';
import { startPaperExchange } from '../../src/paper-exchange/server.ts';
import { registerPersons } from '../../src/person/register.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { applySeizureApprovals, requestSeizureApprovals } from '../../src/seizure/approve.ts';
import type { Correspondence } from '../../src/seizure/documents/case-facts.ts';
import { createInquiry, recordInquirySent } from '../../src/seizure/inquiry.ts';
import { makeInquiryFile } from '../../src/seizure/inquiry-file.ts';
import { issueSeizureDocuments } from '../../src/seizure/issue-documents.ts';
import { lockCase } from '../../src/seizure/locked-case.ts';
import { progressCase } from '../../src/seizure/progress.ts';
import { proposeCases } from '../../src/seizure/propose.ts';
import { importHoldingsReply } from '../../src/seizure/reply-import.ts';
import type { BookSnapshots } from '../../src/valuation/book-snapshot.ts';
import { ExchangeDirectory } from '../../src/venue/exchange-directory.ts';
import { createOfficial, type Official, principalOf } from '../identity/officials.ts';
import { testRules, tracking } from '../notice/letters.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { atEnd } from '../support/at-end.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { registerSampleAccount } from '../support/sample-account.ts';
import { testKeys } from '../support/test-keys.ts';
import { sampleBook } from '../valuation/sample-book.ts';
import { replyCsv } from './reply-csv.ts';

/** Markets that take any amount at one price: BTC 100,000,000 won, ETH 4,000,000, XRP 3,000. */
export const BOOKS: BookSnapshots = new Map(
  [
    ['BTC', '100000000'],
    ['ETH', '4000000'],
    ['XRP', '3000'],
  ].map(([asset = '', price = '']) => [asset, sampleBook(asset, [[price, '100000000']])]),
);

export const CORRESPONDENCE: Correspondence = {
  agency: {
    name: '표본시',
    signatory: '표본시장',
    department: '징수과',
    official: '표본 담당',
    phone: '043-000-0000',
    postcode: '28500',
    address: '표본시 표본구 표본로 1',
  },
  holder: { name: '표본거래소 주식회사', postcode: '06000', address: '표본시 거래구 거래로 2' },
};

export interface BillInput {
  readonly noticeNumber: string;
  readonly principalKrw?: string;
  readonly surchargeKrw?: string;
  readonly dunning?: 'served' | 'unserved' | 'running' | 'none';
  readonly writeOff?: 'none' | 'held' | 'prescribed';
  readonly withholdingAgent?: boolean;
}

/** A city office with an officer, an approver and a venue account, and what a test does in it. */
export class Office {
  readonly test: TestDatabase;
  readonly officer: Official;
  readonly approver: Official;
  readonly accountId: number;
  #importFileId = 0;
  #mail = 0;

  private constructor(parts: Pick<Office, 'test' | 'officer' | 'approver' | 'accountId'>) {
    this.test = parts.test;
    this.officer = parts.officer;
    this.approver = parts.approver;
    this.accountId = parts.accountId;
  }

  /** Without an exchange nothing answers at the account's address, which most of this floor never asks. */
  static async open(exchange?: 'paper exchange'): Promise<Office> {
    const test = await createTestDatabase();
    const { database, clock } = test;
    const accessKey = 'access-key-of-the-sample-city';
    const secretKey = 'secret-key-of-the-sample-city';
    const venue = exchange === undefined ? undefined : await startPaperExchange({ clock });
    if (venue !== undefined) {
      atEnd(() => venue.stop());
      await venue.operator.openCorporateAccount({ accountId: 'city-001', accessKey, secretKey });
    }
    await database.work(testActor, seedPolicy);
    const officer = await createOfficial(database, 'officer', ['collection_officer']);
    const approver = await createOfficial(database, 'approver', ['approver']);
    const accountId = await registerSampleAccount(database, {
      accessKey,
      secretKey,
      ...(venue === undefined ? {} : { baseUrl: venue.url }),
    });
    const office = new Office({ test, officer, approver, accountId });
    office.#importFileId = await office.#importFile();
    return office;
  }

  /** The city's account at the paper exchange. */
  port(): Promise<ExchangePort> {
    return new ExchangeDirectory({ database: this.database, keys: testKeys }).exchangeFor(this.accountId);
  }

  get database(): Database {
    return this.test.database;
  }

  get clock(): DrivenClock {
    return this.test.clock;
  }

  get today(): CivilDate {
    return seoulDay(this.clock.now());
  }

  async persons(...numbers: number[]): Promise<number[]> {
    const details = numbers.map((number) => samplePerson(number));
    const { ids } = await this.database.work(testActor, (work) => registerPersons(work, testKeys, details, { sample: true }));
    return [...ids];
  }

  /** A bill due in the middle of 2025 whose dunning, unless said otherwise, was served and has expired. */
  async bill(personId: number, input: BillInput): Promise<number> {
    const dunning = DUNNINGS[input.dunning ?? 'served'];
    const principal = Won.of(input.principalKrw ?? '3000000');
    const surcharge = Won.of(input.surchargeKrw ?? '0');
    return this.database.work(testActor, async (work) => {
      const { id, lines } = await work.tx.bill.create({
        data: {
          personId,
          noticeNumber: input.noticeNumber,
          taxYear: 2025,
          arisenOn: dayToColumn(civilDate('2025-06-01')),
          dueOn: dayToColumn(civilDate('2025-06-30')),
          ...dunning,
          writeOffState: input.writeOff ?? 'none',
          withholdingAgent: input.withholdingAgent ?? false,
          figuresDigest: input.noticeNumber,
          importFileId: this.#importFileId,
          createdAt: work.at,
          lines: {
            create: {
              lineNumber: 1,
              taxItemCode: '140',
              taxItemName: '지방소득세',
              level: 'city',
              principalKrw: principal.toBigInt(),
              surchargeKrw: surcharge.toBigInt(),
            },
          },
        },
        include: { lines: true },
      });
      const account = { subject: `bill_line:${lines[0]?.id}`, place: `bill:${id}` };
      await post(
        work,
        entry({ key: `bill:${id}:opening`, kind: 'opening', occurredOn: this.today, cause: `bill:${id}`, memo: '' })
          .debit(CHART.receivableTax, account, principal)
          .debit(CHART.receivableSurcharge, account, surcharge)
          .credit(CHART.assessed, account, principal.plus(surcharge))
          .build(),
      );
      return id;
    });
  }

  /** The whole bill was paid elsewhere: imported, and posted unless it is to wait for its approval. */
  async payElsewhere(billId: number, state: 'posted' | 'pending' = 'posted'): Promise<number> {
    const { lines } = await this.database.read.bill.findUniqueOrThrow({ where: { id: billId }, include: { lines: true } });
    const [line] = lines;
    if (line === undefined) throw new Error('A sample bill has a line.');
    const facts = {
      billId,
      billLineId: line.id,
      kind: 'cancellation',
      occurredOn: dayToColumn(civilDate('2025-06-30')),
      principalKrw: line.principalKrw,
      surchargeKrw: line.surchargeKrw,
      penaltyKrw: 0n,
      documentNumber: `표본-${billId}`,
      importFileId: this.#importFileId,
      importLine: 1,
    } as const;
    const { id } = await this.database.work(testActor, (work) => work.tx.billUpdate.create({ data: { ...facts, createdAt: work.at } }));
    if (state === 'posted') await this.decideUpdate(id, 'posted');
    return id;
  }

  /** Posts or rejects a difference, with its entry in the ledger. */
  async decideUpdate(updateId: number, state: 'posted' | 'rejected'): Promise<void> {
    await this.database.work(testActor, async (work) => {
      const update = await work.tx.billUpdate.findUniqueOrThrow({ where: { id: updateId } });
      const account = { subject: `bill_line:${update.billLineId}`, place: `bill:${update.billId}` };
      const [principal, surcharge] = [Won.of(update.principalKrw), Won.of(update.surchargeKrw)];
      const posted =
        state === 'rejected'
          ? undefined
          : await post(
              work,
              entry({
                key: `bill_update:${updateId}`,
                kind: 'bill_update',
                occurredOn: this.today,
                cause: `bill_update:${updateId}`,
                memo: '',
              })
                .debit(CHART.settledElsewhere, account, principal.plus(surcharge))
                .credit(CHART.receivableTax, account, principal)
                .credit(CHART.receivableSurcharge, account, surcharge)
                .build(),
            );
      await work.tx.billUpdate.update({
        where: { id: updateId },
        data: { state, decidedAt: work.at, approvalId: updateId, ledgerEntryId: posted?.entryId ?? null },
      });
    });
  }

  async defer(billId: number, fromDay: CivilDate, untilDay: CivilDate): Promise<void> {
    await this.database.work(testActor, (work) =>
      work.tx.deferral.create({
        data: { billId, kind: 'collection', fromDay: dayToColumn(fromDay), untilDay: dayToColumn(untilDay), createdAt: work.at },
      }),
    );
  }

  /** Asks about these persons, and gives the number under which the exchange answers. */
  async inquire(personIds: readonly number[], asActor: Actor = this.officer.actor): Promise<string> {
    const inquiry = await this.database.work(asActor, (work) =>
      createInquiry(work, {
        venueCode: 'upbit',
        selection: { bills: 'outstanding', personIds },
        identification: 'registration_number',
      }),
    );
    await makeInquiryFile(this.database, testKeys, asActor, { requestId: inquiry.id, format: 'csv' });
    await this.database.work(asActor, (work) =>
      recordInquirySent(work, { requestId: inquiry.id, sentOn: this.today, reference: `징수과-${inquiry.id}` }),
    );
    return inquiry.number;
  }

  reply(csv: string, options: { acceptGoodRows?: boolean } = {}) {
    return importHoldingsReply(this.database, testKeys, this.officer.actor, Buffer.from(csv), options);
  }

  /** One person's coins, as an exchange that knows registration numbers answers. */
  async holdings(number: number, ...coins: readonly (readonly [string, string])[]): Promise<void> {
    const [personId = 0] = await this.persons(number);
    const request = await this.inquire([personId]);
    await this.reply(replyCsv(request, [number], coins));
  }

  propose(options: { marginReason?: string } = {}) {
    return this.database.work(this.officer.actor, (work) =>
      proposeCases(work, { venueCode: 'upbit', snapshots: BOOKS, officerId: this.officer.userId, ...options }),
    );
  }

  request(...caseIds: number[]): Promise<Approval[]> {
    return this.requestBy(this.officer, caseIds);
  }

  requestBy(maker: Official, caseIds: readonly number[]): Promise<Approval[]> {
    return this.database.work(maker.actor, (work) => requestSeizureApprovals(work, { caseIds, reason: '체납액을 징수하기 위함' }));
  }

  async decide(approval: Approval, decision: 'approve' | 'reject' = 'approve', by: Official = this.approver): Promise<void> {
    const principal = await principalOf(this.database, by.userId);
    await this.database.work(by.actor, async (work) => {
      const decided = await decideApproval(work, principal, { approvalId: approval.id, decision, reason: '검토함' });
      await applySeizureApprovals(work, [decided]);
    });
  }

  async approve(...caseIds: number[]): Promise<void> {
    for (const approval of await this.request(...caseIds)) await this.decide(approval);
  }

  issue(...caseIds: number[]) {
    return issueSeizureDocuments(this.database, testKeys, this.officer.actor, {
      caseIds,
      venueAccountId: this.accountId,
      snapshots: BOOKS,
      correspondence: CORRESPONDENCE,
    });
  }

  /** Sends a case's letter, the exchange's by official document and the delinquent's by registered mail. */
  async send(caseId: number, kind: NoticeKind): Promise<Notice> {
    const notice = await this.database.read.notice.findFirstOrThrow({ where: { subject: `case:${caseId}`, kind, state: 'issued' } });
    const isVenue = notice.recipientKind === 'venue';
    this.#mail += 1;
    await this.database.work(this.officer.actor, (work) =>
      recordDispatch(work, {
        rules: testRules,
        method: isVenue ? 'official_document' : 'registered_mail',
        dispatchedOn: this.today,
        items: [{ noticeId: notice.id, ...(isVenue ? {} : { trackingNumber: tracking(this.#mail) }) }],
      }),
    );
    return notice;
  }

  /** Sends a case's letter and records that it arrived today. */
  async serve(caseId: number, kind: NoticeKind): Promise<void> {
    await this.arrive(await this.send(caseId, kind));
  }

  async arrive(notice: Notice): Promise<void> {
    await this.database.work(this.officer.actor, (work) =>
      recordServiceResult(work, testKeys, {
        rules: testRules,
        noticeId: notice.id,
        result: 'served',
        resultOn: this.today,
        receivedBy: notice.recipientKind === 'venue' ? 'document_office' : 'addressee',
        proof: { form: 'reference', reference: `접수 ${notice.id}` },
      }),
    );
  }

  progress(caseId: number): Promise<void> {
    return this.database.work({ kind: 'system', part: 'cases' }, async (work) => progressCase(work, await lockCase(work, caseId)));
  }

  /** A case whose seizure was served on the exchange and whose demand runs. */
  async demandedCase(number: number, coins: readonly (readonly [string, string])[]): Promise<number> {
    await this.holdings(number, ...coins);
    const { proposed } = await this.propose();
    const caseId = proposed.at(-1)?.caseId ?? 0;
    await this.approve(caseId);
    await this.issue(caseId);
    await this.serve(caseId, 'venue_seizure_notice');
    await this.progress(caseId);
    await this.serve(caseId, 'transfer_demand');
    await this.progress(caseId);
    return caseId;
  }

  case(caseId: number) {
    return this.database.read.seizureCase.findUniqueOrThrow({
      where: { id: caseId },
      include: { holdings: { orderBy: { id: 'asc' } }, bills: { orderBy: { billId: 'asc' } } },
    });
  }

  /** Names of a stream's audit events, in order. */
  async events(stream: string): Promise<string[]> {
    const events = await this.database.read.auditEvent.findMany({ where: { stream }, orderBy: { id: 'asc' } });
    return events.map(({ action }) => action);
  }

  async #importFile(): Promise<number> {
    const { id } = await this.database.work(testActor, (work) =>
      work.tx.importFile.create({
        data: {
          kind: 'delinquent_ledger',
          digest: 'sample',
          sizeBytes: 0n,
          state: 'stored',
          rowCount: 0,
          goodCount: 0,
          badCount: 0,
          report: {},
          createdAt: work.at,
          storedAt: work.at,
        },
      }),
    );
    return id;
  }
}

const day = (text: string) => dayToColumn(civilDate(text));

const DUNNINGS = {
  served: { dunningIssuedOn: day('2025-08-01'), dunningServedOn: day('2025-08-05'), dunningDeadlineOn: day('2025-08-20') },
  unserved: { dunningIssuedOn: day('2025-08-01'), dunningServedOn: null, dunningDeadlineOn: day('2025-08-20') },
  running: { dunningIssuedOn: day('2025-12-22'), dunningServedOn: day('2025-12-24'), dunningDeadlineOn: day('2026-01-08') },
  none: { dunningIssuedOn: null, dunningServedOn: null, dunningDeadlineOn: null },
} as const;
