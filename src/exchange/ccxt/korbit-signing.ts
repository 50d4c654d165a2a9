import { createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { errors } from './library.ts';

/** Korbit's own names of the kinds of key, as `currentKeyInfo` tells them. */
export type KeyType = 'hmac-sha256' | 'ed25519';

/**
 * The value of the parameter `signature` over the exact bytes that are sent (docs.digitalx.miraeasset.com, Authentication): lower-case
 * hex for a shared secret, Base64 for a private key of the owner's. Inside ccxt: `this.hmac (…, sha256)` and `eddsa (…, ed25519)`.
 */
export function korbitSignature(keyType: KeyType, secret: string, encodedParameters: string): string {
  if (keyType === 'hmac-sha256') return createHmac('sha256', secret).update(encodedParameters).digest('hex');
  return sign(null, Buffer.from(encodedParameters), privateKeyOf(secret)).toString('base64');
}

/** A private key in PEM, or the Base64 inside it. The message of the error holds nothing of the key. */
function privateKeyOf(secret: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = secret.includes('-----')
      ? createPrivateKey(secret)
      : createPrivateKey({ key: Buffer.from(secret, 'base64'), format: 'der', type: 'pkcs8' });
  } catch {
    key = undefined;
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new errors.AuthenticationError('korbit secret is not an Ed25519 private key (PKCS#8)');
  return key;
}
