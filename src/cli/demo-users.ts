import type { Command } from 'commander';
import { systemClock } from '../kernel/clock.ts';
import { type DemoUser, readDemoUsers } from '../simulation/demo-users.ts';
import { oneTimeCode } from '../simulation/one-time-code.ts';
import { print, printJson, withShell } from './shell.ts';
import { drawTable, type TextColumn } from './text-table.ts';

/** He may look at everything. */
const EXAMPLE = 'auditor';

interface UserWithCode extends DemoUser {
  readonly code: string;
}

export function registerDemoUsers(program: Command): void {
  program
    .command('demo-users')
    .description('연습용 데이터베이스의 표본 사용자를 비밀번호, 지금의 인증번호와 함께 보인다')
    .option('--json', '결과를 JSON 한 줄로', false)
    .action(({ json }: { json: boolean }) =>
      // Opened as a demo, so that any other database is refused.
      withShell({ demo: true }, async ({ config }) => {
        const now = systemClock.now();
        const users = (await readDemoUsers(config.dataFolder)).map((user) => ({ ...user, code: oneTimeCode(user.totpSecret, now) }));
        if (json) printJson({ users });
        else print(drawUsers(users, `http://${config.host}:${config.port}`));
      }),
    );
}

function drawUsers(users: readonly UserWithCode[], url: string): string {
  const columns = ['로그인 이름', '이름', '역할', '비밀번호', '인증번호'].map((header): TextColumn => ({ header, align: 'left' }));
  const rows = users.map(({ loginName, displayName, role, password, code }) => [loginName, displayName, role, password, code]);
  return [
    '표본 사용자입니다. 인증번호는 30초마다 바뀌고 한 번만 쓸 수 있습니다.',
    drawTable(columns, rows),
    ...users.filter(({ loginName }) => loginName === EXAMPLE).flatMap((user) => exampleOf(user, url)),
  ].join('\n');
}

function exampleOf({ loginName, password, code }: UserWithCode, url: string): string[] {
  const body = JSON.stringify({ loginName, password, code });
  return ['', '서비스가 켜져 있으면(npm start -- --demo) 이렇게 로그인합니다. 답의 token을 다음 요청에 붙입니다.', curl(url, body)];
}

function curl(url: string, body: string): string {
  return `curl -s ${url}/sign-in -H 'content-type: application/json' -d '${body}'`;
}
