import type { Approval, CasePhase } from '../../src/database/generated/client.ts';
import type { Actor, Database, Work } from '../../src/database/work.ts';
import type { Agency } from '../../src/document/letter.ts';
import type { ExchangePort, Withdrawal } from '../../src/exchange/port.ts';
import { decideApproval } from '../../src/identity/approval.ts';
import { addDays, type CivilDate, civilDate, dayFromColumn, dayToColumn, seoulDay, startOfDay } from '../../src/kernel/civil-date.ts';
import { CoinAmount, type Won } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { registerPersons } from '../../src/person/register.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { lockCase } from '../../src/seizure/locked-case.ts';
import { importBankStatement, type StatementOptions } from '../../src/treasury/bank-statement.ts';
import { readCaseMoney } from '../../src/treasury/case-money.ts';
import { type FinishedDistribution, finishDistribution } from '../../src/treasury/distribution.ts';
import { issueDistributionNotices } from '../../src/treasury/distribution-notices.ts';
import { progressCase } from '../../src/treasury/progress.ts';
import { requestRefund } from '../../src/treasury/refund.ts';
import { applyRefundDecisions } from '../../src/treasury/refund-decision.ts';
import { type RequestedWithdrawal, requestWithdrawal } from '../../src/treasury/withdrawal.ts';
import { confirmWithdrawal } from '../../src/treasury/withdrawal-confirmation.ts';
import { applyWithdrawalDecisions } from '../../src/treasury/withdrawal-decision.ts';
import { createOfficial, type Official, principalOf } from '../identity/officials.ts';
import { MailRoom } from '../notice/letters.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { registerSampleAccount } from '../support/sample-account.ts';
import { vouchFor } from '../support/sample-reading.ts';
import { testKeys } from '../support/test-keys.ts';
import { listingExchange } from './listing-exchange.ts';
import { type SampleBill, type SampleLine, storeSampleBill } from './sample-bill.ts';
import { bookSampleFill } from './sample-fill.ts';

export const AGENCY: Agency = {
  name: '표본시',
  signatory: '표본시장',
  department: '세정과',
  official: '표본 담당',
  phone: '043-000-0000',
  postcode: '28500',
  address: '표본시 표본로 1',
};

export interface SampleCase {
  readonly caseId: number;
  readonly caseNumber: string;
  readonly personId: number;
  readonly holdingId: number;
  readonly bills: readonly SampleBill[];
}

/** One row of a bank statement, as a test writes it. */
export interface BankRow {
  readonly serial: string;
  readonly on?: string;
  readonly in?: string;
  readonly out?: string;
  readonly remark?: string;
  readonly counterpart?: string;
}

const MONEY_INVARIANTS = [
  'entry_balances',
  'balance_is_sum',
  'no_overdraft',
  'reversed_once',
  'approved_by_another',
  'proceeds_are_accounted',
  'receipts_match_ledger',
  'bank_backs_duties',
  'treasury_equals_credited',
  'refunds_match_ledger',
  'unidentified_is_unmatched',
  'withdrawal_is_its_shares',
  'case_money_agrees',
  'audit_log_intact',
] as const;

/** A city's treasury with officials, an account at an exchange, and what a test does with money in it. */
export class TreasuryOffice {
  readonly test: TestDatabase;
  readonly room: MailRoom;
  readonly officer: Official;
  readonly treasurer: Official;
  readonly approver: Official;
  readonly accountId: number;
  /** What the exchange lists as having left the account. */
  readonly listed: Withdrawal[] = [];
  #serial = 0;

  private constructor(parts: Pick<TreasuryOffice, 'test' | 'room' | 'officer' | 'treasurer' | 'approver' | 'accountId'>) {
    this.test = parts.test;
    this.room = parts.room;
    this.officer = parts.officer;
    this.treasurer = parts.treasurer;
    this.approver = parts.approver;
    this.accountId = parts.accountId;
  }

  static async open(): Promise<TreasuryOffice> {
    const test = await createTestDatabase();
    const { database } = test;
    await database.work(testActor, seedPolicy);
    const officer = await createOfficial(database, 'officer', ['collection_officer']);
    const treasurer = await createOfficial(database, 'treasurer', ['treasury_officer']);
    const approver = await createOfficial(database, 'approver', ['approver']);
    const accountId = await registerSampleAccount(database);
    return new TreasuryOffice({ test, room: new MailRoom(test, 0), officer, treasurer, approver, accountId });
  }

  get database(): Database {
    return this.test.database;
  }

  get today(): CivilDate {
    return seoulDay(this.test.clock.now());
  }

  /** Moves the clock to a time of day in Seoul. */
  advanceTo(day: CivilDate, hour = 0): void {
    this.test.clock.advanceTo(new Date(startOfDay(day).getTime() + hour * 3_600_000));
  }

  advanceDays(days: number): void {
    this.advanceTo(addDays(this.today, days), 9);
  }

  by<T>(actor: Actor, body: (work: Work) => Promise<T>): Promise<T> {
    return this.database.work(actor, body);
  }

  /** A taxpayer with bills in our books and coins in custody, in a phase of his case. */
  async sampleCase({
    bills = [[{ principal: '1000000' }]],
    phase = 'sale_done' as CasePhase,
    pledgees = 0,
  }: {
    bills?: readonly (readonly SampleLine[])[];
    phase?: CasePhase;
    pledgees?: number;
  } = {}): Promise<SampleCase> {
    this.#serial += 1;
    const serial = this.#serial;
    const caseNumber = `2026-${String(serial).padStart(6, '0')}`;
    return this.by(testActor, async (work) => {
      const details = Array.from({ length: 1 + pledgees }, (_, index) => samplePerson(serial * 10 + index));
      const [personId = 0, ...holderIds] = (await registerPersons(work, testKeys, details, { sample: true })).ids;
      const stored: SampleBill[] = [];
      for (const [index, lines] of bills.entries())
        stored.push(await storeSampleBill(work, { personId, noticeNumber: `${serial}-${index + 1}`, bookedOn: this.today }, lines));
      const seizureCase = await work.tx.seizureCase.create({
        data: {
          number: caseNumber,
          personId,
          venueCode: 'upbit',
          origin: 'inquiry',
          phase,
          phaseSince: work.at,
          officerId: this.officer.userId,
          openedAt: work.at,
          seizedOn: dayToColumn(civilDate('2026-01-05')),
          bills: { create: stored.map(({ billId }) => ({ billId, amountAtSeizure: 1n })) },
          rightHolders: { create: holderIds.map((holderId) => ({ personId: holderId, kind: 'pledgee' as const, createdAt: work.at })) },
          holdings: {
            create: {
              asset: 'BTC',
              venueAccountId: this.accountId,
              accountReference: `source-${serial}`,
              seizedQuantity: '1',
              demandedQuantity: '1',
              state: 'received',
              stateSince: work.at,
            },
          },
        },
        include: { holdings: true },
      });
      return { caseId: seizureCase.id, caseNumber, personId, holdingId: seizureCase.holdings[0]?.id ?? 0, bills: stored };
    });
  }

  /** A fill of the case's sale as the desk books it: coins that the city held became won at the exchange, less the fee. */
  async sell(sample: SampleCase, proceeds: string, fee = '0', { at = this.test.clock.now() } = {}): Promise<void> {
    this.#serial += 1;
    const fill = { tradeId: `trade-${this.#serial}`, proceeds, fee, filledAt: at };
    await this.by(testActor, (work) => bookSampleFill(work, { ...sample, venueAccountId: this.accountId }, fill));
  }

  /** Coins of a case that were not sold and still lie in the city's account. */
  async holdCoins(sample: SampleCase, quantity: string): Promise<void> {
    const subject = `holding:${sample.holdingId}`;
    const coins = CoinAmount.of('BTC', quantity);
    await this.by(testActor, (work) =>
      post(
        work,
        entry({ key: `held:${sample.holdingId}`, kind: 'sample', occurredOn: this.today, cause: subject, memo: '' })
          .debit(CHART.coinsHeld, { subject, place: `account:${this.accountId}` }, coins)
          .credit(CHART.dutyToOwner, { subject }, coins)
          .build(),
      ),
    );
  }

  async request(caseIds?: readonly number[]): Promise<RequestedWithdrawal> {
    await vouchFor(this.database, this.accountId);
    return this.by(this.treasurer.actor, (work) =>
      requestWithdrawal(work, {
        venueAccountId: this.accountId,
        reason: '매각대금 회수',
        ...(caseIds === undefined ? {} : { caseIds }),
      }),
    );
  }

  async decide(approval: Approval, decision: 'approve' | 'reject' = 'approve'): Promise<void> {
    await vouchFor(this.database, this.accountId);
    const principal = await principalOf(this.database, this.approver.userId);
    await this.by(this.approver.actor, async (work) => {
      const decided = await decideApproval(work, principal, { approvalId: approval.id, decision, reason: '확인함' });
      if (decided.kind === 'won_withdrawal') await applyWithdrawalDecisions(work, [decided]);
      if (decided.kind === 'refund') await applyRefundDecisions(work, [decided]);
    });
  }

  confirm(withdrawalId: number, extra: { venueReference?: string; feeKrw?: Won; sentOn?: CivilDate } = {}): Promise<void> {
    return this.by(this.treasurer.actor, (work) =>
      confirmWithdrawal(work, { withdrawalId, venueReference: `venue-${withdrawalId}`, ...extra }),
    );
  }

  /** A withdrawal as far as the bank: asked for, approved, sent. */
  async send(caseIds?: readonly number[]): Promise<RequestedWithdrawal> {
    const requested = await this.request(caseIds);
    await this.decide(requested.approval);
    await this.confirm(requested.withdrawalId);
    return requested;
  }

  withdrawal(id: number) {
    return this.database.read.wonWithdrawal.findUniqueOrThrow({ where: { id }, include: { shares: { orderBy: { caseId: 'asc' } } } });
  }

  /** A withdrawal all the way: sent, and seen on the bank statement today. */
  async bringHome(caseIds?: readonly number[]): Promise<RequestedWithdrawal> {
    const sent = await this.send(caseIds);
    const { amountKrw } = await this.withdrawal(sent.withdrawalId);
    await this.bank([{ serial: `B${sent.number}`, in: String(amountKrw), remark: sent.number }]);
    return sent;
  }

  bank(rows: readonly BankRow[], options: StatementOptions = {}) {
    return importBankStatement(this.database, testKeys, this.treasurer.actor, this.statement(rows), options);
  }

  statement(rows: readonly BankRow[]): Buffer {
    const lines = rows.map((row) =>
      [row.serial, row.on ?? this.today, row.in ?? '', row.out ?? '', row.remark ?? '', row.counterpart ?? '표본 거래처'].join(','),
    );
    return Buffer.from(`${['거래번호,거래일자,입금액,출금액,적요,거래상대방', ...lines].join('\r\n')}\r\n`, 'utf8');
  }

  progress(caseId: number): Promise<void> {
    return this.by({ kind: 'system', part: 'cases' }, async (work) => progressCase(work, await lockCase(work, caseId)));
  }

  /** The draft that stands. */
  async draftOf(caseId: number) {
    const draft = await this.database.read.distribution.findFirst({
      where: { caseId, state: 'drafted' },
      include: { lines: { orderBy: { rank: 'asc' } } },
    });
    if (draft === null) throw new Error(`Case ${caseId} has no draft.`);
    return draft;
  }

  /** Notices of the distribution are written to everybody who has none. */
  write(distributionId: number): Promise<readonly number[]> {
    return this.by(this.treasurer.actor, (work) => issueDistributionNotices(work, testKeys, { distributionId, agency: AGENCY }));
  }

  /** Notices of the distribution are written and posted to everybody. */
  async tell(distributionId: number): Promise<readonly number[]> {
    const noticeIds = await this.write(distributionId);
    for (const noticeId of noticeIds) await this.room.dispatch(noticeId);
    return noticeIds;
  }

  finish(distributionId: number): Promise<FinishedDistribution> {
    return this.by({ kind: 'system', part: 'treasury' }, (work) => finishDistribution(work, { distributionId }));
  }

  /** The money of a case all the way onto its bills. */
  async distribute(caseId: number): Promise<void> {
    await this.progress(caseId);
    const draft = await this.draftOf(caseId);
    await this.tell(draft.id);
    await this.distributeDrafted(caseId);
  }

  /** The day of the draft that stands has come and ended. */
  async distributeDrafted(caseId: number): Promise<void> {
    const draft = await this.draftOf(caseId);
    this.advanceTo(dayFromColumn(draft.distributionOn), 18);
    const { outcome } = await this.finish(draft.id);
    if (outcome !== 'final') throw new Error(`Distribution ${draft.number} is ${outcome}.`);
  }

  /** The surplus of a case asked for, approved, paid and seen on the statement. */
  async refund(sample: SampleCase, holderName?: string): Promise<void> {
    const requested = await this.askRefund(sample, holderName);
    await this.decide(requested.approval);
    await this.bank([{ serial: `R${requested.number}`, out: requested.amountKrw.toString(), remark: requested.number }]);
  }

  askRefund(sample: SampleCase, holderName = samplePerson(Number(sample.caseNumber.slice(5)) * 10).name) {
    return this.by(this.treasurer.actor, (work) =>
      requestRefund(work, testKeys, {
        caseId: sample.caseId,
        payee: { bankName: '표본은행', accountNumber: '000-1234-5678', holderName },
        reason: '배분 잔여금',
      }),
    );
  }

  money(caseId: number) {
    return readCaseMoney(this.database.read, caseId);
  }

  /** Invariants of ledger and money that do not hold; the sample sales keep no law, so that the others say nothing here. */
  async brokenMoney(): Promise<string[]> {
    const broken = await brokenInvariants(this.database);
    return broken.filter((found) => MONEY_INVARIANTS.some((code) => found.startsWith(`${code}:`)));
  }

  async phaseOf(caseId: number): Promise<CasePhase> {
    return (await this.database.read.seizureCase.findUniqueOrThrow({ where: { id: caseId } })).phase;
  }

  /** The exchange as far as the treasury asks it: what has left the account. */
  get port(): ExchangePort {
    return listingExchange(this.listed);
  }

  /** The exchange lists a withdrawal of won. */
  list(quantity: string, change: Partial<Withdrawal> = {}): void {
    this.listed.push({
      withdrawalId: `listed-${this.listed.length + 1}`,
      asset: 'KRW',
      quantity,
      fee: '1000',
      network: undefined,
      transactionId: undefined,
      state: 'done',
      statusWord: 'DONE',
      createdAt: this.test.clock.now(),
      doneAt: this.test.clock.now(),
      ...change,
    });
  }

  openAlerts(code: string) {
    return this.database.read.alert.findMany({ where: { code, acknowledgedAt: null } });
  }
}
