import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from './config.ts';
import { hmacSha256Hex } from './digest.ts';
import { CheongsanError, named } from './errors.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;
/** 32 bytes in base64. */
const KEY_TEXT = /^[A-Za-z0-9+/]{43}=?$/;

/** Encrypts with AES-256-GCM. The context is bound to the text: what was sealed for one row does not open in another's. */
export class SealingKey {
  readonly #key: Buffer;

  constructor(key: Uint8Array) {
    if (key.length !== KEY_BYTES) throw new CheongsanError('KEY_UNAVAILABLE', `A key has ${KEY_BYTES} bytes, this one has ${key.length}.`);
    this.#key = Buffer.from(key);
  }

  static generate(): { readonly key: SealingKey; readonly bytes: Buffer } {
    const bytes = randomBytes(KEY_BYTES);
    return { key: new SealingKey(bytes), bytes };
  }

  /** Version byte, nonce, tag, ciphertext. */
  seal(plaintext: string | Uint8Array, context: string): Uint8Array<ArrayBuffer> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(Buffer.from(context));
    const text = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return new Uint8Array(Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), text]));
  }

  /** Error: `KEY_UNAVAILABLE` when key, context or bytes are not those it was sealed with. */
  open(sealed: Uint8Array, context: string): Buffer {
    const bytes = Buffer.from(sealed);
    try {
      if (bytes[0] !== VERSION) throw new Error(`Unknown version ${bytes[0]}.`);
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(1, 1 + NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new CheongsanError('KEY_UNAVAILABLE', `What was sealed for ${context} does not open: another key, or changed bytes.`, {
        cause,
      });
    }
  }

  openText(sealed: Uint8Array, context: string): string {
    return this.open(sealed, context).toString('utf8');
  }

  /** HMAC under this key: a digest that says nothing to whoever lacks the key. */
  digest(content: string): string {
    return hmacSha256Hex(derive(this.#key, 'digest'), content);
  }
}

function derive(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `cheongsan ${purpose}`, KEY_BYTES));
}

/** The installation's key: wraps the persons' keys, seals secrets, and makes blind indexes by which sealed values are found again. */
export class MasterKey extends SealingKey {
  readonly #indexKey: Buffer;
  /** By this the same key is known again. It says nothing about the key to whoever lacks it. */
  readonly checkValue: string;

  constructor(key: Uint8Array) {
    super(derive(key, 'seal'));
    this.#indexKey = derive(key, 'index');
    this.checkValue = hmacSha256Hex(derive(key, 'check'), 'cheongsan master key');
  }

  /** Equal inputs give equal indexes; without the key nobody can test a guess. `field` keeps equal texts of different fields apart. */
  blindIndex(field: string, text: string): string {
    return hmacSha256Hex(this.#indexKey, `${field}\u001f${text}`);
  }
}

/**
 * Takes the key from the environment, or from the key file, which is made on first start when `createIfAbsent` allows it.
 * Error: `KEY_UNAVAILABLE`; an installation that has data and no key must not make itself a new one.
 */
export async function loadMasterKey(config: Pick<Config, 'key' | 'keyFile'>, createIfAbsent: boolean): Promise<MasterKey> {
  if (config.key !== undefined) return new MasterKey(decode(config.key, 'CHEONGSAN_KEY'));
  const known = await readKeyFile(config.keyFile);
  if (known !== undefined) return known;
  if (!createIfAbsent) {
    throw new CheongsanError(
      'KEY_UNAVAILABLE',
      `There is no key in ${config.keyFile}. Put the key file of this installation back, or set CHEONGSAN_KEY.`,
    );
  }
  await createKeyFile(config.keyFile);
  const created = await readKeyFile(config.keyFile);
  if (created === undefined) throw new CheongsanError('KEY_UNAVAILABLE', `The key in ${config.keyFile} was removed while it was made.`);
  return created;
}

async function readKeyFile(keyFile: string): Promise<MasterKey | undefined> {
  try {
    return new MasterKey(decode(await readFile(keyFile, 'utf8'), keyFile));
  } catch (cause) {
    if (cause instanceof CheongsanError) throw cause;
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw new CheongsanError('KEY_UNAVAILABLE', `The key file ${keyFile} cannot be read; let the service's user read it.`, { cause });
  }
}

/**
 * The file gets its name only when the whole key is on the disk, so that nobody reads half of one; of two processes that start at
 * once, one makes the key and both use it.
 */
async function createKeyFile(keyFile: string): Promise<void> {
  const draft = `${keyFile}.${randomUUID()}`;
  try {
    await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
    await writeFile(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    await link(draft, keyFile);
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return;
    if (hasCode(cause, 'ENOSPC')) throw named(cause);
    throw new CheongsanError('KEY_UNAVAILABLE', `No key can be made in ${keyFile}; let the service's user write there.`, { cause });
  } finally {
    await rm(draft, { force: true });
  }
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}

/** Reads a key to the letter; Node's own reading skips whatever it does not know. */
function decode(text: string, where: string): Buffer {
  const tidy = text.trim();
  if (!KEY_TEXT.test(tidy)) {
    throw new CheongsanError('KEY_UNAVAILABLE', `${where} must hold ${KEY_BYTES} bytes in base64 (44 characters); it does not.`);
  }
  return Buffer.from(tidy, 'base64');
}
