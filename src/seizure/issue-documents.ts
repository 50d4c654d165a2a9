import type { NoticeKind } from '../database/generated/enums.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import { addDays, dayFromColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError, type ErrorCode } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { CoinAmount } from '../kernel/money.ts';
import { issueNotice, type NoticeInput, type NoticeRecipient } from '../notice/issue.ts';
import { readPolicy } from '../policy/book.ts';
import { transferDemandDays } from '../policy/definitions/sale.ts';
import { transferDemandProvisionFrom } from '../policy/definitions/seizure.ts';
import { appealFilingDays } from '../policy/definitions/service.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { type ClaimRules, claimRules } from './claim.ts';
import { type DemandTerms, planDemand } from './demand-plan.ts';
import { type DocumentSource, documentSource } from './document-facts.ts';
import type { CaseFacts, Correspondence } from './documents/case-facts.ts';
import { SEIZURE_NOTICE_TEMPLATE, seizureNotice } from './documents/seizure-notice.ts';
import { SEIZURE_RECORD_TEMPLATE, seizureRecord } from './documents/seizure-record.ts';
import { type DemandFacts, TRANSFER_DEMAND_TEMPLATE, transferDemand } from './documents/transfer-demand.ts';
import { VENUE_SEIZURE_NOTICE_TEMPLATE, venueSeizureNotice } from './documents/venue-seizure-notice.ts';
import { type LetterFacts, lettersDue } from './documents-due.ts';
import { barredError, barsOf } from './eligible-bills.ts';
import { type CaseWithParts, lockCases } from './locked-case.ts';
import { addressesToTell, type DemandWay, destinationsOf, stageDemand } from './staged-demand.ts';
import { staysAgainst } from './stay.ts';

export interface DocumentOrder extends DemandTerms, DemandWay {
  readonly caseIds: readonly number[];
  readonly correspondence: Correspondence;
}

export interface IssuedLetters {
  readonly issued: readonly { readonly caseId: number; readonly kind: NoticeKind; readonly noticeId: number }[];
  /** Cases for which nothing was written, and why. */
  readonly refused: readonly { readonly caseId: number; readonly code: ErrorCode; readonly detail: string }[];
}

/** So many cases stay well within one unit of work. */
const CASES_PER_WORK = 20;

/**
 * Writes the letters that are due in these cases: for an approved seizure record, notice and demand to the exchange; for an old one
 * the demand, with a supplementary seizure where the law had no demand when it was made; for one that took effect the notice to the
 * delinquent. Run again it writes nothing twice. A case that something stands against is refused with its code and keeps the others
 * from nothing. Errors: `NOT_FOUND`, `INPUT_INVALID` for an account at another exchange.
 */
export async function issueSeizureDocuments(
  database: Database,
  keys: MasterKey,
  actor: Actor,
  order: DocumentOrder,
): Promise<IssuedLetters> {
  const issued: IssuedLetters['issued'][number][] = [];
  const refused: IssuedLetters['refused'][number][] = [];
  const ids = [...new Set(order.caseIds)].sort((a, b) => a - b);
  for (let start = 0; start < ids.length; start += CASES_PER_WORK) {
    const chunk = ids.slice(start, start + CASES_PER_WORK);
    const letters = await database.work(actor, (work) => issueChunk(work, keys, { ...order, caseIds: chunk }));
    issued.push(...letters.issued);
    refused.push(...letters.refused);
  }
  return { issued, refused };
}

async function issueChunk(work: Work, keys: MasterKey, order: DocumentOrder): Promise<IssuedLetters> {
  const cases = await lockCases(work, order.caseIds);
  await assertAccount(work, order.venueAccountId, cases);
  const policy = await readPolicy(work.tx);
  const standing = await standingKinds(work, order.caseIds);
  const planned = cases.map((seizureCase) => ({
    seizureCase,
    due: lettersDue(letterFacts(seizureCase, standing.get(seizureCase.id) ?? new Set(), policy, work.at)),
  }));
  const needed = planned.filter(({ due }) => due.length > 0);
  if (needed.length === 0) return { issued: [], refused: [] };
  const source = await documentSource(
    work,
    keys,
    needed.map(({ seizureCase }) => seizureCase),
    'seizure.documents',
  );
  const issued: IssuedLetters['issued'][number][] = [];
  const refused: IssuedLetters['refused'][number][] = [];
  const rules = claimRules(policy, source.rules, seoulDay(work.at));
  for (const { seizureCase, due } of needed) {
    const refusal = await prepare(work, { seizureCase, due, order, policy, source }, rules);
    if (refusal !== undefined) refused.push({ caseId: seizureCase.id, code: refusal.code, detail: refusal.message });
    else issued.push(...(await issueFor(work, keys, { seizureCase, due, order, policy, source })));
  }
  return { issued, refused };
}

async function assertAccount(work: Work, venueAccountId: number, cases: readonly CaseWithParts[]): Promise<void> {
  const account = await work.tx.venueAccount.findUnique({ where: { id: venueAccountId }, select: { venueCode: true } });
  if (account === null) throw new CheongsanError('NOT_FOUND', `There is no venue account ${venueAccountId}.`);
  const elsewhere = cases.find(({ venueCode }) => venueCode !== account.venueCode);
  if (elsewhere !== undefined) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `Case ${elsewhere.number} is at ${elsewhere.venueCode}, account ${venueAccountId} at ${account.venueCode}.`,
    );
  }
}

async function standingKinds(work: Work, caseIds: readonly number[]): Promise<ReadonlyMap<number, ReadonlySet<NoticeKind>>> {
  const notices = await work.tx.notice.findMany({
    where: { subject: { in: caseIds.map((id) => `case:${id}`) }, state: { not: 'cancelled' } },
    select: { subject: true, kind: true },
  });
  return new Map(caseIds.map((id) => [id, new Set(notices.filter(({ subject }) => subject === `case:${id}`).map(({ kind }) => kind))]));
}

function letterFacts(seizureCase: CaseWithParts, standing: ReadonlySet<NoticeKind>, policy: PolicySet, at: Date): LetterFacts {
  const { phase, origin, seizedOn, supplementedOn } = seizureCase;
  return {
    phase,
    origin,
    seizedOn: seizedOn === null ? undefined : dayFromColumn(seizedOn),
    supplementedOn: supplementedOn === null ? undefined : dayFromColumn(supplementedOn),
    provisionFrom: policy.get(transferDemandProvisionFrom, seoulDay(at)),
    standing,
  };
}

/** Looks once more at what could bar a seizure or a demand, and fixes the quantities of the demand; returns the refusal, if any. */
async function prepare(work: Work, { seizureCase, due, order, source }: Issue, rules: ClaimRules): Promise<CheongsanError | undefined> {
  const today = seoulDay(work.at);
  if (due.includes('venue_seizure_notice')) {
    const barred = seizureCase.bills.flatMap(({ billId }) => {
      const bill = source.bills.get(billId);
      return bill === undefined ? [] : [{ billId, noticeNumber: bill.noticeNumber, bars: barsOf(bill, today, rules.tax) }];
    });
    const withBars = barred.filter(({ bars }) => bars.length > 0);
    if (withBars.length > 0) return barredError(withBars, `Case ${seizureCase.number}`);
  }
  const act = due.includes('venue_seizure_notice') ? 'seizure' : 'transfer';
  if (act === 'transfer' && !due.includes('transfer_demand')) return undefined;
  const stays = await staysAgainst(work.tx, [seizureCase.id], act, today);
  if (stays.length > 0) {
    return new CheongsanError('SEIZURE_STAYED', `Case ${seizureCase.number} is stayed by ${stays.map(({ source }) => source).join(', ')}.`);
  }
  if (!due.includes('transfer_demand')) return undefined;
  try {
    const assets = seizureCase.holdings.map(({ asset }) => asset);
    const destinations = await destinationsOf(work, assets, order);
    await planDemand(work, seizureCase, order, rules);
    await stageDemand(work, seizureCase, destinations, order);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof CheongsanError && DEMAND_REFUSALS.includes(thrown.code)) return thrown;
    throw thrown;
  }
}

/** Refusals of `destinationsOf` and `planDemand`, all of them raised before anything is written. */
const DEMAND_REFUSALS: readonly ErrorCode[] = [
  'SEIZURE_NOTHING_OWED',
  'SEIZURE_EXCESSIVE',
  'SEIZURE_NOTHING_TO_SEIZE',
  'DEPOSIT_ADDRESS_WITHHELD',
  'INPUT_INVALID',
];

interface Issue {
  readonly seizureCase: CaseWithParts;
  readonly due: readonly NoticeKind[];
  readonly order: DocumentOrder;
  readonly policy: PolicySet;
  readonly source: DocumentSource;
}

async function issueFor(work: Work, keys: MasterKey, issue: Issue): Promise<IssuedLetters['issued'][number][]> {
  const { seizureCase, due } = issue;
  const facts = await issue.source.factsOf(seizureCase);
  const issued: IssuedLetters['issued'][number][] = [];
  for (const kind of due) {
    const letter = await letterOf(work, kind, facts, issue);
    if (letter === undefined) continue;
    const { id } = await issueNotice(work, keys, { kind, subject: `case:${seizureCase.id}`, ...letter });
    if (kind === 'transfer_demand') {
      await work.tx.testTransfer.updateMany({ where: { caseId: seizureCase.id, state: 'asked', noticeId: null }, data: { noticeId: id } });
    }
    issued.push({ caseId: seizureCase.id, kind, noticeId: id });
  }
  return issued;
}

type LetterInput = Omit<NoticeInput, 'kind' | 'subject'>;

async function letterOf(work: Work, kind: NoticeKind, facts: CaseFacts, issue: Issue): Promise<LetterInput | undefined> {
  const { seizureCase, order, policy, source } = issue;
  const { correspondence } = order;
  const today = seoulDay(work.at);
  const delinquent: NoticeRecipient = { kind: 'delinquent', personId: seizureCase.personId };
  const venue: NoticeRecipient = { kind: 'venue', venueCode: seizureCase.venueCode, isSample: source.isSample(seizureCase.personId) };
  switch (kind) {
    case 'seizure_record':
      return { recipient: delinquent, template: SEIZURE_RECORD_TEMPLATE, content: seizureRecord(facts, correspondence) };
    case 'venue_seizure_notice':
      return { recipient: venue, template: VENUE_SEIZURE_NOTICE_TEMPLATE, content: venueSeizureNotice(facts, correspondence) };
    case 'seizure_notice':
      return {
        recipient: delinquent,
        template: SEIZURE_NOTICE_TEMPLATE,
        content: seizureNotice(facts, policy.get(appealFilingDays, today), correspondence),
      };
    case 'transfer_demand': {
      const demand = await demandFacts(work, issue);
      return {
        recipient: venue,
        template: TRANSFER_DEMAND_TEMPLATE,
        content: transferDemand(facts, demand, correspondence),
        deadlineOn: demand.deadlineOn,
      };
    }
    default:
      return undefined;
  }
}

async function demandFacts(work: Work, { seizureCase, order, policy, source }: Issue): Promise<DemandFacts> {
  const today = seoulDay(work.at);
  const account = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: order.venueAccountId }, select: { label: true } });
  const assets = seizureCase.holdings.map(({ asset }) => asset);
  const tests = await work.tx.testTransfer.findMany({ where: { caseId: seizureCase.id, state: 'asked' }, orderBy: { id: 'asc' } });
  return {
    deadlineOn: source.rules.calendar.workingDayFrom(addDays(today, policy.get(transferDemandDays, today))),
    accountLabel: account.label,
    route: order.route ?? 'internal',
    addresses: await addressesToTell(work, seizureCase, { ...order, assets }),
    tests: tests.map(({ asset, restQuantity }) => ({ asset, rest: CoinAmount.of(asset, restQuantity.toFixed()) })),
    isRest: false,
  };
}
