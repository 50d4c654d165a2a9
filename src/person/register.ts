import { setImmediate } from 'node:timers/promises';
import { appendAudit } from '../audit/append.ts';
import type { Transaction, Work } from '../database/work.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { type BlindIndexes, blindIndexes } from './blind-index.ts';
import { type DetailField, differingFields, type PersonDetails, tidyDetails } from './details.ts';
import { generateKeys, openDetails, type SealedDetails, sealDetails, sealedPersons } from './person-key.ts';

/** Rows a statement carries: large enough to be fast, small enough for memory and the wire. */
const ROWS_PER_STATEMENT = 5_000;
/** Rows sealed before the event loop has its turn: a few milliseconds. */
const ROWS_PER_TURN = 250;

/** A registration number that is known already with other details. What is kept is the older description. */
export interface PersonDifference {
  /** Position in the batch, from zero. */
  readonly position: number;
  readonly personId: number;
  readonly fields: readonly DetailField[];
}

export interface Registration {
  /** One id for each of the details given, in their order; the same id for the same registration number. */
  readonly ids: readonly number[];
  readonly created: number;
  readonly differences: readonly PersonDifference[];
}

export interface Candidate {
  readonly details: PersonDetails;
  readonly indexes: BlindIndexes;
}

/** Persons on their way in: those known are found, the others have ids, and nobody is stored yet. */
export interface PreparedPersons {
  readonly candidates: readonly Candidate[];
  /** Ids by registration index. */
  readonly known: ReadonlyMap<string, number>;
  readonly fresh: readonly Identified[];
  readonly sample: boolean;
  /** The first rows of those who are new, where they were sealed beforehand. */
  readonly sealed: readonly SealedRow[] | undefined;
}

/**
 * Registers persons in bulk. A registration number is registered once, whatever is repeated in the batch, before it or at the
 * same time; whoever has none is new each time. Other details under a known number change nothing and are reported. One
 * audit event for the batch, none when nobody is new. Error: `INPUT_INVALID` with the position; then nobody is registered.
 */
export async function registerPersons(
  work: Work,
  keys: MasterKey,
  persons: readonly PersonDetails[],
  options: { readonly sample: boolean },
): Promise<Registration> {
  return storePersons(work, keys, await preparePersons(work, candidatesOf(keys, persons), options));
}

/** Persons in the form in which they are compared and stored. Error: `INPUT_INVALID` with the position. */
export function candidatesOf(keys: MasterKey, persons: readonly PersonDetails[]): Candidate[] {
  return persons.map((person, position) => {
    const details = tidyDetails(person, position);
    return { details, indexes: blindIndexes(keys, details) };
  });
}

/** The part of a registration that asks the database before anything is sealed. */
export async function preparePersons(
  work: Work,
  candidates: readonly Candidate[],
  { sample }: { readonly sample: boolean },
): Promise<PreparedPersons> {
  const known = await idsByRegistration(work.tx, registrationsOf(candidates));
  const fresh = firstOfEach(candidates).filter(
    ({ indexes }) => indexes.registrationIndex === null || !known.has(indexes.registrationIndex),
  );
  return { candidates, known, fresh: (await withIds(work, fresh)).sort(byRegistration), sample, sealed: undefined };
}

/**
 * Seals beforehand what `storePersons` stores first. It asks the database nothing, so that it may go on while the same unit of work
 * stores something else: a transaction answers one question at a time.
 */
export async function sealPersons(keys: MasterKey, prepared: PreparedPersons): Promise<PreparedPersons> {
  const [first] = chunks(prepared.fresh);
  return first === undefined ? prepared : { ...prepared, sealed: await sealChunk(keys, first) };
}

/** The end of a registration; what it answers is what `registerPersons` says. */
export async function storePersons(work: Work, keys: MasterKey, prepared: PreparedPersons): Promise<Registration> {
  const { candidates, known, fresh, sample } = prepared;
  const freshIds = new Map<Candidate, number>();
  await insertAll(work, keys, prepared, freshIds);
  const lost = registrationsOf(fresh.map(({ candidate }) => candidate).filter((candidate) => !freshIds.has(candidate)));
  const ids = await idsByRegistration(work.tx, lost, new Map(known));
  for (const [{ indexes }, id] of freshIds) if (indexes.registrationIndex !== null) ids.set(indexes.registrationIndex, id);
  const registration = {
    ids: candidates.map((candidate, position) => idOf(candidate, position, ids, freshIds)),
    created: freshIds.size,
  };
  const differences = await findDifferences(work, keys, candidates, registration.ids, freshIds);
  if (registration.created > 0) await recordRegistration(work, [...freshIds.values()], differences.length, sample);
  return { ...registration, differences };
}

export function registrationsOf(candidates: readonly Candidate[]): string[] {
  return [...new Set(candidates.flatMap(({ indexes }) => indexes.registrationIndex ?? []))];
}

/** Of each registration number the first description in the batch, and everybody without a number. */
export function firstOfEach(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ indexes: { registrationIndex } }) => {
    if (registrationIndex === null) return true;
    const isFirst = !seen.has(registrationIndex);
    seen.add(registrationIndex);
    return isFirst;
  });
}

export async function idsByRegistration(
  reader: Pick<Transaction, '$queryRaw'>,
  registrations: readonly string[],
  into = new Map<string, number>(),
): Promise<Map<string, number>> {
  for (const chunk of chunks(registrations)) {
    const rows = await reader.$queryRaw<{ id: number; registration_index: string }[]>`
      SELECT id, registration_index FROM person WHERE registration_index = ANY (${chunk}::text[])`;
    for (const row of rows) into.set(row.registration_index, row.id);
  }
  return into;
}

/**
 * Rows go in by index value: two batches that overlap wait for each other in one order, and whoever comes second finds the
 * first one's rows instead of his own. The next chunk is sealed while the database stores the one before.
 */
async function insertAll(
  work: Work,
  keys: MasterKey,
  { fresh, sample, sealed }: PreparedPersons,
  created: Map<Candidate, number>,
): Promise<void> {
  let storing = Promise.resolve();
  for (const [index, chunk] of [...chunks(fresh)].entries()) {
    const [rows] = await Promise.all([(index === 0 ? sealed : undefined) ?? sealChunk(keys, chunk), storing]);
    storing = storeChunk(work, rows, sample, created);
  }
  await storing;
}

export interface Identified {
  readonly id: number;
  /** The registration index, or nothing. */
  readonly registration: string;
  readonly candidate: Candidate;
}

export interface SealedRow extends Identified, SealedDetails {}

/** Ids come first, since what is sealed is bound to its row. */
async function withIds(work: Work, fresh: readonly Candidate[]): Promise<Identified[]> {
  const reserved = await work.tx.$queryRaw<{ id: number }[]>`
    SELECT nextval(pg_get_serial_sequence('person', 'id'))::int AS id FROM generate_series(1, ${fresh.length}::int)`;
  return fresh.map((candidate, index) => {
    const id = reserved[index]?.id;
    if (id === undefined) throw new CheongsanError('INTERNAL', 'The sequence of persons gave too few ids.');
    return { id, candidate, registration: candidate.indexes.registrationIndex ?? '' };
  });
}

/** Sealing is arithmetic; it lets others have their turn between slices. */
async function sealChunk(keys: MasterKey, chunk: readonly Identified[]): Promise<SealedRow[]> {
  const personKeys = generateKeys(chunk.length);
  const rows: SealedRow[] = [];
  for (const [index, identified] of chunk.entries()) {
    const key = personKeys[index];
    if (key === undefined) throw new CheongsanError('INTERNAL', 'Fewer keys than persons were drawn.');
    rows.push({ ...identified, ...sealDetails(keys, key, identified.id, identified.candidate.details) });
    if (index % ROWS_PER_TURN === 0) await setImmediate();
  }
  return rows;
}

async function storeChunk(work: Work, rows: readonly SealedRow[], sample: boolean, created: Map<Candidate, number>): Promise<void> {
  const indexes = rows.map(({ candidate }) => candidate.indexes);
  const stored = await work.tx.$queryRaw<{ id: number }[]>`
    INSERT INTO person (id, kind, key_cipher, details_cipher, registration_index, name_birth_index, name_birth_phone_index, sample, created_at)
    SELECT fresh.id, fresh.kind::person_kind, decode(fresh.key_cipher, 'base64'), decode(fresh.details_cipher, 'base64'),
           fresh.registration_index, fresh.name_birth_index, fresh.name_birth_phone_index, ${sample}::boolean, ${work.at}::timestamptz
      FROM unnest(
        ${rows.map(({ id }) => id)}::int[], ${rows.map(({ candidate }) => candidate.details.kind)}::text[],
        ${rows.map(({ keyCipher }) => base64(keyCipher))}::text[], ${rows.map(({ detailsCipher }) => base64(detailsCipher))}::text[],
        ${indexes.map(({ registrationIndex }) => registrationIndex)}::text[], ${indexes.map(({ nameBirthIndex }) => nameBirthIndex)}::text[],
        ${indexes.map(({ nameBirthPhoneIndex }) => nameBirthPhoneIndex)}::text[]
      ) AS fresh (id, kind, key_cipher, details_cipher, registration_index, name_birth_index, name_birth_phone_index)
    ON CONFLICT (registration_index) DO NOTHING
    RETURNING id`;
  const storedIds = new Set(stored.map(({ id }) => id));
  for (const { id, candidate } of rows) if (storedIds.has(id)) created.set(candidate, id);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function idOf(candidate: Candidate, position: number, ids: ReadonlyMap<string, number>, fresh: ReadonlyMap<Candidate, number>): number {
  const { registrationIndex } = candidate.indexes;
  const id = fresh.get(candidate) ?? (registrationIndex === null ? undefined : ids.get(registrationIndex));
  if (id === undefined) throw new CheongsanError('INTERNAL', `Person ${position} of the batch was neither stored nor found.`);
  return id;
}

/** Compares whoever was not newly stored under this very description with what is kept. */
async function findDifferences(
  work: Work,
  keys: MasterKey,
  candidates: readonly Candidate[],
  ids: readonly number[],
  fresh: ReadonlyMap<Candidate, number>,
): Promise<PersonDifference[]> {
  const repeated = candidates.flatMap((candidate, position) => {
    const personId = ids[position];
    return fresh.has(candidate) || personId === undefined ? [] : [{ position, personId, details: candidate.details }];
  });
  const differences: PersonDifference[] = [];
  for (const chunk of chunks(repeated)) {
    const persons = await sealedPersons(
      work.tx,
      chunk.map(({ personId }) => personId),
    );
    const kept = new Map(persons.map((person) => [person.id, openDetails(keys, person)]));
    for (const { position, personId, details } of chunk) {
      const keptDetails = kept.get(personId);
      const fields = keptDetails === undefined ? [] : differingFields(keptDetails, details);
      if (fields.length > 0) differences.push({ position, personId, fields });
    }
  }
  return differences;
}

async function recordRegistration(work: Work, ids: readonly number[], differing: number, sample: boolean): Promise<void> {
  const ascending = ids.toSorted((a, b) => a - b);
  await appendAudit(work, {
    stream: 'system',
    action: 'person.registered',
    subject: `person:${ascending[0]}`,
    recordDigest: digestOf(ascending),
    payload: { count: ids.length, firstId: ascending[0], lastId: ascending.at(-1), differing, sample },
  });
}

function* chunks<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += ROWS_PER_STATEMENT) yield items.slice(start, start + ROWS_PER_STATEMENT);
}

function byRegistration({ registration: a }: Identified, { registration: b }: Identified): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
