import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openApiDocument } from '../../src/http/openapi.ts';
import { type Route, TAGS } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes.ts';
import { MACHINE_SCOPES } from '../../src/identity/permission.ts';
import { systemClock } from '../../src/kernel/clock.ts';

const all = routes({ kind: 'demo', clock: systemClock, sweep: () => Promise.resolve(0) });

const media = z.object({ schema: z.looseObject({}), example: z.unknown() });
const parameter = z.object({
  in: z.enum(['path', 'query', 'header']),
  name: z.string(),
  schema: z.looseObject({}),
  example: z.unknown(),
  required: z.boolean().optional(),
});
const operation = z.object({
  operationId: z.string().regex(/^[a-z][A-Za-z]+$/),
  summary: z.string().min(5),
  description: z.string(),
  tags: z.tuple([z.enum(Object.keys(TAGS) as [string, ...string[]])]),
  security: z.array(z.partialRecord(z.enum(['session', 'machine']), z.array(z.string()).max(1))),
  parameters: z.array(parameter).optional(),
  requestBody: z.object({ required: z.boolean(), content: z.record(z.string(), media.partial({ example: true })) }).optional(),
  responses: z.object({
    200: z.object({ description: z.string(), content: z.record(z.string(), media.partial({ example: true })) }),
    default: z.object({ content: z.object({ 'application/problem+json': media }) }),
  }),
});
const description = z.object({
  openapi: z.literal('3.1.0'),
  info: z.object({ title: z.string(), version: z.string(), license: z.object({ identifier: z.literal('Apache-2.0') }) }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.partialRecord(z.enum(['get', 'post', 'put', 'delete']), operation)),
  components: z.object({
    schemas: z.record(z.string(), z.unknown()),
    securitySchemes: z.record(z.enum(['session', 'machine']), z.object({ scheme: z.literal('bearer'), description: z.string() })),
  }),
});

// As a client reads it.
const document = description.parse(JSON.parse(JSON.stringify(openApiDocument(all, '1.2.3'))));

function operationOf(route: Route): z.output<typeof operation> {
  const found = document.paths[route.path]?.[route.method];
  if (found === undefined) throw new Error(`${route.method} ${route.path} is not described.`);
  return found;
}

function isKorean(text: string): boolean {
  return /[가-힣]/.test(text);
}

/** What an operation needs, by who may be given it. */
function securityOf({ permission }: Route): Record<string, string[]>[] {
  if (permission === 'public') return [];
  if (permission === 'any') return [{ session: [] }, { machine: [] }];
  return [{ session: [permission] }, ...(Object.hasOwn(MACHINE_SCOPES, permission) ? [{ machine: [permission] }] : [])];
}

describe('the description of the API', () => {
  test('lists what machine tokens may be issued for, and lets no other be asked for', () => {
    const { description } = document.components.securitySchemes.machine;
    for (const [scope, title] of Object.entries(MACHINE_SCOPES)) expect(description).toContain(`\`${scope}\`: ${title}`);
    const issue = all.find(({ operationId }) => operationId === 'issueMachineToken');
    const body = { label: '표본', expiresAt: '2026-06-01T00:00:00.000Z' };
    expect(issue?.body?.safeParse({ ...body, scopes: ['bill.import'] }).success).toBe(true);
    expect(issue?.body?.safeParse({ ...body, scopes: ['person.read'] }).success).toBe(false);
  });

  test('describes every route once, under a name and an address of its own', () => {
    const names = all.map(({ operationId }) => operationId);
    const addresses = all.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(all.map((route) => operationOf(route).operationId)).toEqual(names);
    expect(Object.values(document.paths).flatMap((item) => Object.keys(item))).toHaveLength(all.length);
  });

  test('uses every tag, and refers to no schema it does not hold', () => {
    expect(new Set(all.map(({ tag }) => tag))).toEqual(new Set(Object.keys(TAGS)));
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect([...new Set(references)].filter((name) => !Object.hasOwn(document.components.schemas, name ?? ''))).toEqual([]);
  });

  test.each(all.map((route) => [route.operationId, route] as const))('%s tells what it takes and answers', (_name, route) => {
    const described = operationOf(route);
    expect(isKorean(described.summary)).toBe(true);
    expect(described.security).toEqual(securityOf(route));
    const parameters = described.parameters ?? [];
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(parameters.filter((each) => each.in === 'path').map(({ name }) => name)).toEqual(inPath);
    expect(parameters.filter((each) => each.in === 'path').every(({ required }) => required === true)).toBe(true);
    expect(parameters.filter((each) => each.in === 'query').map(({ name }) => name)).toEqual(Object.keys(route.query.shape));
    expect(parameters.some((each) => each.in === 'header')).toBe(route.kind === 'command' || route.kind === 'bulk');
    const types = Object.keys(described.responses[200].content);
    expect(types).toEqual(route.kind === 'download' ? route.mediaTypes : ['application/json']);
    if (route.permission !== 'public' && route.permission !== 'any') expect(described.description).toContain(route.permission);
  });
});

describe('examples', () => {
  test.each(all.filter(({ body }) => body !== undefined).map((route) => [route.operationId, route] as const))(
    'the example of what %s takes is taken',
    (_name, route) => {
      const example = operationOf(route).requestBody?.content['application/json']?.example;
      expect(example).toBeDefined();
      const parsed = route.body?.safeParse(example);
      expect(parsed?.error?.issues ?? []).toEqual([]);
    },
  );

  test.each(all.filter(({ kind }) => kind !== 'download').map((route) => [route.operationId, route] as const))(
    'the example of what %s answers could be its answer',
    (_name, route) => {
      const example = operationOf(route).responses[200].content['application/json']?.example;
      expect(example).toBeDefined();
      expect(route.answer.safeParse(example).error?.issues ?? []).toEqual([]);
    },
  );

  test.each(all.map((route) => [route.operationId, route] as const))('the examples of the address of %s are taken', (_name, route) => {
    const parameters = operationOf(route).parameters ?? [];
    for (const [part, schema] of [
      ['path', route.params],
      ['query', route.query],
    ] as const) {
      const values = parameters.filter((each) => each.in === part).map(({ name, example }) => [name, String(example)] as const);
      expect(schema.safeParse(Object.fromEntries(values)).error?.issues ?? []).toEqual([]);
    }
  });
});
