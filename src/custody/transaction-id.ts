const HASH = /^(?:0x)?[0-9a-f]{64}$/i;

/**
 * A transaction reference in the form in which two are compared: hashes in hexadecimal without prefix in lower case, since
 * exchanges write the same one differently; anything else, such as an exchange's own reference, stays as it is.
 */
export function comparableTransactionId(text: string): string {
  const trimmed = text.trim();
  return HASH.test(trimmed) ? trimmed.replace(/^0x/i, '').toLowerCase() : trimmed;
}
