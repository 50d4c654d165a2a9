import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { type Permission, requirePermission } from '../identity/permission.ts';
import type { Principal } from '../identity/principal.ts';
import { authenticate, signIn, signOut } from '../identity/session.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Shell } from './shell.ts';

/*
 * Whoever may open a shell beside database and key could write anything into the audit log. So that the log stays true, a command
 * that changes something or shows persons is done by somebody who has been recognised, exactly as over HTTP: an official with
 * password and code, or a machine with its token. Nobody is taken at his word.
 */

const TOKEN_VARIABLE = 'CHEONGSAN_TOKEN';

export interface OfficerOptions {
  readonly as?: string;
}

export function withOfficerOption(command: Command): Command {
  return command.option('--as <login>', `이 사용자로 로그인한다. 비밀번호와 인증번호를 묻는다 (없으면 ${TOKEN_VARIABLE}의 토큰)`);
}

/** Runs `body` for somebody who has been recognised and may do it; a sign-in of ours ends with it. Errors: those of sign-in, `FORBIDDEN`. */
export async function asOfficer<T>(
  { database, keys }: Pick<Shell, 'database' | 'keys'>,
  { as }: OfficerOptions,
  permission: Permission,
  body: (principal: Principal) => Promise<T>,
): Promise<T> {
  if (as === undefined) {
    const principal = await authenticate(database, tokenFromEnvironment());
    requirePermission(principal, permission);
    return body(principal);
  }
  const [password = '', code = ''] = await askSecretly([`${as} 비밀번호: `, '인증번호 6자리: ']);
  const { token } = await signIn(database, keys, { loginName: as, password, code: code.trim() });
  try {
    const principal = await authenticate(database, token);
    requirePermission(principal, permission);
    return await body(principal);
  } finally {
    await signOut(database, token);
  }
}

function tokenFromEnvironment(): string {
  const token = process.env[TOKEN_VARIABLE];
  if (token !== undefined && token !== '') return token;
  throw new CheongsanError(
    'UNAUTHENTICATED',
    `Say who does it: --as LOGIN asks for password and code, or put a session or machine token into ${TOKEN_VARIABLE}.`,
  );
}

/** The answers, one line each, from the keyboard without showing them, or from whatever is piped in. */
async function askSecretly(questions: readonly string[]): Promise<string[]> {
  const isKeyboard = process.stdin.isTTY === true;
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silence, terminal: isKeyboard });
  const answers: string[] = [];
  try {
    if (isKeyboard) process.stderr.write(questions[0] ?? '');
    lines.once('SIGINT', () => lines.close());
    for await (const line of lines) {
      answers.push(line);
      if (isKeyboard) process.stderr.write(`\n${questions[answers.length] ?? ''}`);
      if (answers.length === questions.length) break;
    }
  } finally {
    lines.close();
  }
  if (answers.length < questions.length) throw new CheongsanError('UNAUTHENTICATED', 'Password and code are needed, one line each.');
  return answers;
}
