import type { Transaction } from '../database/work.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { type DetailField, differingFields, type PersonDetails } from './details.ts';
import { openDetails, sealedPersons } from './person-key.ts';
import { type Candidate, candidatesOf, idsByRegistration, registrationsOf } from './register.ts';

/** A registration number that is known, or came before in the batches, with other details. */
export interface PreviewedDifference {
  /** Position in the batch, from zero. */
  readonly position: number;
  readonly fields: readonly DetailField[];
}

/**
 * What registering batches of persons one after another would come to. Nobody is stored, and nothing is locked; whoever else
 * registers meanwhile may make it a little different.
 */
export class RegistrationPreview {
  readonly #reader: Pick<Transaction, '$queryRaw'>;
  readonly #keys: MasterKey;
  /** Of each new registration number the description that would be kept. */
  readonly #first = new Map<string, PersonDetails>();

  constructor(reader: Pick<Transaction, '$queryRaw'>, keys: MasterKey) {
    this.#reader = reader;
    this.#keys = keys;
  }

  /** How many of these would be new, and who is described otherwise than before. Error: `INPUT_INVALID` with the position. */
  async add(
    persons: readonly PersonDetails[],
  ): Promise<{ readonly created: number; readonly differences: readonly PreviewedDifference[] }> {
    const candidates = candidatesOf(this.#keys, persons);
    const kept = await this.#kept(candidates);
    const differences: PreviewedDifference[] = [];
    let created = 0;
    for (const [position, { details, indexes }] of candidates.entries()) {
      const { registrationIndex } = indexes;
      const before = registrationIndex === null ? undefined : (kept.get(registrationIndex) ?? this.#first.get(registrationIndex));
      if (before === undefined) {
        created += 1;
        if (registrationIndex !== null) this.#first.set(registrationIndex, details);
        continue;
      }
      const fields = differingFields(before, details);
      if (fields.length > 0) differences.push({ position, fields });
    }
    return { created, differences };
  }

  /** The stored descriptions of those who are known, by registration index. */
  async #kept(candidates: readonly Candidate[]): Promise<ReadonlyMap<string, PersonDetails>> {
    const asked = registrationsOf(candidates).filter((registration) => !this.#first.has(registration));
    const ids = await idsByRegistration(this.#reader, asked);
    const persons = await sealedPersons(this.#reader, [...ids.values()]);
    const details = new Map(persons.map((person) => [person.id, openDetails(this.#keys, person)]));
    return new Map(
      [...ids].flatMap(([registration, id]) => {
        const found = details.get(id);
        return found === undefined ? [] : [[registration, found] as const];
      }),
    );
  }
}
