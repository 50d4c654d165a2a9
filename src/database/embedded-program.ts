import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CheongsanError } from '../kernel/errors.ts';
import type { EmbeddedLocation } from './embedded-location.ts';

const run = promisify(execFile);

/** Runs one of PostgreSQL's own programs, as the user who owns the cluster. Errors: `DISK_FULL`, `DATABASE_UNAVAILABLE` with its last words. */
export async function runProgram(location: EmbeddedLocation, program: string, args: readonly string[]): Promise<void> {
  const environment = { PATH: process.env['PATH'] ?? '', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' };
  try {
    await run(program, args, { env: environment, cwd: '/', ...location.runAs });
  } catch (cause) {
    throw programFailure(location, outputOf(cause), cause);
  }
}

/** Names what PostgreSQL said when it could not go on. */
export function programFailure(location: EmbeddedLocation, output: string, cause: unknown): CheongsanError {
  if (/No space left on device|Disk quota exceeded/i.test(output)) {
    return new CheongsanError(
      'DISK_FULL',
      `The embedded PostgreSQL cannot write to ${location.clusterFolder}: the disk is full. Free space and start again; what was committed is kept.`,
      { cause },
    );
  }
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const reason = lines.findLast((line) => /FATAL|PANIC|error:|ERROR/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return new CheongsanError('DATABASE_UNAVAILABLE', `The embedded PostgreSQL in ${location.clusterFolder} does not run: ${reason.trim()}`, {
    cause,
  });
}

function outputOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const parts = ['stderr', 'stdout'].map((name): unknown => Reflect.get(cause, name));
  const text = parts.filter((part) => typeof part === 'string' && part.trim() !== '').join('\n');
  return text === '' ? cause.message : text;
}
