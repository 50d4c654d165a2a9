import { type Canonical, canonicalJson } from '../kernel/digest.ts';
import type { Prisma } from './generated/client.ts';

/** Plain data as the client stores it in a JSON column. What was undefined is left out, as in the digest over it. */
export function jsonColumn(value: Canonical): Prisma.InputJsonValue {
  const stored: Prisma.InputJsonValue = JSON.parse(canonicalJson(value));
  return stored;
}
