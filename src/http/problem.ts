import type { Response } from 'express';
import { z } from 'zod';
import { namedDatabaseError } from '../database/errors.ts';
import { type CheongsanError, ERROR_ACTIONS, ERROR_CATALOGUE, named } from '../kernel/errors.ts';
import { type Log, scrub } from '../kernel/log.ts';

/** RFC 9457 problem details; `code` is the name scripts rely on. */
export const problemSchema = z
  .object({
    type: z.string().meta({ example: 'urn:cheongsan:problem:NOTICE_UNSERVED' }),
    title: z.string().meta({ example: ERROR_CATALOGUE.NOTICE_UNSERVED.title }),
    status: z.int().meta({ example: ERROR_CATALOGUE.NOTICE_UNSERVED.status }),
    code: z.string().meta({ example: 'NOTICE_UNSERVED' }),
    action: z.string().meta({ description: '무엇을 하면 되는지', example: ERROR_ACTIONS.NOTICE_UNSERVED }),
    detail: z.string().meta({
      description: '기술자를 위한 영문 설명 (값 포함)',
      example: 'The seizure notice of case 2026-000012 is not proven served on the exchange.',
    }),
    instance: z.string().meta({ example: 'urn:cheongsan:request:0c1f6a5e-3a0e-4c52-8a76-0f6f1d7a2b11' }),
    facts: z.record(z.string(), z.unknown()).meta({ example: { phase: 'approved' } }),
  })
  .meta({ id: 'Problem', description: '오류 응답(RFC 9457)' });

/** The funnel of everything thrown to HTTP: named, logged with its cause when it is our fault, answered without it. */
export function answerProblem(thrown: unknown, requestId: string, response: Response, log: Log): void {
  const error = named(namedDatabaseError(thrown));
  if (error.status >= 500) log.error({ err: thrown, code: error.code, request: requestId }, 'a request failed');
  else log.info({ code: error.code, request: requestId }, 'a request was refused');
  const { waitSeconds } = error.facts;
  if (error.status === 429 && typeof waitSeconds === 'number') response.setHeader('Retry-After', String(waitSeconds));
  response
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(toProblem(error, requestId)));
}

/** Nobody writes personal data into a refusal; should a number slip in with something the client sent, it is blotted out. */
export function toProblem(error: CheongsanError, requestId: string): z.infer<typeof problemSchema> {
  return {
    type: `urn:cheongsan:problem:${error.code}`,
    title: error.title,
    status: error.status,
    code: error.code,
    action: error.action,
    detail: scrub(error.message),
    instance: `urn:cheongsan:request:${requestId}`,
    facts: factsOf(error.facts),
  };
}

/** Facts as plain JSON: amounts and large numbers as text. */
export function factsOf(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const text = JSON.stringify(facts, (_member, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    return typeof value === 'string' ? scrub(value) : value;
  });
  return JSON.parse(text);
}
