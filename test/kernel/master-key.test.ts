import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadMasterKey, MasterKey, SealingKey } from '../../src/kernel/master-key.ts';

let folder: string;
let keyFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cheongsan-key-'));
  keyFile = join(folder, 'keys', 'master.key');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const unavailable = expect.objectContaining({ code: 'KEY_UNAVAILABLE' });
const fromFile = () => ({ key: undefined, keyFile });

describe('the key file', () => {
  it('is made on the first start, for the owner alone, and is the same ever after', async () => {
    const made = await loadMasterKey(fromFile(), true);
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'keys'))).mode & 0o777).toBe(0o700);
    const again = await loadMasterKey(fromFile(), false);
    expect(again.blindIndex('name', '표본')).toBe(made.blindIndex('name', '표본'));
    expect(await readdir(join(folder, 'keys'))).toEqual(['master.key']);
  });

  it('is one key when several processes start at once', async () => {
    const loaded = await Promise.all(Array.from({ length: 8 }, () => loadMasterKey(fromFile(), true)));
    expect(new Set(loaded.map((key) => key.blindIndex('name', '표본'))).size).toBe(1);
    expect(await readdir(join(folder, 'keys'))).toEqual(['master.key']);
  });

  it('is never made anew for an installation that has data', async () => {
    await expect(loadMasterKey(fromFile(), false)).rejects.toThrow(unavailable);
    await expect(readdir(join(folder, 'keys'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each(['', 'short', `${'A'.repeat(43)}=junk`, 'ab'.repeat(32), '*'.repeat(44)])(
    'that holds %j is refused and left alone',
    async (text) => {
      await loadMasterKey(fromFile(), true);
      await writeFile(keyFile, text);
      await expect(loadMasterKey(fromFile(), true)).rejects.toThrow(unavailable);
      expect(await readFile(keyFile, 'utf8')).toBe(text);
    },
  );

  it('that cannot be read or made is refused by name', async () => {
    keyFile = folder;
    await expect(loadMasterKey(fromFile(), true)).rejects.toThrow(unavailable);
    const blocked = join(folder, 'blocked');
    await writeFile(blocked, '');
    await chmod(blocked, 0o600);
    await expect(loadMasterKey({ key: undefined, keyFile: join(blocked, 'master.key') }, true)).rejects.toThrow(unavailable);
  });
});

describe('a key from the environment', () => {
  it('goes before the file', async () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const loaded = await loadMasterKey({ key: ` ${key}\n`, keyFile }, true);
    expect(loaded.blindIndex('name', 'x')).toBe(new MasterKey(Buffer.alloc(32, 7)).blindIndex('name', 'x'));
    await expect(readFile(keyFile)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('of another length is refused, without being told', async () => {
    const wrong = Buffer.alloc(16, 7).toString('base64');
    const refusal = await loadMasterKey({ key: wrong, keyFile }, true).catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ code: 'KEY_UNAVAILABLE', message: expect.not.stringContaining(wrong) });
    expect(() => new SealingKey(Buffer.alloc(31))).toThrow(unavailable);
  });
});

describe('sealing', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it('opens to what was sealed, and only with the same key, context and bytes', () => {
    fc.assert(
      fc.property(bytes, bytes, fc.string(), fc.nat(), (secret, other, text, position) => {
        fc.pre(Buffer.compare(secret, other) !== 0);
        const key = new MasterKey(secret);
        const sealed = key.seal(text, 'person:1');
        expect(key.openText(sealed, 'person:1')).toBe(text);
        expect(() => key.open(sealed, 'person:2')).toThrow(unavailable);
        expect(() => new MasterKey(other).open(sealed, 'person:1')).toThrow(unavailable);
        const bent = sealed.slice();
        bent[position % bent.length] = (bent[position % bent.length] ?? 0) ^ 1;
        expect(() => key.open(bent, 'person:1')).toThrow(unavailable);
        expect(() => key.open(sealed.slice(0, -1), 'person:1')).toThrow(unavailable);
      }),
      { examples: [[new Uint8Array(32).fill(1), new Uint8Array(32).fill(2), '', 0]] },
    );
  });

  it('never gives the same bytes twice', () => {
    const { key } = SealingKey.generate();
    const sealed = Array.from({ length: 100 }, () => Buffer.from(key.seal('표본', 'x')).toString('hex'));
    expect(new Set(sealed).size).toBe(100);
  });

  it('digests and indexes under the key: equal for equal texts, apart for fields, keys and purposes', () => {
    const [one, two] = [new MasterKey(Buffer.alloc(32, 1)), new MasterKey(Buffer.alloc(32, 2))];
    expect(one.blindIndex('name', '표본')).toBe(one.blindIndex('name', '표본'));
    const all = [
      one.blindIndex('name', '표본'),
      one.blindIndex('phone', '표본'),
      two.blindIndex('name', '표본'),
      one.digest('표본'),
      two.digest('표본'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
