import { appendAudit } from '../audit/append.ts';
import { PersonKind } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { nameBirthIndex, nameBirthPhoneIndex, registrationIndex } from './blind-index.ts';
import { assertPurpose } from './purpose.ts';

/*
 * Searches by blind index: equal inputs meet, nothing is decrypted. Each answers one list of person ids per query, in the
 * order of the queries, and logs one event with the counts and without the terms. A registration number finds certainly;
 * name and birth date, even with a telephone number, only probably (namesakes share birthdays).
 */

/** Persons by registration number, however it is grouped; a resident and a corporation may share thirteen digits. */
export function findPersonsByRegistrationNumber(
  work: Work,
  keys: MasterKey,
  registrationNumbers: readonly string[],
  purpose: string,
): Promise<readonly (readonly number[])[]> {
  const queries = registrationNumbers.map((number) => Object.values(PersonKind).map((kind) => registrationIndex(keys, kind, number)));
  return search(work, 'registration_index', queries, purpose);
}

/** Persons by name and birth date. */
export function findPersonsByNameAndBirthDate(
  work: Work,
  keys: MasterKey,
  persons: readonly { readonly name: string; readonly birthDate: CivilDate }[],
  purpose: string,
): Promise<readonly (readonly number[])[]> {
  const queries = persons.map(({ name, birthDate }) => [nameBirthIndex(keys, name, birthDate)]);
  return search(work, 'name_birth_index', queries, purpose);
}

/** Persons by name, birth date and telephone number. */
export function findPersonsByNameBirthDateAndPhone(
  work: Work,
  keys: MasterKey,
  persons: readonly { readonly name: string; readonly birthDate: CivilDate; readonly phone: string }[],
  purpose: string,
): Promise<readonly (readonly number[])[]> {
  const queries = persons.map(({ name, birthDate, phone }) => [nameBirthPhoneIndex(keys, name, birthDate, phone)]);
  return search(work, 'name_birth_phone_index', queries, purpose);
}

type IndexColumn = 'registration_index' | 'name_birth_index' | 'name_birth_phone_index';

async function search(
  work: Work,
  column: IndexColumn,
  queries: readonly (readonly string[])[],
  purpose: string,
): Promise<readonly (readonly number[])[]> {
  assertPurpose(purpose);
  if (queries.length === 0) return [];
  const idsByIndex = await lookUp(work, column, [...new Set(queries.flat())]);
  const answers = queries.map((indexes) => indexes.flatMap((index) => idsByIndex.get(index) ?? []));
  await appendAudit(work, {
    stream: 'system',
    action: 'person.searched',
    subject: 'person:many',
    payload: { purpose, by: column, queries: queries.length, found: answers.filter((ids) => ids.length > 0).length },
  });
  return answers;
}

async function lookUp(work: Work, column: IndexColumn, indexes: readonly string[]): Promise<ReadonlyMap<string, number[]>> {
  const rows = await rowsOf(work, column, indexes);
  const found = new Map<string, number[]>();
  for (const { id, index } of rows) {
    const ids = found.get(index);
    if (ids === undefined) found.set(index, [id]);
    else ids.push(id);
  }
  return found;
}

function rowsOf(work: Work, column: IndexColumn, indexes: readonly string[]): Promise<{ id: number; index: string }[]> {
  switch (column) {
    case 'registration_index':
      return work.tx
        .$queryRaw`SELECT id, registration_index AS index FROM person WHERE registration_index = ANY (${indexes}::text[]) ORDER BY id`;
    case 'name_birth_index':
      return work.tx
        .$queryRaw`SELECT id, name_birth_index AS index FROM person WHERE name_birth_index = ANY (${indexes}::text[]) ORDER BY id`;
    case 'name_birth_phone_index':
      return work.tx
        .$queryRaw`SELECT id, name_birth_phone_index AS index FROM person WHERE name_birth_phone_index = ANY (${indexes}::text[]) ORDER BY id`;
  }
}
