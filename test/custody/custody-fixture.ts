import { expect } from 'vitest';
import { readDeposits } from '../../src/custody/deposits.ts';
import { instructTransfer, type TransferInstruction } from '../../src/custody/instruction.ts';
import { receiptsOfCase } from '../../src/custody/receipt-view.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { type AddressScreening, screenTransfer } from '../../src/custody/screening.ts';
import { LocalScreeningList } from '../../src/custody/screening-list.ts';
import { importTransferReport } from '../../src/custody/transfer-report.ts';
import { destinationKey, sealDestination } from '../../src/custody/withdrawal-address-seal.ts';
import type { Approval, CasePhase } from '../../src/database/generated/client.ts';
import type { DatabaseAccess } from '../../src/database/open.ts';
import type { Database, Work } from '../../src/database/work.ts';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { applyDecisions } from '../../src/http/approval-effects.ts';
import { decideApproval } from '../../src/identity/approval.ts';
import { civilDate, dayToColumn } from '../../src/kernel/civil-date.ts';
import type { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { coinBalance, trialBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';
import { registerPersons } from '../../src/person/register.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { checkInvariants } from '../../src/registers/invariants.ts';
import { ExchangeDirectory } from '../../src/venue/exchange-directory.ts';
import { createOfficial, type Official, principalOf } from '../identity/officials.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { registerSampleAccount } from '../support/sample-account.ts';
import { testKeys } from '../support/test-keys.ts';

export const CITY = 'city-001';
const UNLIMITED = { ordersPerSecond: 100_000, defaultPerSecond: 100_000, quotationPerSecond: 100_000 };

/** A city with one account at a paper exchange, spoken to by the real adapter over HTTP, and its officials. */
export interface Custody {
  readonly database: Database;
  readonly clock: DrivenClock;
  readonly access: DatabaseAccess;
  readonly superuserUrl: string;
  readonly exchange: PaperExchange;
  readonly accountId: number;
  readonly port: ExchangePort;
  readonly officer: Official;
  readonly approver: Official;
  /** Agrees to what takes two. */
  readonly secondApprover: Official;
  readonly screening: AddressScreening;
}

export async function startCustody({ screeningListFile }: { screeningListFile?: string } = {}): Promise<Custody> {
  const { database, clock, access, superuserUrl } = await createTestDatabase();
  await database.work(testActor, seedPolicy);
  const exchange = await startPaperExchange({ clock, limits: UNLIMITED });
  const accessKey = 'access-key-of-the-sample-city';
  const secretKey = 'secret-key-of-the-sample-city';
  await exchange.operator.openCorporateAccount({ accountId: CITY, accessKey, secretKey });
  const officer = await createOfficial(database, 'officer', ['collection_officer']);
  const approver = await createOfficial(database, 'approver', ['approver']);
  const secondApprover = await createOfficial(database, 'second-approver', ['approver']);
  const accountId = await registerSampleAccount(database, { baseUrl: exchange.url, accessKey, secretKey });
  const port = await new ExchangeDirectory({ database, keys: testKeys }).exchangeFor(accountId);
  return {
    database,
    clock,
    access,
    superuserUrl,
    exchange,
    accountId,
    port,
    officer,
    approver,
    secondApprover,
    screening: new LocalScreeningList(screeningListFile),
  };
}

/** Whatever a file did, its books balance and these invariants hold; its exchange is stopped even where they do not. */
export async function endCustody(custody: Custody, invariantCodes: readonly string[] = []): Promise<void> {
  try {
    expect(await unbalancedAssets(custody)).toEqual([]);
    if (invariantCodes.length === 0) return;
    const offending = new Map((await checkInvariants(custody.database)).map((result) => [result.code, result.offending]));
    // A code that nobody checks is as bad as one that is broken.
    expect(invariantCodes.map((code) => [code, offending.get(code)])).toEqual(invariantCodes.map((code) => [code, []]));
  } finally {
    await custody.exchange.stop();
  }
}

export interface SampleHolding {
  readonly holdingId: number;
  readonly caseId: number;
  readonly caseNumber: string;
  /** The taxpayer's account at the exchange, where the coins still are. */
  readonly source: string;
}

let caseCount = 0;

/** A case whose transfer demand was served: the coins lie in the taxpayer's own account and are awaited in the city's. */
export async function demandHolding(custody: Custody, asset: string, quantity: string): Promise<SampleHolding> {
  caseCount += 1;
  const source = `taxpayer-${String(caseCount).padStart(3, '0')}`;
  const caseNumber = `표본-${String(caseCount).padStart(3, '0')}`;
  await custody.exchange.operator.openAccount({
    accountId: source,
    identity: { name: caseNumber, birthDate: '1980-01-01', phone: `0100000${String(caseCount).padStart(4, '0')}` },
  });
  await custody.exchange.operator.depositFromChain({ accountId: source, asset, quantity, confirmationSeconds: 0 });
  return custody.database.work(testActor, async (work) => {
    const personId = await registerSample(work, caseNumber);
    const { id: caseId } = await work.tx.seizureCase.create({
      data: {
        number: caseNumber,
        personId,
        venueCode: 'upbit',
        origin: 'inquiry',
        phase: 'transfer_demanded',
        phaseSince: work.at,
        phaseDeadlineOn: dayToColumn(civilDate('2026-01-19')),
        officerId: custody.officer.userId,
        openedAt: work.at,
        seizedOn: dayToColumn(civilDate('2026-01-05')),
      },
    });
    const { id: holdingId } = await work.tx.holding.create({
      data: {
        caseId,
        asset,
        venueAccountId: custody.accountId,
        accountReference: source,
        seizedQuantity: quantity,
        demandedQuantity: quantity,
        state: 'demanded',
        stateSince: work.at,
      },
    });
    const demanded = CoinAmount.of(asset, quantity);
    const subject = `holding:${holdingId}`;
    await post(
      work,
      entry({ key: `demand:${holdingId}`, kind: 'demand', occurredOn: civilDate('2026-01-05'), cause: subject, memo: '' })
        .debit(CHART.coinsOutstanding, { subject }, demanded)
        .credit(CHART.dutyToOwner, { subject }, demanded)
        .build(),
    );
    await valueSample(work, { caseId, holdingId });
    await listAddress(custody, work, { asset, personId, depositRowId: null, address: source });
    return { holdingId, caseId, caseNumber, source };
  });
}

async function registerSample(work: Work, name: string): Promise<number> {
  const details = { kind: 'natural', name, registrationNumber: null, birthDate: null, phone: null, address: null, email: null } as const;
  const [personId] = (await registerPersons(work, testKeys, [details], { sample: true })).ids;
  if (personId === undefined) throw new Error(`${name} was not registered.`);
  return personId;
}

/** Every coin is worth a thousand won, so that a day's limit can be counted. */
async function valueSample(work: Work, of: { readonly caseId: number; readonly holdingId: number }): Promise<void> {
  const price = { occasion: 'seizure', priceSource: 'upbit', price: '1000', depthKrw: 0n, depthCovers: true, valueKrw: 0n } as const;
  await work.tx.valuation.create({ data: { ...of, ...price, takenAt: work.at, priceAt: work.at, quantity: '1' } });
}

interface ListedSample {
  readonly asset: string;
  readonly personId: number | null;
  readonly depositRowId: number | null;
  readonly address: string;
}

/** An account at the same exchange that was listed two days ago, past all that leads there. Answers its row. */
export async function listAddress(custody: Custody, work: Work, { address, ...listed }: ListedSample): Promise<number> {
  const key = await destinationKey(work.tx, testKeys, listed.personId);
  const ago = (days: number) => new Date(work.at.getTime() - days * 86_400_000);
  const { id } = await work.tx.withdrawalAddress.create({
    data: {
      ...listed,
      venueAccountId: custody.accountId,
      network: 'internal',
      owner: listed.personId === null ? 'sender' : 'taxpayer',
      ...sealDestination(key, { network: 'internal', address, secondaryAddress: null }),
      check: 'seized_account',
      ownershipProof: '거래소 회신',
      registrationReference: '표본-등록',
      createdById: custody.officer.userId,
      createdAt: ago(2),
      state: 'approved',
      approvedAt: ago(2),
      usableFrom: ago(1),
    },
  });
  return id;
}

/** The account of whoever sent a deposit, listed likewise. */
export function listSender(custody: Custody, depositRowId: number, address: string): Promise<number> {
  return custody.database.work(testActor, async (work) => {
    const { asset } = await work.tx.venueDeposit.findUniqueOrThrow({ where: { id: depositRowId } });
    return listAddress(custody, work, { asset, personId: null, depositRowId, address });
  });
}

/** The account is compared, the destination screened, and the officer takes the instruction. */
export async function instruct(custody: Custody, transferId: number): Promise<TransferInstruction> {
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  return instructUncompared(custody, transferId);
}

/** As `instruct`, on what was known of the account before. */
export async function instructUncompared(custody: Custody, transferId: number): Promise<TransferInstruction> {
  await screenTransfer(custody.database, custody.officer.actor, { keys: testKeys, screening: custody.screening }, transferId);
  return custody.database.work(custody.officer.actor, (work) => instructTransfer(work, testKeys, transferId));
}

/** The exchange carries a demand out: coins go from the taxpayer's account to the city's, and arrive a minute later. */
export async function moveToCity(
  custody: Custody,
  source: string,
  asset: string,
  quantity: string,
): Promise<{ transactionId: string; depositId: string }> {
  const { transactionId, transferId } = await custody.exchange.operator.transferInternally({
    fromAccountId: source,
    toAccountId: CITY,
    asset,
    quantity,
    by: 'staff',
  });
  return { transactionId, depositId: transferId };
}

export function later(custody: Custody, seconds: number): void {
  custody.clock.advanceBy(seconds * 1_000);
}

export interface ReportLine {
  readonly caseNumber: string;
  readonly source: string;
  readonly asset: string;
  readonly quantity: string;
  readonly transactionId: string;
  readonly day?: string;
}

/** The exchange's answer to a demand, as the file it sends. */
export function reportFile(...lines: readonly ReportLine[]): Uint8Array {
  const rows = lines.map(({ caseNumber, source, asset, quantity, transactionId, day }) =>
    [caseNumber, source, asset, quantity, transactionId, day ?? '2026-01-05'].join(','),
  );
  return new TextEncoder().encode(['사건번호,계정,가상자산,수량,거래번호,이전일', ...rows, ''].join('\r\n'));
}

/** The approver decides, and what follows is carried out in the same unit of work. */
export function decide(custody: Custody, approval: Approval, decision: 'approve' | 'reject'): Promise<Approval> {
  return decideAs(custody, custody.approver, approval, decision);
}

async function decideAs(custody: Custody, by: Official, { id }: Approval, decision: 'approve' | 'reject'): Promise<Approval> {
  const principal = await principalOf(custody.database, by.userId);
  return custody.database.work(by.actor, async (work) => {
    const decided = await decideApproval(work, principal, { approvalId: id, decision, reason: '확인함' });
    await applyDecisions(work, [decided]);
    return decided;
  });
}

/** Everybody agrees who has to. */
export async function approve(custody: Custody, approval: Approval): Promise<void> {
  const { state } = await decide(custody, approval, 'approve');
  if (state === 'pending') await decideAs(custody, custody.secondApprover, approval, 'approve');
}

/** In a week. */
export function expiry(custody: Custody): Date {
  return new Date(custody.clock.now().getTime() + 7 * 86_400_000);
}

/** Expected against received of a case's only holding, as text. */
export async function receiptText(custody: Custody, caseId: number) {
  const [first] = await receiptsOfCase(custody.database.read, caseId, custody.clock.now());
  if (first === undefined) throw new Error(`Case ${caseId} has no receipt.`);
  const { state, demanded, received, outstanding, short, codes, resolutions } = first;
  return {
    state,
    demanded: demanded.toString(),
    received: received.toString(),
    outstanding: outstanding.toString(),
    short: short.toString(),
    codes: codes.map(({ code }) => code),
    resolutions,
  };
}

export async function heldText(custody: Custody, holdingId: number, asset: string): Promise<string> {
  const filter = { chart: CHART.coinsHeld, subject: `holding:${holdingId}`, place: `account:${custody.accountId}` } as const;
  return (await coinBalance(custody.database.read, filter, asset)).toString();
}

export async function depositRow(custody: Custody, depositId: string) {
  return custody.database.read.venueDeposit.findUniqueOrThrow({
    where: { venueAccountId_depositId: { venueAccountId: custody.accountId, depositId } },
  });
}

/** Assets whose books do not balance; none, whatever happened. */
export async function unbalancedAssets(custody: Custody): Promise<string[]> {
  const sums = new Map<string, CoinAmount>();
  for (const { asset, balance } of await trialBalance(custody.database.read, custody.clock.now())) {
    sums.set(asset, (sums.get(asset) ?? CoinAmount.zero(asset)).plus(CoinAmount.of(asset, balance)));
  }
  return [...sums].filter(([, sum]) => !sum.isZero()).map(([asset]) => asset);
}

/** A holding whose coins have come to the city's account, reported and credited. */
export async function receiveHolding(custody: Custody, asset: string, quantity: string): Promise<SampleHolding> {
  const holding = await demandHolding(custody, asset, quantity);
  const { transactionId } = await moveToCity(custody, holding.source, asset, quantity);
  await importTransferReport(custody.database, custody.officer.actor, reportFile({ ...holding, asset, quantity, transactionId }));
  later(custody, 61);
  await readDeposits(custody.database, custody.port, custody.accountId);
  return holding;
}

/** Puts a case where a test needs it, past all that leads there. */
export async function setPhase(custody: Custody, caseId: number, phase: CasePhase): Promise<void> {
  await custody.database.work(testActor, (work) => work.tx.seizureCase.update({ where: { id: caseId }, data: { phase } }));
}
