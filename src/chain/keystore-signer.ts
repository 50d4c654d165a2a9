import { type SigningKey, Wallet } from 'ethers';
import { z } from 'zod';
import { CheongsanError } from '../kernel/errors.ts';
import { requireAddress } from './address.ts';
import type { Signer } from './signer.ts';
import { type ChainTransaction, type SignedTransaction, signedAs, toEthers } from './transaction.ts';

/** Where the password of a keystore comes from: the environment, or a person at the keyboard. It is asked once and not kept. */
export type PasswordSource = () => Promise<string>;

/** A password out of the environment. Error: `SIGNER_UNAVAILABLE`, naming the variable. */
export function passwordFrom(environment: NodeJS.ProcessEnv, variable: string): PasswordSource {
  return async () => {
    const password = environment[variable];
    if (password !== undefined && password !== '') return password;
    throw new CheongsanError('SIGNER_UNAVAILABLE', `The password of the keystore is not in the environment; set ${variable}.`);
  };
}

/** Version 3 of the Web3 Secret Storage format; what is inside `crypto` is ethers' to judge. */
const keystore = z.object({ version: z.literal(3), address: z.string().regex(/^(?:0x)?[0-9a-f]{40}$/i) });

/**
 * Signs with a key out of an encrypted JSON keystore. The key lives in this process's memory until `forget`, in a private field that
 * is neither printed nor serialised; the password is not kept.
 */
export class KeystoreSigner implements Signer {
  readonly #address: string;
  #key: SigningKey | undefined;

  private constructor(address: string, key: SigningKey) {
    this.#address = address;
    this.#key = key;
  }

  /** Error: `SIGNER_UNAVAILABLE` for a file that is no keystore, a wrong password, or a key of another address than the file names. */
  static async unlock(keystoreJson: string, password: PasswordSource): Promise<KeystoreSigner> {
    const address = addressIn(keystoreJson);
    const key = await decrypt(keystoreJson, await password());
    // The library has refused a key of another address than the file names.
    return new KeystoreSigner(address, key);
  }

  async address(): Promise<string> {
    return this.#address;
  }

  async sign(transaction: ChainTransaction): Promise<SignedTransaction> {
    if (this.#key === undefined) throw new CheongsanError('SIGNER_UNAVAILABLE', 'The keystore is locked again; unlock it to sign.');
    const prepared = toEthers(transaction);
    prepared.signature = this.#key.sign(prepared.unsignedHash);
    return signedAs(transaction, prepared.serialized);
  }

  /** Drops the key; the signer can sign no more. */
  forget(): void {
    this.#key = undefined;
  }
}

function addressIn(keystoreJson: string): string {
  const parsed = keystore.safeParse(parseJson(keystoreJson));
  if (parsed.success) return requireAddress(`0x${parsed.data.address.replace(/^0x/i, '').toLowerCase()}`);
  throw new CheongsanError('SIGNER_UNAVAILABLE', 'The file is no JSON keystore of version 3 with an address; choose the right file.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes what it read, which may be a key.
    return undefined;
  }
}

async function decrypt(keystoreJson: string, password: string): Promise<SigningKey> {
  try {
    const wallet = await Wallet.fromEncryptedJson(keystoreJson, password);
    return wallet.signingKey;
  } catch {
    // Nothing of what the library threw is passed on: it may hold what it was given.
    throw new CheongsanError('SIGNER_UNAVAILABLE', 'The keystore cannot be opened: the password is wrong or the file is damaged.');
  }
}
