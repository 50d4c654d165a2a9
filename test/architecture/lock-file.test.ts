import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { projectRoot } from '../../src/kernel/paths.ts';

const named = z.record(z.string(), z.string()).default({});
const lockFile = z.object({
  packages: z.record(z.string(), z.object({ dependencies: named, optionalDependencies: named })),
});

/** Every folder in which Node would look for a package that the one at this path needs. */
function* placesOf(path: string, name: string): Generator<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    if (folder === '.' || folder === '') break;
    if (!folder.endsWith('node_modules')) yield join(folder, 'node_modules', name);
  }
  yield join('node_modules', name);
}

describe('the lock file', () => {
  // One machine's npm leaves out what its registry does not have for other platforms, and `npm ci` refuses the file elsewhere.
  it('has an entry for everything that a package names, for every platform', () => {
    const { packages } = lockFile.parse(JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')));
    const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies })
        .filter((name) => ![...placesOf(path, name)].some((place) => place in packages))
        .map((name) => `${path === '' ? 'the project' : path} needs ${name}`),
    );
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });
});
