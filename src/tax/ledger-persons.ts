import type { Work } from '../database/work.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import type { DetailField, PersonDetails } from '../person/details.ts';
import { registerPersons } from '../person/register.ts';
import type { LedgerNotice } from './ledger-row.ts';
import type { NoticeOf } from './store-bills.ts';

/** A taxpayer whom a file describes otherwise than we do. What we have stays. */
export interface TaxpayerDifference {
  readonly line: number;
  readonly noticeNumber: string;
  readonly fields: readonly DetailField[];
}

/**
 * The taxpayers of one file, registered as its notices come by. A taxpayer with many notices is looked up once for each
 * description the file gives of him.
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

  /** The notices with the persons they are against. Whoever is new is registered; the first notice's description is kept. */
  async of(notices: readonly LedgerNotice[]): Promise<NoticeOf[]> {
    const described = notices.map((notice) => ({ notice, description: descriptionOf(notice) }));
    const fresh = [
      ...new Map(
        described.filter(({ description }) => !this.#idByDescription.has(description)).map((each) => [each.description, each]),
      ).values(),
    ];
    for (const sample of [false, true])
      await this.#register(
        fresh.filter(({ notice }) => notice.head.sample === sample),
        sample,
      );
    return described.map(({ notice, description }) => {
      const personId = this.#idByDescription.get(description);
      if (personId === undefined) throw new CheongsanError('INTERNAL', `The taxpayer of line ${notice.line} was not registered.`);
      return { notice, personId };
    });
  }

  async #register(described: readonly { readonly notice: LedgerNotice; readonly description: string }[], sample: boolean): Promise<void> {
    if (described.length === 0) return;
    const persons = described.map(({ notice }): PersonDetails => notice.head.taxpayer);
    const { ids, created, differences } = await registerPersons(this.#work, this.#keys, persons, { sample });
    this.created += created;
    for (const [index, { description }] of described.entries()) {
      const id = ids[index];
      if (id !== undefined) this.#idByDescription.set(description, id);
    }
    for (const { position, fields } of differences) {
      const notice = described[position]?.notice;
      if (notice !== undefined) this.differences.push({ line: notice.line, noticeNumber: notice.head.noticeNumber, fields });
    }
  }
}

function descriptionOf({ head }: LedgerNotice): string {
  return sha256Hex(JSON.stringify([head.sample, head.taxpayer]));
}
