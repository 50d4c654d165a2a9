import { z } from 'zod';
import { type Canonical, canonicalJson } from '../kernel/digest.ts';
import type { Prisma } from './generated/client.ts';

/** Plain data as the client stores it in a JSON column. What was undefined is left out, as in the digest over it. */
export function jsonColumn(value: Canonical): Prisma.InputJsonValue {
  const stored: Prisma.InputJsonValue = JSON.parse(canonicalJson(value));
  return stored;
}

/** What comes out of a JSON column, as plain data that can be digested again. */
export const canonicalSchema: z.ZodType<Canonical> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.int(), z.string(), z.array(canonicalSchema), z.record(z.string(), canonicalSchema)]),
);
