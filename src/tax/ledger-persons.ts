import type { Work } from '../database/work.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import type { DetailField, PersonDetails } from '../person/details.ts';
import { candidatesOf, type PreparedPersons, preparePersons, sealPersons, storePersons } from '../person/register.ts';
import { RegistrationPreview } from '../person/registration-preview.ts';
import type { LedgerNotice } from './ledger-row.ts';
import type { NoticeOf } from './store-bills.ts';

/** A taxpayer whom a file describes otherwise than we do. What we have stays. */
export interface TaxpayerDifference {
  readonly line: number;
  readonly noticeNumber: string;
  readonly fields: readonly DetailField[];
}

interface Described {
  readonly notice: LedgerNotice;
  readonly description: string;
}

/** Taxpayers of some notices, of which those who are new are not stored yet. */
export interface PreparedTaxpayers {
  readonly described: readonly Described[];
  readonly groups: readonly { readonly fresh: readonly Described[]; readonly persons: PreparedPersons }[];
}

/**
 * The taxpayers of one file, registered as its notices come by: looked up, sealed and stored, so that sealing may go on while the
 * database does something else. A taxpayer with many notices is looked up once for each description the file gives of him.
 */
export class LedgerPersons {
  readonly #work: Work;
  readonly #keys: MasterKey;
  readonly #idByDescription = new Map<string, number>();
  readonly differences: TaxpayerDifference[] = [];
  created = 0;

  constructor(work: Work, keys: MasterKey) {
    this.#work = work;
    this.#keys = keys;
  }

  /** Finds those who are known. What was prepared before must be stored by now. */
  async prepare(notices: readonly LedgerNotice[]): Promise<PreparedTaxpayers> {
    const described = notices.map(describe);
    const groups: PreparedTaxpayers['groups'][number][] = [];
    for (const { fresh, sample } of freshGroups(described, this.#idByDescription)) {
      const candidates = candidatesOf(this.#keys, fresh.map(taxpayerOf));
      groups.push({ fresh, persons: await preparePersons(this.#work, candidates, { sample }) });
    }
    return { described, groups };
  }

  /** Arithmetic alone, without a question to the database. */
  async seal({ described, groups }: PreparedTaxpayers): Promise<PreparedTaxpayers> {
    const sealed: PreparedTaxpayers['groups'][number][] = [];
    for (const { fresh, persons } of groups) sealed.push({ fresh, persons: await sealPersons(this.#keys, persons) });
    return { described, groups: sealed };
  }

  /** The notices with the persons they are against. Whoever is new is registered; the first notice's description is kept. */
  async store({ described, groups }: PreparedTaxpayers): Promise<NoticeOf[]> {
    for (const { fresh, persons } of groups) {
      const { ids, created, differences } = await storePersons(this.#work, this.#keys, persons);
      this.created += created;
      for (const [index, { description }] of fresh.entries()) {
        const id = ids[index];
        if (id !== undefined) this.#idByDescription.set(description, id);
      }
      this.differences.push(...differencesAt(fresh, differences));
    }
    return described.map(({ notice, description }) => {
      const personId = this.#idByDescription.get(description);
      if (personId === undefined) throw new CheongsanError('INTERNAL', `The taxpayer of line ${notice.line} was not registered.`);
      return { notice, personId };
    });
  }
}

/** The same taxpayers where they are only to be counted. */
export class LedgerPersonsPreview {
  readonly #preview: RegistrationPreview;
  readonly #seen = new Set<string>();
  readonly differences: TaxpayerDifference[] = [];
  created = 0;

  constructor(work: Work, keys: MasterKey) {
    this.#preview = new RegistrationPreview(work.tx, keys);
  }

  async add(notices: readonly LedgerNotice[]): Promise<void> {
    for (const { fresh } of freshGroups(notices.map(describe), this.#seen)) {
      const { created, differences } = await this.#preview.add(fresh.map(taxpayerOf));
      this.created += created;
      this.differences.push(...differencesAt(fresh, differences));
      for (const { description } of fresh) this.#seen.add(description);
    }
  }
}

/** Of the descriptions that are not known yet each once, real persons and samples apart. */
function freshGroups(
  described: readonly Described[],
  known: { has(description: string): boolean },
): { readonly fresh: readonly Described[]; readonly sample: boolean }[] {
  const fresh = [
    ...new Map(described.filter(({ description }) => !known.has(description)).map((each) => [each.description, each])).values(),
  ];
  return [false, true]
    .map((sample) => ({ sample, fresh: fresh.filter(({ notice }) => notice.head.sample === sample) }))
    .filter((group) => group.fresh.length > 0);
}

function describe(notice: LedgerNotice): Described {
  return { notice, description: sha256Hex(JSON.stringify([notice.head.sample, notice.head.taxpayer])) };
}

function taxpayerOf({ notice }: Described): PersonDetails {
  return notice.head.taxpayer;
}

function differencesAt(
  fresh: readonly Described[],
  differences: readonly { readonly position: number; readonly fields: readonly DetailField[] }[],
): TaxpayerDifference[] {
  return differences.flatMap(({ position, fields }) => {
    const notice = fresh[position]?.notice;
    return notice === undefined ? [] : [{ line: notice.line, noticeNumber: notice.head.noticeNumber, fields }];
  });
}
