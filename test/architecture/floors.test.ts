import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/*
 * The floors of the house (docs/architecture.md). A folder imports only from floors below its own; folders of one floor do not
 * know each other. Circles inside a folder are Biome's to find.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['src/kernel'],
  ['src/database', 'src/exchange', 'src/chain', 'src/document', 'src/paper-exchange'],
  ['src/audit', 'src/queue'],
  ['src/ledger', 'src/identity', 'src/person', 'src/intent', 'src/import'],
  ['src/venue', 'src/policy'],
  ['src/notice', 'src/valuation'],
  ['src/tax'],
  ['src/seizure'],
  ['src/custody', 'src/voluntary-sale'],
  ['src/liquidation', 'src/treasury'],
  ['src/registers'],
  ['src/http'],
  ['workers'],
  ['src/simulation', 'src/backtest'],
  ['src/service.ts', 'src/main.ts', 'src/cli.ts', 'src/cli'],
];

/** Neighbours on one floor of which one may use the other, each with its reason. */
const NEIGHBOURS: readonly (readonly [string, string])[] = [
  // Sign-in, approvals and alerts tell of each other; persons are sealed with the same care as officials.
  ['src/intent', 'src/identity'],
  // Trading limits and key expiry are policy.
  ['src/venue', 'src/policy'],
  // The paper exchange is a process of its own; only the simulation starts it.
  ['src/main.ts', 'src/service.ts'],
  // The service and the commands read what is typed, and tell what went wrong, in the same words.
  ['src/main.ts', 'src/cli'],
  ['src/cli.ts', 'src/service.ts'],
  ['src/cli.ts', 'src/cli'],
  ['src/cli', 'src/service.ts'],
];

const root = resolve(import.meta.dirname, '../..');
const folders = FLOORS.flat();

function filesBelow(path: string): string[] {
  if (statSync(path).isFile()) return /\.tsx?$/.test(path) ? [path] : [];
  return readdirSync(path).flatMap((name) => (name === 'generated' ? [] : filesBelow(join(path, name))));
}

function roomOf(file: string): string | undefined {
  const name = relative(root, file);
  return folders.filter((folder) => name === folder || name.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)[0];
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

function importsOf(file: string): string[] {
  const found = readFileSync(file, 'utf8').matchAll(
    /^\s*(?:import|export)\s[^'"]*?from\s+['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)/gm,
  );
  return [...found].flatMap((match) => match[1] ?? match[2] ?? []).map((path) => resolve(dirname(file), path));
}

const sources = [join(root, 'src'), join(root, 'workers')].flatMap(filesBelow);

describe('the house', () => {
  it('has a floor for every file', () => {
    expect(sources.filter((file) => roomOf(file) === undefined).map((file) => relative(root, file))).toEqual([]);
  });

  it('is read: every room has files, and imports are found', () => {
    const rooms = new Set(sources.map(roomOf));
    expect(folders.filter((folder) => !rooms.has(folder) && folder !== 'src/cli')).toEqual([]);
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(500);
  });

  it('lets nobody call upward or sideways', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file).flatMap((target) => {
        const from = roomOf(file);
        const to = roomOf(target);
        if (from === undefined || to === undefined || from === to || floorOf(to) < floorOf(from)) return [];
        if (NEIGHBOURS.some(([user, used]) => user === from && used === to)) return [];
        return [`${relative(root, file)} imports ${relative(root, target)}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});
