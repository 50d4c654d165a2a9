import { type Canonical, canonicalJson, sha256Hex } from '../kernel/digest.ts';

/** What the audit event of a plan records of it. */
export function planDigestOf(inputsDigest: string, result: Canonical): string {
  return sha256Hex(canonicalJson({ inputs: inputsDigest, result }));
}
