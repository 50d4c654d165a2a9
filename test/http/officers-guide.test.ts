import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { routes } from '../../src/http/routes.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import { SALE_CODE_TEXTS } from '../../src/liquidation/code-text.ts';
import { cheongsan, emptyFolder } from '../support/installed.ts';

/* What an officer is told must be what the service does. */

const guide = readFileSync(join(projectRoot, 'docs', 'selling-for-officers.md'), 'utf8');
const all = routes({ kind: 'real', clock: systemClock, sweep: () => Promise.resolve(0) });

test('it lists every code of a sale with the words that the service answers, and no other', () => {
  const listed = [...guide.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, code = '', text = '']) => [code, text]);
  expect(Object.fromEntries(listed)).toEqual(SALE_CODE_TEXTS);
  expect(listed).toHaveLength(Object.keys(SALE_CODE_TEXTS).length);
});

test('whatever a sale is said to stand at has a text', () => {
  const folder = join(projectRoot, 'src', 'liquidation');
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const stands = sources.flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/lastCode: '(\w+)'/g)]);
  expect(stands.length).toBeGreaterThan(2);
  expect(stands.map(([, code = '']) => code).filter((code) => !Object.hasOwn(SALE_CODE_TEXTS, code))).toEqual([]);
});

test('every code has a Korean text', () => {
  expect(Object.entries(SALE_CODE_TEXTS).filter(([, text]) => !/[가-힣]/.test(text))).toEqual([]);
});

const SHELL_CALL = /\b(get|post) '?(\/[^\s'`]*)'?(?: '(\{[^']*\})')?/g;
const calls = [...guide.matchAll(SHELL_CALL)].map(([call, method = '', address = '', body]) => ({ call, method, address, body }));

function valuesOf(path: string, wanted: string): Record<string, string> | undefined {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const found = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '([^/]+)')}$`).exec(wanted);
  return found === null ? undefined : Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? '']));
}

describe('its calls', () => {
  test('are many', () => {
    expect(calls.length).toBeGreaterThan(25);
  });

  test.each(calls.map(({ call, ...rest }) => [call, rest] as const))(
    '%s is one that the service takes',
    (_call, { method, address, body }) => {
      const url = new URL(address, 'http://127.0.0.1');
      const fitting = all.flatMap((route) => {
        const params = route.method === method ? valuesOf(route.path, url.pathname) : undefined;
        return params === undefined || !route.params.safeParse(params).success ? [] : [route];
      });
      expect(fitting).toHaveLength(1);
      const [route] = fitting;
      expect([...url.searchParams.keys()].filter((name) => !Object.keys(route?.query.shape ?? {}).includes(name))).toEqual([]);
      expect(route?.query.safeParse(Object.fromEntries(url.searchParams)).error?.issues ?? []).toEqual([]);
      if (method === 'post') expect(route?.body?.safeParse(JSON.parse(body ?? '{}')).error?.issues).toBeUndefined();
    },
  );
});

const commands = new Set([...guide.matchAll(/npx cheongsan ([a-z][a-z-]+)/g)].map(([, name = '']) => name));

test.each([...commands])('it names a command: %s', async (name) => {
  expect((await cheongsan(join(await emptyFolder(), 'data'), [name, '--help'])).status).toBe(0);
});
