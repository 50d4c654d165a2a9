import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { sha256Hex } from '../../kernel/digest.ts';
import { CheongsanError, named } from '../../kernel/errors.ts';
import type { Desk } from './desk-parts.ts';
import { perform } from './local-operator.ts';
import { isOperationName } from './operations.ts';

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    context.addIssue({ code: 'custom', message: 'The body is no JSON.' });
    return z.NEVER;
  }
});

/** One request to `/operator/<operation>`; always answers, with the error's code and detail if need be. */
export function answerOperator(
  desk: Desk,
  token: string,
  name: string,
  authorization: string | undefined,
  body: string,
): { status: number; body: string } {
  try {
    if (!isSame(authorization ?? '', `Bearer ${token}`)) {
      throw new CheongsanError('UNAUTHENTICATED', 'The operator token is missing or wrong; send it as a bearer token.');
    }
    if (!isOperationName(name)) throw new CheongsanError('NOT_FOUND', `The operator has no operation ${JSON.stringify(name)}.`);
    const given = jsonText.safeParse(body);
    if (!given.success) throw new CheongsanError('INPUT_INVALID', `${name} needs a JSON body.`);
    return { status: 200, body: JSON.stringify(perform(desk, name, given.data)) };
  } catch (thrown) {
    const error = named(thrown);
    return { status: error.status, body: JSON.stringify({ error: { code: error.code, detail: error.message } }) };
  }
}

function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(given)), Buffer.from(sha256Hex(expected)));
}
