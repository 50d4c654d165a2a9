import type { TestTransfer } from '../database/generated/client.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import { addDays, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError, type ErrorCode } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { CoinAmount } from '../kernel/money.ts';
import { issueNotice } from '../notice/issue.ts';
import { readPolicy } from '../policy/book.ts';
import { transferDemandDays } from '../policy/definitions/sale.ts';
import { OPEN_TESTS, proofOf, sourceOf, undemandedOf, unproven } from '../venue/source-proof.ts';
import { type DocumentSource, documentSource } from './document-facts.ts';
import type { CaseFacts, Correspondence } from './documents/case-facts.ts';
import { type DemandFacts, TRANSFER_DEMAND_TEMPLATE, transferDemand } from './documents/transfer-demand.ts';
import { type CaseWithParts, lockCases } from './locked-case.ts';
import { addressesToTell, beginTest, type DemandWay, demandSource, destinationsOf } from './staged-demand.ts';
import { staysAgainst } from './stay.ts';

export interface RestOrder extends DemandWay {
  readonly caseIds: readonly number[];
  readonly correspondence: Correspondence;
}

export interface RestLetters {
  readonly issued: readonly { readonly caseId: number; readonly noticeId: number }[];
  readonly refused: readonly {
    readonly caseId: number;
    readonly code: ErrorCode;
    readonly detail: string;
    readonly facts: Readonly<Record<string, unknown>>;
  }[];
}

/** Refusals of one case, all raised before anything is written of it. */
const REFUSALS: readonly ErrorCode[] = [
  'PHASE_WRONG',
  'CONFLICT',
  'SEIZURE_STAYED',
  'TEST_TRANSFER_UNPROVEN',
  'DEPOSIT_ADDRESS_WITHHELD',
  'INPUT_INVALID',
];

/**
 * Demands the rest of holdings of which a test was demanded first: over a chain once the test was credited and matched and still proves
 * the source, or a new test where it proves nothing any more; within one exchange without one. A case that is refused keeps the others
 * from nothing. Codes: `TEST_TRANSFER_UNPROVEN`, `DEPOSIT_ADDRESS_WITHHELD`, `PHASE_WRONG`, `SEIZURE_STAYED`, `CONFLICT` when nothing rests.
 */
export async function issueRestDemands(database: Database, keys: MasterKey, actor: Actor, order: RestOrder): Promise<RestLetters> {
  const issued: RestLetters['issued'][number][] = [];
  const refused: RestLetters['refused'][number][] = [];
  for (const caseId of [...new Set(order.caseIds)].sort((a, b) => a - b)) {
    try {
      issued.push({ caseId, noticeId: await database.work(actor, (work) => issueRest(work, keys, caseId, order)) });
    } catch (thrown) {
      if (!(thrown instanceof CheongsanError) || !REFUSALS.includes(thrown.code)) throw thrown;
      refused.push({ caseId, code: thrown.code, detail: thrown.message, facts: thrown.facts });
    }
  }
  return { issued, refused };
}

/** What a letter asks of one holding. */
interface Asked {
  readonly test: TestTransfer;
  readonly kind: 'test' | 'rest';
  readonly quantity: CoinAmount;
}

async function issueRest(work: Work, keys: MasterKey, caseId: number, order: RestOrder): Promise<number> {
  const [seizureCase] = await lockCases(work, [caseId]);
  if (seizureCase === undefined) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${caseId}.`);
  await assertDemandRuns(work, seizureCase, order);
  const waiting = await waitingTests(work, seizureCase);
  if (waiting.length === 0) {
    throw new CheongsanError('CONFLICT', `Nothing of case ${seizureCase.number} is still to be demanded, or its letter is out.`);
  }
  const asked = await whatToAsk(work, seizureCase, waiting, order);
  const source = await documentSource(work, keys, [seizureCase], 'seizure.documents');
  const demand = await demandFactsOf(work, { seizureCase, order, source, asked });
  const facts = restFacts(await source.factsOf(seizureCase), asked);
  const { id } = await issueNotice(work, keys, {
    kind: 'transfer_demand',
    subject: `case:${caseId}`,
    recipient: { kind: 'venue', venueCode: seizureCase.venueCode, isSample: source.isSample(seizureCase.personId) },
    template: TRANSFER_DEMAND_TEMPLATE,
    content: transferDemand(facts, demand, order.correspondence),
    deadlineOn: demand.deadlineOn,
  });
  for (const { test, kind } of asked) {
    await work.tx.testTransfer.update({ where: { id: test.id }, data: kind === 'test' ? { noticeId: id } : { restNoticeId: id } });
  }
  return id;
}

async function assertDemandRuns(work: Work, { id, number, phase, venueCode }: CaseWithParts, order: RestOrder): Promise<void> {
  if (phase !== 'transfer_demanded') {
    throw new CheongsanError('PHASE_WRONG', `Case ${number} is ${phase}; a rest is demanded while a demand runs.`);
  }
  const account = await work.tx.venueAccount.findUnique({ where: { id: order.venueAccountId }, select: { venueCode: true } });
  if (account?.venueCode !== venueCode) {
    throw new CheongsanError('INPUT_INVALID', `Case ${number} is at ${venueCode}, account ${order.venueAccountId} is not.`);
  }
  const stays = await staysAgainst(work.tx, [id], 'transfer', seoulDay(work.at));
  if (stays.length > 0) {
    throw new CheongsanError('SEIZURE_STAYED', `Case ${number} is stayed by ${stays.map(({ source }) => source).join(', ')}.`);
  }
}

/** Open tests about whose rest no letter is out. */
async function waitingTests(work: Work, { id }: CaseWithParts): Promise<TestTransfer[]> {
  const tests = await work.tx.testTransfer.findMany({ where: { caseId: id, state: { in: [...OPEN_TESTS] } }, orderBy: { id: 'asc' } });
  const letterIds = tests.flatMap(({ noticeId, restNoticeId, demandedAt }) => [restNoticeId, ...(demandedAt === null ? [noticeId] : [])]);
  const out = await work.tx.notice.findMany({
    where: { id: { in: letterIds.filter((letterId) => letterId !== null) }, state: { not: 'cancelled' } },
    select: { id: true },
  });
  const isOut = (letterId: number | null): boolean => out.some((letter) => letter.id === letterId);
  return tests.filter(({ noticeId, restNoticeId, demandedAt }) => !isOut(restNoticeId) && !(demandedAt === null && isOut(noticeId)));
}

/** The rest of what is proven, and another test of what is not any more. Error: `TEST_TRANSFER_UNPROVEN` when that is nothing. */
async function whatToAsk(work: Work, seizureCase: CaseWithParts, tests: readonly TestTransfer[], order: RestOrder): Promise<Asked[]> {
  if (order.route !== 'on_chain') return tests.map((test) => ({ test, kind: 'rest', quantity: undemandedOf(test) }));
  const assets = tests.map(({ asset }) => asset);
  const destinations = await destinationsOf(work, assets, order);
  const asked: Asked[] = [];
  const renewals: TestTransfer[] = [];
  for (const test of tests) {
    const destination = destinations.get(test.asset);
    if (destination === undefined) continue;
    const source = demandSource(seizureCase, order.venueAccountId, destination);
    if ((await proofOf(work.tx, source, work.at)) !== undefined) asked.push({ test, kind: 'rest', quantity: undemandedOf(test) });
    else if (isToBeRenewed(test, source.addressDigest, work.at)) renewals.push(test);
  }
  if (asked.length === 0 && renewals.length === 0) {
    const [test] = tests;
    throw unproven(`the sources of case ${seizureCase.number}${test === undefined ? '' : ` (${sourceOf(test).sender})`}`, {
      tests: tests.map(({ id, asset, state }) => ({ id, asset, state })),
    });
  }
  for (const test of renewals) {
    const holding = seizureCase.holdings.find(({ id }) => id === test.holdingId);
    const destination = destinations.get(test.asset);
    if (holding === undefined || destination === undefined) continue;
    const source = demandSource(seizureCase, order.venueAccountId, destination);
    const quantity = await beginTest(work, { seizureCase, holding, whole: undemandedOf(test), source });
    const renewed = await work.tx.testTransfer.findFirstOrThrow({ where: { holdingId: holding.id, state: { in: [...OPEN_TESTS] } } });
    asked.push(quantity === undefined ? { test, kind: 'rest', quantity: undemandedOf(test) } : { test: renewed, kind: 'test', quantity });
  }
  return asked;
}

/** What was proven and holds no more, or was asked for at an address that is no longer given. A test that still runs is waited for. */
function isToBeRenewed(test: TestTransfer, addressDigest: string, at: Date): boolean {
  if (test.demandedAt === null || test.state === 'lapsed') return true;
  if (test.state === 'proven') return test.addressDigest !== addressDigest || test.expiresAt === null || test.expiresAt <= at;
  return false;
}

/** The letter speaks of what it asks for, not of what came before it. */
function restFacts(facts: CaseFacts, asked: readonly Asked[]): CaseFacts {
  const quantityOf = (asset: string): CoinAmount => asked.find(({ test }) => test.asset === asset)?.quantity ?? CoinAmount.zero(asset);
  return { ...facts, holdings: facts.holdings.map((holding) => ({ ...holding, demanded: quantityOf(holding.asset) })) };
}

interface Letter {
  readonly seizureCase: CaseWithParts;
  readonly order: RestOrder;
  readonly source: DocumentSource;
  readonly asked: readonly Asked[];
}

async function demandFactsOf(work: Work, { seizureCase, order, source, asked }: Letter): Promise<DemandFacts> {
  const today = seoulDay(work.at);
  const account = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: order.venueAccountId }, select: { label: true } });
  const days = (await readPolicy(work.tx)).get(transferDemandDays, today);
  const assets = asked.map(({ test }) => test.asset);
  return {
    deadlineOn: source.rules.calendar.workingDayFrom(addDays(today, days)),
    accountLabel: account.label,
    route: order.route ?? 'internal',
    addresses: await addressesToTell(work, seizureCase, { ...order, assets }),
    tests: asked
      .filter(({ kind }) => kind === 'test')
      .map(({ test }) => ({ asset: test.asset, rest: CoinAmount.of(test.asset, test.restQuantity.toFixed()) })),
    isRest: true,
  };
}
