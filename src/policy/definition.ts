import type { z } from 'zod';
import type { CivilDate } from '../kernel/civil-date.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';

/** What a figure counts, as an officer reads it. */
export type PolicyUnit = '원' | '비율' | '일' | '개월' | '년' | '초' | '분' | '시간' | '회' | '건' | '여부' | '선택' | '목록';

/**
 * What the schema of a parameter must be: it reads plain JSON and gives the typed value. Money and rates are text in the
 * JSON, so that no figure ever passes through a floating-point number.
 */
export type PolicySchema = z.ZodType<unknown, Canonical>;

/** One value for the days from `validFrom` to `validTo`, both included. Without `validTo` it holds until replaced. */
export interface InitialValue<Value> {
  readonly value: Value;
  readonly validFrom: CivilDate;
  readonly validTo?: CivilDate;
  /** Article of law, guideline, or the city's own rule. */
  readonly source: string;
}

/** A value as it is stored. Equal rows have equal digests wherever they come from. */
export interface PolicyRow {
  readonly key: string;
  readonly value: Canonical;
  readonly validFrom: CivilDate;
  readonly validTo: CivilDate | undefined;
  readonly source: string;
}

export interface PolicyDescription<Schema extends PolicySchema> {
  /** `subject.name` in lower case; never reused for another meaning. */
  readonly key: string;
  /** Korean, as shown to officers. */
  readonly title: string;
  /** Korean: what it decides and, for a choice, what each choice means. */
  readonly description: string;
  readonly unit: PolicyUnit;
  readonly schema: Schema;
  readonly initial: readonly InitialValue<z.input<Schema>>[];
  /** True: the city's own choice. False: follows the law and changes only with it. */
  readonly changeable: boolean;
}

/** A parameter of law or city: what it is called, what values it takes, where its first values come from. */
export interface PolicyDefinition<Schema extends PolicySchema = PolicySchema> extends PolicyDescription<Schema> {
  /** The typed value of a stored row of this key. Error: `POLICY_INVALID`. */
  read(row: PolicyRow): z.output<Schema>;
}

/** Makes a definition. Each row is parsed once, however often it is read. */
export function definePolicy<Schema extends PolicySchema>(description: PolicyDescription<Schema>): PolicyDefinition<Schema> {
  const parsedRows = new WeakMap<PolicyRow, { readonly value: z.output<Schema> }>();
  return {
    ...description,
    read(row) {
      const known = parsedRows.get(row);
      if (known !== undefined) return known.value;
      const value = parseValue(description, row);
      parsedRows.set(row, { value });
      return value;
    },
  };
}

function parseValue<Schema extends PolicySchema>(description: PolicyDescription<Schema>, row: PolicyRow): z.output<Schema> {
  if (row.key !== description.key) {
    throw new CheongsanError('POLICY_INVALID', `A row of ${row.key} cannot be read as ${description.key}.`);
  }
  const parsed = description.schema.safeParse(row.value);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`).join('; ');
  throw new CheongsanError(
    'POLICY_INVALID',
    `The value of ${row.key} valid from ${row.validFrom} cannot be used. ${reasons}. Propose a value that the schema accepts.`,
    { facts: { key: row.key, validFrom: row.validFrom } },
  );
}

/** The rows with which a fresh database starts: the law and the default city rules. */
export function initialRows(definitions: readonly PolicyDefinition[]): PolicyRow[] {
  return definitions.flatMap(({ key, initial }) =>
    initial.map(({ value, validFrom, validTo, source }) => ({ key, value, validFrom, validTo, source })),
  );
}
