import { z } from 'zod';
import { CheongsanError } from '../kernel/errors.ts';

export type RequestPart = 'path' | 'query' | 'body';

/**
 * Reads one part of a request. A member that the route does not know is refused: misspelt, it would be an instruction left out.
 * Error: `INPUT_INVALID` naming each member and what is expected of it; the value itself is not repeated, it may be personal.
 */
export function parsePart<S extends z.ZodType>(schema: S, value: unknown, part: RequestPart): z.output<S> {
  const parsed = schema.safeParse(value);
  const problems = [
    ...unknownMembers(schema, value).map((member) => ({ at: part, problem: `there is no ${JSON.stringify(member)} here` })),
    ...(parsed.error?.issues ?? []).map(({ path, message }) => ({ at: [part, ...path.map(String)].join('.'), problem: message })),
  ];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new CheongsanError('INPUT_INVALID', problems.map(({ at, problem }) => `${at}: ${problem}`).join('; '), { facts: { problems } });
}

function unknownMembers(schema: z.ZodType, value: unknown): string[] {
  if (!(schema instanceof z.ZodObject) || typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.keys(value).filter((member) => !Object.hasOwn(schema.shape, member));
}

const DEPTH_MAX = 20;

/**
 * Refuses what no schema of ours means and what would only fail further in: a NUL, which PostgreSQL has in no text; a number with
 * a fraction, since figures travel as text; nesting without end. Error: `INPUT_INVALID`.
 */
export function assertPlain(value: unknown, at: RequestPart | string, depth = 0): void {
  const refuse = (why: string) => new CheongsanError('INPUT_INVALID', `${at}: ${why}`);
  if (depth > DEPTH_MAX) throw refuse(`more than ${DEPTH_MAX} levels deep.`);
  if (typeof value === 'string' && value.includes('\0')) throw refuse('a text cannot hold a NUL character.');
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw refuse('numbers are whole; write amounts and quantities as text.');
  if (typeof value !== 'object' || value === null) return;
  for (const [member, inner] of Object.entries(value)) {
    assertPlain(member, at, depth);
    assertPlain(inner, depth < 3 ? `${at}.${member}` : at, depth + 1);
  }
}
