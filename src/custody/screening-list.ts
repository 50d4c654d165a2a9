import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { textCell } from '../document/cell-schemas.ts';
import { checkRows } from '../document/row-check.ts';
import type { TableColumn } from '../document/table-header.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { usualCase } from './address-check.ts';
import type { AddressScreening, ScreenedAddress, ScreeningAnswer, ScreeningHit } from './screening.ts';

type ListColumn = '주소' | '구분' | '근거';

const LIST_COLUMNS: readonly TableColumn<ListColumn>[] = [
  { name: '주소', synonyms: ['address'] },
  { name: '구분', synonyms: ['category'], nonPersonal: true },
  { name: '근거', synonyms: ['reference', 'source'] },
];

const CATEGORY_WORDS: Readonly<Record<string, ScreeningHit['category']>> = {
  제재: 'sanctioned',
  sanctioned: 'sanctioned',
  위험: 'tainted',
  tainted: 'tainted',
};

const categoryCell = textCell(20).transform((text, context): ScreeningHit['category'] => {
  const category = CATEGORY_WORDS[text.toLowerCase()];
  if (category !== undefined) return category;
  context.addIssue({ code: 'custom', message: '"제재" 또는 "위험"이 아닙니다.' });
  return z.NEVER;
});

const listRow = z
  .object({ 주소: textCell(200), 구분: categoryCell, 근거: textCell(200) } satisfies Record<ListColumn, z.ZodType>)
  .transform((row) => ({ address: row.주소, hit: { category: row.구분, reference: row.근거 } }));

interface LoadedList {
  readonly version: string;
  readonly digest: string;
  readonly hitsOf: ReadonlyMap<string, readonly ScreeningHit[]>;
}

/**
 * A city's own list of addresses: a CSV or XLSX file with the columns 주소, 구분 (제재 or 위험) and 근거, read again whenever it has
 * changed. An address stands for itself on every network. Without a file nothing is held against anything, and the answer says so.
 */
export class LocalScreeningList implements AddressScreening {
  readonly #path: string | undefined;
  #loaded: LoadedList | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** Errors: `NOT_FOUND` when the file is gone, those of `checkRows`, `FILE_FORMAT` when a row of it cannot be read. */
  async screenAddress({ address }: ScreenedAddress): Promise<ScreeningAnswer> {
    if (this.#path === undefined) return { outcome: 'no_list' };
    const { digest: listDigest, hitsOf } = await this.#current(this.#path);
    const hits = hitsOf.get(usualCase(address.trim()));
    return hits === undefined ? { outcome: 'clear', listDigest } : { outcome: 'hit', listDigest, hits };
  }

  async #current(path: string): Promise<LoadedList> {
    const version = await versionOf(path);
    if (this.#loaded?.version === version) return this.#loaded;
    const loaded = await load(path, version);
    this.#loaded = loaded;
    return loaded;
  }
}

async function versionOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${ino}:${size}:${mtimeMs}`;
  } catch (cause) {
    throw new CheongsanError('NOT_FOUND', `The screening list ${path} cannot be read; correct SCREENING_LIST_FILE or put the file there.`, {
      cause,
    });
  }
}

async function load(path: string, version: string): Promise<LoadedList> {
  const content = new Uint8Array(await readFile(path));
  const hitsOf = new Map<string, ScreeningHit[]>();
  const { badLines } = await checkRows(content, {
    columns: LIST_COLUMNS,
    schema: listRow,
    onRow: ({ value: { address, hit } }) => {
      const key = usualCase(address);
      hitsOf.set(key, [...(hitsOf.get(key) ?? []), hit]);
      return Promise.resolve();
    },
  });
  // A list of which a part cannot be read would call clear what it names.
  if (badLines.size > 0) {
    const lines = [...badLines].slice(0, 20);
    throw new CheongsanError('FILE_FORMAT', `The screening list ${path} cannot be read in line ${lines.join(', ')}; correct it.`, {
      facts: { lines },
    });
  }
  return { version, digest: sha256Hex(content), hitsOf };
}
