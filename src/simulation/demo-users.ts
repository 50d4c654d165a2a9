import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Role } from '../database/generated/enums.ts';
import { CheongsanError } from '../kernel/errors.ts';

const demoUser = z.object({
  loginName: z.string(),
  displayName: z.string(),
  role: z.enum(Role),
  password: z.string(),
  totpSecret: z.string(),
});

/** An official of the sample city with all that is needed to sign in as him. He exists in a demo database only. */
export type DemoUser = z.output<typeof demoUser>;

const demoUsersFile = z.object({ note: z.string(), users: z.array(demoUser) });

const NOTE = '연습용 데이터베이스의 표본 사용자입니다. 실제 사람이 아니며 다른 데이터베이스에서는 쓸 수 없습니다.';
const OWNER_ONLY = 0o600;

function fileIn(dataFolder: string): string {
  return join(dataFolder, 'demo-users.json');
}

/** So that somebody can look at what the demo has left. */
export async function writeDemoUsers(dataFolder: string, users: readonly DemoUser[]): Promise<void> {
  const file = fileIn(dataFolder);
  await mkdir(dataFolder, { recursive: true });
  await writeFile(file, `${JSON.stringify({ note: NOTE, users }, null, 2)}\n`, { mode: OWNER_ONLY });
  // The mode above is for a file that is made, not for one that was there.
  await chmod(file, OWNER_ONLY);
}

/** With an emptied database its users are gone. */
export async function forgetDemoUsers(dataFolder: string): Promise<void> {
  await rm(fileIn(dataFolder), { force: true });
}

/** Errors: `NOT_FOUND` before the first demo, `FILE_FORMAT`. */
export async function readDemoUsers(dataFolder: string): Promise<readonly DemoUser[]> {
  const file = fileIn(dataFolder);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CheongsanError('NOT_FOUND', `There are no sample users in ${file}; npm run demo makes them.`, { cause });
  });
  const parsed = demoUsersFile.safeParse(parseJson(text));
  if (!parsed.success) throw new CheongsanError('FILE_FORMAT', `${file} is not as the demo wrote it; npm run demo writes it anew.`);
  return parsed.data.users;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
