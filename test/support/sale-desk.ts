import { matchDeposit } from '../../src/custody/deposit-decision.ts';
import { readDeposits } from '../../src/custody/deposits.ts';
import type { Approval, CasePhase, StayKind } from '../../src/database/generated/client.ts';
import type { Database, Work } from '../../src/database/work.ts';
import { decideApproval } from '../../src/identity/approval.ts';
import { addDays, type CivilDate, dayToColumn, seoulDay } from '../../src/kernel/civil-date.ts';
import type { DrivenClock } from '../../src/kernel/clock.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { createLog, type Log } from '../../src/kernel/log.ts';
import { Won } from '../../src/kernel/money.ts';
import { balances, coinBalance } from '../../src/ledger/balance.ts';
import type { ChartCode } from '../../src/ledger/chart.ts';
import { type Desk, runDesk } from '../../src/liquidation/desk.ts';
import { endSaleByOfficial } from '../../src/liquidation/end.ts';
import { applyMandateDecisions, requestMandate } from '../../src/liquidation/mandate.ts';
import { deskDueSource, pausedSaleDueSource, progressCase as progressSale } from '../../src/liquidation/progress.ts';
import { type PaperExchange, type PaperExchangeOptions, startPaperExchange } from '../../src/paper-exchange/server.ts';
import { readPolicy, seedPolicy } from '../../src/policy/book.ts';
import { nextAppointment } from '../../src/queue/due.ts';
import { lockCase } from '../../src/seizure/locked-case.ts';
import { progressCase as progressSeizure } from '../../src/seizure/progress.ts';
import { imposeStay, liftStay } from '../../src/seizure/stay.ts';
import { storeDemandedHolding } from '../../src/simulation/sample/lawful-case.ts';
import { loadBillStates, owedOnBills } from '../../src/tax/bill-state.ts';
import { taxRules } from '../../src/tax/rules.ts';
import { receivePayment } from '../../src/treasury/payment.ts';
import { ExchangeDirectory } from '../../src/venue/exchange-directory.ts';
import { createOfficial, type Official, principalOf } from '../identity/officials.ts';
import { createTestDatabase, type TestDatabase, testActor } from './database.ts';
import { bookDifferences } from './sale-books.ts';
import { storeBill, storeLawfulCase } from './sale-case.ts';
import { registerSampleAccount } from './sample-account.ts';
import { testKeys } from './test-keys.ts';

export const CITY = 'city-001';
export const ACCESS_KEY = 'access-key-of-the-sample-city';
export const SECRET_KEY = 'secret-key-of-the-sample-city';
const UNLIMITED = { ordersPerSecond: 100_000, defaultPerSecond: 100_000, quotationPerSecond: 100_000 };
const STEPS_MAX = 400;

type Effect = (work: Work, approval: Approval) => Promise<void>;

export interface CaseInput {
  /** Units of each coin in custody. */
  readonly coins: Readonly<Record<string, string>>;
  /** Of these units have come only so many as yet. */
  readonly arrived?: Readonly<Record<string, string>>;
  /** Won of tax of new bills, or bills that exist already. */
  readonly bills: readonly (string | { readonly billId: number })[];
  /** The same taxpayer as an earlier case's. */
  readonly personId?: number;
  /** False: nobody has given leave to sell. */
  readonly mandate?: boolean;
  /** What the coins were found to be worth, as a share of the market's price; by the policy half of it is the mandate's floor. */
  readonly valuedAt?: string;
}

export interface SaleCase {
  readonly caseId: number;
  readonly personId: number;
  readonly billIds: readonly number[];
  readonly holdingIds: ReadonlyMap<string, number>;
}

/**
 * A city with an account at a paper exchange, spoken to by the real adapter over HTTP, and cases that are ready to be sold: what the law
 * asks for is there as rows, the coins have come by deposit, the mandate is asked for and approved.
 */
export class SaleDesk {
  readonly test: TestDatabase;
  readonly exchange: PaperExchange;
  /** The city's account at the exchange, by the exchange's name of it and by our row. */
  readonly owner: string;
  readonly accountId: number;
  readonly desk: Desk;
  readonly officer: Official;
  readonly approver: Official;
  #serial = 0;

  private constructor(parts: Pick<SaleDesk, 'test' | 'exchange' | 'owner' | 'accountId' | 'desk' | 'officer' | 'approver'>) {
    this.test = parts.test;
    this.exchange = parts.exchange;
    this.owner = parts.owner;
    this.accountId = parts.accountId;
    this.desk = parts.desk;
    this.officer = parts.officer;
    this.approver = parts.approver;
  }

  /** The caller stops the exchange. */
  static async open(options: Partial<PaperExchangeOptions> = {}): Promise<SaleDesk> {
    const test = await createTestDatabase();
    const { database, clock } = test;
    await database.work(testActor, seedPolicy);
    const exchange = await startPaperExchange({ clock, limits: UNLIMITED, ...options });
    const officer = await createOfficial(database, 'officer', ['collection_officer']);
    const approver = await createOfficial(database, 'approver', ['approver']);
    return new SaleDesk({ test, exchange, officer, approver, ...(await openAccount(database, exchange, CITY)) });
  }

  /** The same city at a second account of its own. */
  async secondAccount(): Promise<SaleDesk> {
    return new SaleDesk({ ...this, ...(await openAccount(this.database, this.exchange, 'city-002')) });
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

  by<T>(body: (work: Work) => Promise<T>): Promise<T> {
    return this.database.work(testActor, body);
  }

  /** A case whose window has passed, with coins in custody and a mandate; its sale begins with the next `progress`. */
  async saleCase({ coins, arrived = coins, bills, personId: known, mandate = true, valuedAt = '1' }: CaseInput): Promise<SaleCase> {
    const assets = Object.keys(coins);
    const prices = new Map<string, string>();
    for (const asset of assets) prices.set(asset, await this.bestBid(asset));
    const stored = await this.by(async (work) => {
      const personId = known ?? (await work.tx.person.create({ data: { kind: 'natural', sample: true, createdAt: work.at } })).id;
      const billIds: number[] = [];
      for (const bill of bills) billIds.push(typeof bill === 'string' ? await storeBill(work, personId, bill) : bill.billId);
      const caseId = await storeLawfulCase(work, { personId, officerId: this.officer.userId, billIds });
      const holdingIds = new Map<string, number>();
      for (const [asset, quantity] of Object.entries(coins))
        holdingIds.set(asset, await storeDemandedHolding(work, { caseId, accountId: this.accountId, asset, quantity }));
      return { caseId, personId, billIds, holdingIds };
    });
    for (const [asset, holdingId] of stored.holdingIds) {
      await this.receive(asset, arrived[asset] ?? '0', holdingId);
      await this.value(stored.caseId, holdingId, coins[asset] ?? '0', new Decimal(prices.get(asset) ?? '0').times(valuedAt));
    }
    if (mandate) await this.mandate(stored.caseId);
    return stored;
  }

  /** What a holding was found to be worth; half the price is a mandate's floor. */
  async value(caseId: number, holdingId: number, quantity: string, price: Decimal): Promise<void> {
    await this.by((work) =>
      work.tx.valuation.create({
        data: {
          caseId,
          holdingId,
          occasion: 'sale_notice',
          takenAt: work.at,
          priceSource: '표본',
          priceAt: work.at,
          quantity,
          price: price.toFixed(),
          depthKrw: 0n,
          depthCovers: true,
          valueKrw: 0n,
        },
      }),
    );
  }

  /** A case whose sale has begun, due with the next interval. */
  async runningCase(input: CaseInput): Promise<SaleCase> {
    const begun = await this.saleCase(input);
    await this.progress(begun.caseId);
    return begun;
  }

  async bestBid(asset: string): Promise<string> {
    return (await this.desk.port.orderBook(`KRW-${asset}`)).bids[0]?.price.toString() ?? '0';
  }

  /** The coins come to the city's account, and an officer says whose they are. */
  async receive(asset: string, quantity: string, holdingId: number): Promise<void> {
    await this.exchange.operator.depositFromChain({ accountId: this.owner, asset, quantity, confirmationSeconds: 0 });
    await readDeposits(this.database, this.desk.port, this.accountId);
    const deposit = await this.database.read.venueDeposit.findFirstOrThrow({
      where: { asset, state: 'unidentified' },
      orderBy: { id: 'desc' },
    });
    await this.database.work(this.officer.actor, (work) =>
      matchDeposit(work, { depositRowId: deposit.id, holdingId, reason: '표본 입고' }),
    );
  }

  async mandate(caseId: number, decision: 'approve' | 'reject' = 'approve'): Promise<number> {
    const { id, approvalId } = await this.database.work(this.officer.actor, (work) =>
      requestMandate(work, { caseId, reason: '체납액 충당' }),
    );
    const approval = await this.database.read.approval.findUniqueOrThrow({ where: { id: approvalId ?? 0 } });
    await this.decide(approval, decision);
    return id;
  }

  /** The approver decides, and what was decided is carried out in the same unit of work. */
  async decide(
    approval: Approval,
    decision: 'approve' | 'reject' = 'approve',
    apply: Effect = (work, decided) => applyMandateDecisions(work, [decided]),
    by: Official = this.approver,
  ): Promise<void> {
    const principal = await principalOf(this.database, by.userId);
    await this.database.work(by.actor, async (work) => {
      await apply(work, await decideApproval(work, principal, { approvalId: approval.id, decision, reason: '확인함' }));
    });
  }

  /** What a ring of the case has done, on the two floors that a sale depends on. */
  async progress(caseId: number): Promise<void> {
    await this.by(async (work) => progressSeizure(work, await lockCase(work, caseId)));
    await this.by(async (work) => progressSale(work, await lockCase(work, caseId)));
  }

  /** The desk once, at this instant. */
  run(): Promise<void> {
    return runDesk(this.desk);
  }

  advance(seconds: number): void {
    this.clock.advanceBy(seconds * 1_000);
  }

  /** Moves to the next appointment of a desk, if there is one, and answers it and every case that was rung. */
  async step(): Promise<boolean> {
    await this.answerCases();
    const now = this.clock.now();
    const sources = [deskDueSource(this.database), pausedSaleDueSource(this.database)];
    if ((await sources[0]?.due(now))?.length === 0) {
      const next = await nextAppointment(sources, now);
      if (next === undefined) return false;
      this.clock.advanceTo(next);
    }
    await this.run();
    await this.answerCases();
    return true;
  }

  /** An official ends a sale as soon as none of its orders is open. */
  async endByOfficial(caseId: number): Promise<void> {
    while ((await this.database.read.orderShare.count({ where: { caseId, order: { closedAt: null } } })) > 0) await this.step();
    await this.database.work(this.officer.actor, (work) => endSaleByOfficial(work, { caseId, reason: '담당자 판단' }));
  }

  /** Steps until no desk has an appointment. */
  async sellOut(stepsMax = STEPS_MAX): Promise<number> {
    for (let steps = 0; steps < stepsMax; steps++) if (!(await this.step())) return steps;
    throw new Error(`The desk was not done after ${stepsMax} steps.`);
  }

  /** Answers what was rung for cases and is not answered yet, and what the sweeper finds. */
  async answerCases(): Promise<void> {
    const rung = await this.database.read.doorbell.findMany({ where: { queue: 'cases' }, orderBy: { rowId: 'asc' } });
    await this.database.read.doorbell.deleteMany({ where: { queue: 'cases' } });
    const due = await pausedSaleDueSource(this.database).due(this.clock.now());
    for (const caseId of new Set([...rung.map(({ rowId }) => rowId), ...due])) await this.progress(caseId);
  }

  async stay(caseId: number, kind: StayKind = 'appeal'): Promise<() => Promise<void>> {
    const { stayId } = await this.by((work) => imposeStay(work, { caseId, kind, reason: '표본', fromDay: this.today }));
    return () => this.by((work) => liftStay(work, { stayId, reason: '표본 해소' }));
  }

  /** The taxpayer pays at the bank, today. */
  async pay(caseId: number, amountKrw: string): Promise<void> {
    this.#serial += 1;
    const bankLineId = 1_000_000 + this.#serial;
    await this.by(async (work) => {
      const { personId } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId } });
      await work.tx.$queryRaw`SELECT 1 FROM person WHERE id = ${personId} FOR NO KEY UPDATE`;
      await receivePayment(work, { bankLineId, caseId, amount: Won.of(amountKrw), occurredOn: this.today });
    });
  }

  /** A difference of a bill, imported and not decided on. Returns how it is rejected. */
  async billUpdate(billId: number): Promise<() => Promise<void>> {
    this.#serial += 1;
    const { id: billLineId } = await this.database.read.billLine.findFirstOrThrow({ where: { billId } });
    const { id } = await this.by((work) =>
      work.tx.billUpdate.create({
        data: {
          billId,
          billLineId,
          kind: 'reduction',
          occurredOn: dayToColumn(this.today),
          principalKrw: 1n,
          surchargeKrw: 0n,
          penaltyKrw: 0n,
          documentNumber: `표본 ${this.#serial}`,
          importFileId: 1,
          importLine: 1,
          createdAt: work.at,
        },
      }),
    );
    return () =>
      this.by(async (work) => {
        await work.tx.billUpdate.update({ where: { id }, data: { state: 'rejected', decidedAt: work.at, approvalId: 1 } });
        const covering = await work.tx.caseBill.findMany({ where: { billId } });
        for (const { caseId } of covering) work.ring('cases', caseId);
      });
  }

  async phaseOf(caseId: number): Promise<CasePhase> {
    return (await this.database.read.seizureCase.findUniqueOrThrow({ where: { id: caseId } })).phase;
  }

  sale(caseId: number) {
    return this.database.read.liquidation.findUniqueOrThrow({ where: { caseId } });
  }

  /** Orders in which a case has a share, or all. */
  async orders(caseId?: number) {
    const orders = await this.database.read.saleOrder.findMany({
      where: caseId === undefined ? {} : { shares: { some: { caseId } } },
      include: { fills: { orderBy: { id: 'asc' } }, shares: { orderBy: { holdingId: 'asc' } } },
      orderBy: { id: 'asc' },
    });
    return orders.map((order) => ({ ...order, exceedsNeed: order.shares.some(({ exceedsNeed }) => exceedsNeed) }));
  }

  /** Codes of every decision so far. */
  async codes(caseId: number): Promise<string[][]> {
    const decisions = await this.database.read.saleDecision.findMany({ where: { caseId }, orderBy: { id: 'asc' } });
    return decisions.map(({ outcome, codes }) => [outcome, ...codes]);
  }

  async lastDecision(caseId: number): Promise<string[]> {
    return (await this.codes(caseId)).at(-1) ?? [];
  }

  /** Won owed on bills at the expected settlement, as the rules of tax say it. */
  async owed(billIds: readonly number[]): Promise<Decimal> {
    const policy = await readPolicy(this.database.read);
    const bills = await loadBillStates(this.database.read, billIds);
    return owedOnBills(bills, addDays(this.today, 30), taxRules(policy)).total.value;
  }

  /** What the sales of cases brought less fees, by the fills. */
  async netProceeds(...caseIds: number[]): Promise<Decimal> {
    const { _sum } = await this.database.read.orderFill.aggregate({
      where: { caseId: { in: caseIds } },
      _sum: { proceeds: true, fee: true },
    });
    return new Decimal(_sum.proceeds?.toFixed() ?? '0').minus(_sum.fee?.toFixed() ?? '0');
  }

  async coins(holdingId: number, chart: ChartCode, asset: string): Promise<string> {
    return (await coinBalance(this.database.read, { chart, subject: `holding:${holdingId}` }, asset)).toString();
  }

  /** Balance of a case's account at the venue, as text, debits positive. */
  async venueWon(caseId: number, chart: ChartCode): Promise<string> {
    const [balance] = await balances(this.database.read, { chart, subject: `case:${caseId}` });
    return balance?.balance ?? '0';
  }

  /** Where our books and the exchange's own differ; nothing, whatever happened. */
  differences(): Promise<string[]> {
    return bookDifferences(this.database, this.accountId, this.exchange, this.owner);
  }
}

async function openAccount(
  database: Database,
  exchange: PaperExchange,
  owner: string,
): Promise<Pick<SaleDesk, 'owner' | 'accountId' | 'desk'>> {
  const [accessKey, secretKey] = owner === CITY ? [ACCESS_KEY, SECRET_KEY] : [`${ACCESS_KEY}-${owner}`, `${SECRET_KEY}-${owner}`];
  await exchange.operator.openCorporateAccount({ accountId: owner, accessKey, secretKey });
  const accountId = await registerSampleAccount(database, { label: `표본시 ${owner}`, baseUrl: exchange.url, accessKey, secretKey });
  const port = await new ExchangeDirectory({ database, keys: testKeys }).exchangeFor(accountId);
  return { owner, accountId, desk: { database, port, accountId, log: quiet } };
}

const quiet: Log = createLog({ level: 'silent' });
