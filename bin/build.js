#!/usr/bin/env node
// Builds what `npm start`, `npm run demo` and the tests run, unless it is built already: the database client from prisma/,
// then dist/ from the sources. Plain JavaScript, since nothing is compiled yet when it runs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const stamp = join(root, 'dist', '.built');
const sources = ['src', 'workers', 'bench', 'prisma', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const generated = join(root, 'src', 'database', 'generated');

function newestChange(path) {
  if (path === generated || !existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

function run(program, args) {
  const binary = join(root, 'node_modules', '.bin', program);
  // The command line of Prisma wants to download an engine that generating never runs; naming any executable keeps it from that.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: binary, PRISMA_HIDE_UPDATE_MESSAGE: '1' };
  const { status, stdout, stderr, error } = spawnSync(binary, args, { cwd: root, env, encoding: 'utf8' });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error === undefined ? '' : `${error.message}\n`}`);
  process.stderr.write(`${program} ${args.join(' ')} failed; run "npm ci" and try again.\n`);
  process.exit(1);
}

// `npm start` and `npm run demo` may begin in the same second: one builds, the other waits. A lock that a killed build left is taken over.
const lock = join(root, 'node_modules', '.cheongsan-build');
const LOCK_STALE_MS = 180_000;

function takeLock() {
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch (thrown) {
      if (thrown.code !== 'EEXIST') throw thrown;
    }
    const heldSince = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (heldSince !== undefined && performance.timeOrigin + performance.now() - heldSince > LOCK_STALE_MS)
      rmSync(lock, { recursive: true, force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

takeLock();
process.on('exit', () => rmSync(lock, { recursive: true, force: true }));

const isBuilt = existsSync(stamp) && existsSync(join(generated, 'client.ts'));
const newest = Math.max(...sources.map((name) => newestChange(join(root, name))));
if (!isBuilt || newest > statSync(stamp).mtimeMs) {
  const begun = new Date();
  run('prisma', ['generate']);
  run('tsc', ['-p', 'tsconfig.build.json']);
  writeFileSync(stamp, '');
  utimesSync(stamp, begun, begun);
}
