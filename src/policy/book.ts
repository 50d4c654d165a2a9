import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import { isUniqueViolation } from '../database/errors.ts';
import type { PolicyValue } from '../database/generated/client.ts';
import { canonicalSchema } from '../database/json.ts';
import { isUnitOfWork, type Transaction, type Work } from '../database/work.ts';
import { addDays, type CivilDate, civilDate, dayFromColumn, dayToColumn, isCivilDate, seoulDay } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { initialRows, type PolicyRow } from './definition.ts';
import { POLICY_DEFINITIONS } from './definitions/index.ts';
import { PolicySet } from './policy-set.ts';

type PolicyReader = Pick<Transaction, 'policyValue'>;

/** What a change of a parameter consists of, as it is proposed, approved and stored. */
export const policyChangeSchema = z.object({
  key: z.string(),
  value: canonicalSchema,
  validFrom: z.string().refine(isCivilDate, 'a calendar day in the form YYYY-MM-DD').transform(civilDate),
  source: z.string().min(1),
});
export type PolicyChange = z.infer<typeof policyChangeSchema>;

let lastRead: { readonly newest: string; readonly set: PolicySet } | undefined;

const ofUnits = new WeakMap<object, PolicySet>();

/**
 * All parameters as they stand now, read through the caller's transaction. A later row of a key ends the one before it. Rows
 * are only ever added, so the set last read serves as long as the newest row is the same; within a unit of work one set serves
 * throughout, so that all of it is done by the same parameters.
 */
export async function readPolicy(reader: PolicyReader): Promise<PolicySet> {
  const ofUnit = ofUnits.get(reader);
  if (ofUnit !== undefined) return ofUnit;
  const set = await readNewest(reader);
  if (isUnitOfWork(reader)) ofUnits.set(reader, set);
  return set;
}

async function readNewest(reader: PolicyReader): Promise<PolicySet> {
  const newestRow = await reader.policyValue.findFirst({ orderBy: { id: 'desc' } });
  const newest = JSON.stringify(newestRow);
  if (lastRead?.newest === newest) return lastRead.set;
  const stored = await reader.policyValue.findMany({ orderBy: [{ key: 'asc' }, { validFrom: 'asc' }] });
  const set = new PolicySet(effectiveRows(stored));
  lastRead = { newest, set };
  return set;
}

function effectiveRows(stored: readonly PolicyValue[]): PolicyRow[] {
  return stored.map((row, index) => {
    const successor = stored[index + 1];
    const replacedFrom = successor?.key === row.key ? dayFromColumn(successor.validFrom) : undefined;
    const ends = row.validTo === null ? undefined : dayFromColumn(row.validTo);
    return {
      key: row.key,
      value: canonicalSchema.parse(row.value),
      validFrom: dayFromColumn(row.validFrom),
      validTo: replacedFrom === undefined ? ends : endsBefore(replacedFrom, ends),
      source: row.source,
    };
  });
}

function endsBefore(replacedFrom: CivilDate, ends: CivilDate | undefined): CivilDate {
  const dayBefore = addDays(replacedFrom, -1);
  return ends !== undefined && ends < dayBefore ? ends : dayBefore;
}

/** Puts the law and the default city rules into a database that lacks them. Values already there are never touched. */
export async function seedPolicy(work: Work): Promise<void> {
  const known = new Set((await work.tx.policyValue.findMany({ select: { key: true }, distinct: ['key'] })).map(({ key }) => key));
  const rows = initialRows(POLICY_DEFINITIONS).filter(({ key }) => !known.has(key));
  if (rows.length === 0) return;
  await work.tx.policyValue.createMany({
    data: rows.map(({ key, value, validFrom, validTo, source }) => ({
      key,
      value: canonicalSchema.parse(value) ?? {},
      validFrom: dayToColumn(validFrom),
      validTo: validTo === undefined ? null : dayToColumn(validTo),
      source,
      createdAt: work.at,
    })),
    skipDuplicates: true,
  });
  ofUnits.delete(work.tx);
  await appendAudit(work, {
    stream: 'policy',
    action: 'policy.seeded',
    subject: 'policy',
    after: rows.map(({ key, value, validFrom }) => ({ key, value, validFrom })),
    payload: { keys: [...new Set(rows.map(({ key }) => key))] },
  });
}

/**
 * Checks a change before it is put to an approver: the parameter exists, its schema reads the value, and it takes effect
 * today or later, since no decision already made may change its ground. Errors: `POLICY_UNKNOWN`, `POLICY_INVALID`.
 */
export function checkPolicyChange(change: PolicyChange, today: CivilDate): void {
  const definition = POLICY_DEFINITIONS.find(({ key }) => key === change.key);
  if (definition === undefined)
    throw new CheongsanError('POLICY_UNKNOWN', `There is no parameter ${change.key}; see the list of parameters.`);
  definition.read({ ...change, validTo: undefined });
  if (change.validFrom < today) {
    throw new CheongsanError(
      'POLICY_INVALID',
      `${change.key} cannot change from ${change.validFrom}, which has passed; take ${today} or later.`,
    );
  }
}

/** Stores an approved change. Called with the approval in the same unit of work. Error: `CONFLICT` when that day has a value already. */
export async function applyPolicyChange(work: Work, approvalId: number, change: PolicyChange): Promise<void> {
  checkPolicyChange(change, seoulDay(work.at));
  const before = await readPolicy(work.tx);
  try {
    await work.tx.policyValue.create({
      data: {
        key: change.key,
        value: canonicalSchema.parse(change.value) ?? {},
        validFrom: dayToColumn(change.validFrom),
        source: change.source,
        approvalId,
        createdAt: work.at,
      },
    });
  } catch (thrown) {
    if (!isUniqueViolation(thrown)) throw thrown;
    throw new CheongsanError('CONFLICT', `${change.key} has a value from ${change.validFrom} already; choose another day.`, {
      cause: thrown,
    });
  }
  ofUnits.delete(work.tx);
  const after = await readPolicy(work.tx);
  await appendAudit(work, {
    stream: 'policy',
    action: 'policy.changed',
    subject: `policy:${change.key}`,
    before: before.version,
    after: after.version,
    recordDigest: digestOf({ key: change.key, value: change.value, validFrom: change.validFrom, source: change.source }),
    payload: { key: change.key, validFrom: change.validFrom, approval: approvalId },
  });
}
