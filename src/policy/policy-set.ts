import type { z } from 'zod';
import type { CivilDate } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { PolicyDefinition, PolicyRow, PolicySchema } from './definition.ts';

/**
 * All values of all parameters at all dates, as they stood when the set was read. It never changes, so whoever decides with it
 * can store `version` and be run again with the same answer.
 */
export class PolicySet {
  readonly #rowsByKey: ReadonlyMap<string, readonly PolicyRow[]>;
  readonly #rows: readonly PolicyRow[];
  #version: string | undefined;

  /** Error: `POLICY_INVALID` when two rows of a key share a day or a row ends before it begins. */
  constructor(rows: Iterable<PolicyRow>) {
    this.#rows = sorted(rows);
    this.#rowsByKey = groupByKey(this.#rows);
    for (const sameKey of this.#rowsByKey.values()) assertDisjoint(sameKey);
  }

  /**
   * The value in force on a day. Which day that is, the rule says: today for a window, the day the liability arose for a
   * penalty rate, the day itself for a holiday. Errors: `POLICY_UNKNOWN` without a value on that day, `POLICY_INVALID`.
   */
  get<Schema extends PolicySchema>(definition: PolicyDefinition<Schema>, onDay: CivilDate): z.output<Schema> {
    return definition.read(this.row(definition.key, onDay));
  }

  /** The stored row in force on a day, for showing where a figure comes from. Error: `POLICY_UNKNOWN`. */
  row(key: string, onDay: CivilDate): PolicyRow {
    const rows = this.#rowsByKey.get(key) ?? [];
    const row = rows.find(({ validFrom, validTo }) => validFrom <= onDay && (validTo === undefined || onDay <= validTo));
    if (row === undefined) {
      throw new CheongsanError('POLICY_UNKNOWN', `No value of ${key} is in force on ${onDay}; propose one for that day.`, {
        facts: { key, onDay },
      });
    }
    return row;
  }

  /** Digest over every row: two sets with the same version answer every question alike. */
  get version(): string {
    this.#version ??= policyVersionOf(this.#rows);
    return this.#version;
  }
}

/** The version of a set of rows, whatever order they come in. */
export function policyVersionOf(rows: Iterable<PolicyRow>): string {
  return digestOf(sorted(rows).map(({ key, value, validFrom, validTo, source }) => ({ key, value, validFrom, validTo, source })));
}

function sorted(rows: Iterable<PolicyRow>): PolicyRow[] {
  return [...rows].sort((a, b) => compareText(a.key, b.key) || compareText(a.validFrom, b.validFrom));
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function groupByKey(rows: readonly PolicyRow[]): Map<string, PolicyRow[]> {
  const groups = new Map<string, PolicyRow[]>();
  for (const row of rows) {
    const group = groups.get(row.key);
    if (group === undefined) groups.set(row.key, [row]);
    else group.push(row);
  }
  return groups;
}

function assertDisjoint(rows: readonly PolicyRow[]): void {
  for (const [index, row] of rows.entries()) {
    if (row.validTo !== undefined && row.validTo < row.validFrom) {
      throw new CheongsanError('POLICY_INVALID', `${row.key} valid from ${row.validFrom} ends before it begins, on ${row.validTo}.`);
    }
    const next = rows[index + 1];
    if (next !== undefined && (row.validTo === undefined || next.validFrom <= row.validTo)) {
      throw new CheongsanError(
        'POLICY_INVALID',
        `${row.key} has two values on ${next.validFrom}; end the earlier one the day before the later one begins.`,
        { facts: { key: row.key, onDay: next.validFrom } },
      );
    }
  }
}
