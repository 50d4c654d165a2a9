import { sha256Hex } from '../kernel/digest.ts';

/**
 * The digest by which an exchange can say that the registration number it verified is the one we asked about, without writing the
 * number into its reply: SHA-256, in hex, of request number, a bar and the thirteen digits. The request number in it keeps a
 * digest from meaning anything in another reply.
 */
export function registrationToken(requestNumber: string, registrationDigits: string): string {
  return sha256Hex(`${requestNumber}|${registrationDigits}`);
}
