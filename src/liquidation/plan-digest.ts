import type { SalePlan } from '../database/generated/client.ts';
import { type Canonical, canonicalJson, sha256Hex } from '../kernel/digest.ts';

/** What the audit event of a plan records of it. */
export function planDigestOf(inputsDigest: string, result: Canonical): string {
  return sha256Hex(canonicalJson({ inputs: inputsDigest, result }));
}

/** What the audit event of a plan tells of its row. */
export function plannedPayload({ asset, version, reason, plannedQuantity, ruleVersion }: SalePlan) {
  return { asset, version, reason, units: plannedQuantity.toFixed(), rule: ruleVersion };
}
