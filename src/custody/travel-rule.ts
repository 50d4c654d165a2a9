import { z } from 'zod';
import { type AuditStream, appendAudit } from '../audit/append.ts';
import type { TravelRuleRecord } from '../database/generated/client.ts';
import { type Database, type Transaction, userIdOf, type Work } from '../database/work.ts';
import { assertNamesNobody } from '../identity/approval-rules.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey, SealingKey } from '../kernel/master-key.ts';
import { personKey } from '../person/person-key.ts';
import { assertPurpose } from '../person/purpose.ts';
import { CUSTODIAN } from './custodian.ts';

const detailsSchema = z.object({ originatorName: z.string(), beneficiaryName: z.string(), reference: z.string() });
/** Who sent and who received, as the exchanges told each other: personal data, sealed at once. */
export type TravelRuleDetails = z.infer<typeof detailsSchema>;

export interface TravelRule extends TravelRuleDetails {
  /** The virtual asset service provider that sent. */
  readonly originatorVasp: string;
}

/**
 * Keeps what accompanied a deposit under the travel rule: under the own key of the person whose coins they are, so that his erasure takes
 * it with him; while the deposit belongs to no case, under the installation's, and under the person's as soon as it does. A record is
 * added and never rewritten; the latest counts. Errors: `NOT_FOUND`, `PERSON_ERASED`.
 */
export async function recordTravelRule(work: Work, keys: MasterKey, input: { readonly depositRowId: number } & TravelRule): Promise<void> {
  const { depositRowId, originatorVasp, originatorName, beneficiaryName, reference } = input;
  assertNamesNobody({}, { originatorVasp });
  const accountId = await accountOf(work.tx, depositRowId);
  const personId = await ownerOf(work.tx, depositRowId);
  await store(work, keys, { depositRowId, originatorVasp, personId, details: { originatorName, beneficiaryName, reference } });
  await appendAudit(work, {
    stream: streamOf(accountId, personId),
    action: 'travel_rule.recorded',
    subject: `venue_deposit:${depositRowId}`,
    payload: { originatorVasp },
  });
}

/** What is kept of a deposit, for somebody's eyes; the view is logged. Errors: `NOT_FOUND`, `PERSON_ERASED`, `KEY_UNAVAILABLE`. */
export async function viewTravelRule(
  work: Work,
  keys: MasterKey,
  { depositRowId, purpose }: { readonly depositRowId: number; readonly purpose: string },
): Promise<TravelRule> {
  assertPurpose(purpose);
  await adoptTravelRule(work, keys, depositRowId);
  const row = await latestOf(work.tx, depositRowId);
  if (row === undefined) throw new CheongsanError('NOT_FOUND', `Nothing is kept under the travel rule for deposit ${depositRowId}.`);
  const details = await open(work.tx, keys, row);
  await appendAudit(work, {
    stream: streamOf(await accountOf(work.tx, depositRowId), row.personId),
    action: 'travel_rule.viewed',
    subject: `venue_deposit:${depositRowId}`,
    payload: { purpose },
  });
  return { originatorVasp: row.originatorVasp, ...details };
}

/**
 * Once a deposit has found whose it is, what was kept of it while it was nobody's goes under that person's key, and what had been sealed
 * otherwise is gone. Does nothing where nothing is to be done.
 */
export async function adoptTravelRule(work: Work, keys: MasterKey, depositRowId: number): Promise<void> {
  const personId = await ownerOf(work.tx, depositRowId);
  if (personId === null) return;
  const orphans = await work.tx.travelRuleRecord.findMany({ where: { depositRowId, personId: null }, orderBy: { id: 'asc' } });
  for (const row of orphans) {
    const key = await personKey(work.tx, keys, personId);
    await work.tx.travelRuleRecord.update({
      where: { id: row.id },
      data: { personId, ...sealed(key, depositRowId, await open(work.tx, keys, row)) },
    });
  }
}

/** The same for all deposits of an account that have found whose they are since: those that were credited without an official. */
export async function adoptTravelRulesAt(database: Database, keys: MasterKey, accountId: number): Promise<void> {
  const deposits = await database.read.$queryRaw<{ id: number }[]>`
    SELECT DISTINCT t.deposit_row_id AS id FROM travel_rule_record t JOIN venue_deposit d ON d.id = t.deposit_row_id
      JOIN deposit_match m ON m.deposit_row_id = d.id JOIN seizure_case c ON c.id = m.case_id JOIN person p ON p.id = c.person_id
     WHERE t.person_id IS NULL AND p.erased_at IS NULL AND d.venue_account_id = ${accountId} ORDER BY 1`;
  for (const { id } of deposits) await database.work(CUSTODIAN, (work) => adoptTravelRule(work, keys, id));
}

/** The same for all deposits of a person's cases, before his key is destroyed with what is sealed under it. Error: `PERSON_ERASED`. */
export async function adoptTravelRulesOf(work: Work, keys: MasterKey, personId: number): Promise<void> {
  const deposits = await work.tx.$queryRaw<{ id: number }[]>`
    SELECT DISTINCT t.deposit_row_id AS id FROM travel_rule_record t JOIN deposit_match m ON m.deposit_row_id = t.deposit_row_id
      JOIN seizure_case c ON c.id = m.case_id WHERE t.person_id IS NULL AND c.person_id = ${personId} ORDER BY 1`;
  for (const { id } of deposits) await adoptTravelRule(work, keys, id);
}

/** Error: `NOT_FOUND`. */
async function accountOf(tx: Pick<Transaction, 'venueDeposit'>, depositRowId: number): Promise<number> {
  const deposit = await tx.venueDeposit.findUnique({ where: { id: depositRowId }, select: { venueAccountId: true } });
  if (deposit === null) throw new CheongsanError('NOT_FOUND', `There is no deposit ${depositRowId}.`);
  return deposit.venueAccountId;
}

interface NewRecord {
  readonly depositRowId: number;
  readonly originatorVasp: string;
  readonly personId: number | null;
  readonly details: TravelRuleDetails;
}

async function store(work: Work, keys: MasterKey, { depositRowId, originatorVasp, personId, details }: NewRecord): Promise<void> {
  const key = await keyOf(work.tx, keys, personId);
  const recorded = { recordedById: userIdOf(work.actor), recordedAt: work.at };
  await work.tx.travelRuleRecord.create({
    data: { depositRowId, originatorVasp, personId, ...sealed(key, depositRowId, details), ...recorded },
  });
}

/** Whose a deposit is: the one person to whose cases all that was matched of it belongs; null while there is none, or several. */
async function ownerOf(tx: Pick<Transaction, 'depositMatch' | 'seizureCase'>, depositRowId: number): Promise<number | null> {
  const matches = await tx.depositMatch.findMany({ where: { depositRowId }, select: { caseId: true } });
  const cases = await tx.seizureCase.findMany({ where: { id: { in: matches.map(({ caseId }) => caseId) } }, select: { personId: true } });
  const [only, another] = [...new Set(cases.map(({ personId }) => personId))];
  return only === undefined || another !== undefined ? null : only;
}

async function latestOf(tx: Pick<Transaction, 'travelRuleRecord'>, depositRowId: number): Promise<TravelRuleRecord | undefined> {
  return (await tx.travelRuleRecord.findFirst({ where: { depositRowId }, orderBy: { id: 'desc' } })) ?? undefined;
}

async function keyOf(tx: Pick<Transaction, 'person'>, keys: MasterKey, personId: number | null): Promise<SealingKey> {
  return personId === null ? keys : personKey(tx, keys, personId);
}

function sealed(key: SealingKey, depositRowId: number, details: TravelRuleDetails) {
  const text = JSON.stringify(details);
  return { detailsCipher: key.seal(text, contextOf(depositRowId)), detailsDigest: key.digest(text) };
}

async function open(tx: Pick<Transaction, 'person'>, keys: MasterKey, row: TravelRuleRecord): Promise<TravelRuleDetails> {
  const key = await keyOf(tx, keys, row.personId);
  return detailsSchema.parse(JSON.parse(key.openText(row.detailsCipher, contextOf(row.depositRowId))));
}

/** In the person's own chain, as every view of what is his. */
function streamOf(accountId: number, personId: number | null): AuditStream {
  return personId === null ? `account:${accountId}` : `person:${personId}`;
}

function contextOf(depositRowId: number): string {
  return `travel_rule:${depositRowId}`;
}
