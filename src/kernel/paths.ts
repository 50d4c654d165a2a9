import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

function findProjectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) || !existsSync(join(folder, 'prisma'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json beside prisma/ above ${import.meta.dirname}.`);
    folder = parent;
  }
  return folder;
}

/** The folder that holds package.json, the same from source and from dist. */
export const projectRoot = findProjectRoot();
