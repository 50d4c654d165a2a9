import { createServer, type Socket } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { type AlertMessage, emailChannel } from '../../src/intent/alert-channel.ts';
import { TEST_START } from '../support/database.ts';

const MESSAGE: AlertMessage = {
  id: 7,
  code: 'balance_differs',
  severity: 'critical',
  subject: 'account:1',
  text: '거래소 잔액과 장부가 다릅니다.',
  facts: { asset: 'BTC' },
  raisedAt: TEST_START,
};

const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers) close();
});

/** A mail server of the least kind: it speaks SMTP over a real socket and keeps what it is given. */
async function startMailServer(refusesRecipients: boolean): Promise<{ url: string; mails: string[]; commands: string[] }> {
  const mails: string[] = [];
  const commands: string[] = [];
  const server = createServer((socket: Socket) => {
    let mail: string | undefined;
    let rest = '';
    socket.write('220 mail.example.org ESMTP\r\n');
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (mail !== undefined && line !== '.') {
          mail += `${line}\n`;
          continue;
        }
        if (mail !== undefined) mails.push(mail);
        if (mail === undefined) commands.push(line);
        const verb = mail === undefined ? line.slice(0, 4).toUpperCase() : '.';
        mail = verb === 'DATA' ? '' : undefined;
        socket.write(verb === 'DATA' ? '354 go on\r\n' : verb === 'RCPT' && refusesRecipients ? '550 unknown\r\n' : '250 ok\r\n');
        if (verb === 'QUIT') socket.end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The mail server listens on a port.');
  return { url: `smtp://127.0.0.1:${address.port}`, mails, commands };
}

/** Undoes quoted-printable, in which both header and body travel. */
function decoded(mail: string): string {
  const [head = '', ...body] = mail.split('\n\n');
  const words = head.replace(/\?=\s*=\?UTF-8\?Q\?/g, '').replaceAll('_', ' ');
  const bytes = `${words}\n${body.join('\n\n').replaceAll('=\n', '')}`.replace(/=([0-9A-F]{2})/g, '%$1');
  return decodeURIComponent(bytes);
}

it('sends an e-mail that says what happened', async () => {
  const server = await startMailServer(false);
  await emailChannel({ smtpUrl: server.url, to: 'duty@example.org' }).deliver(MESSAGE);
  expect(server.commands).toEqual(expect.arrayContaining(['MAIL FROM:<duty@example.org>', 'RCPT TO:<duty@example.org>']));
  const mail = decoded(server.mails.join());
  for (const part of ['긴급', '] balance_differs account:1', '(balance_differs)', '거래소 잔액과 장부가 다릅니다.', '"asset":"BTC"'])
    expect(mail).toContain(part);
});

it('fails when the server refuses the reader, or is not there', async () => {
  const server = await startMailServer(true);
  await expect(emailChannel({ smtpUrl: server.url, to: 'duty@example.org' }).deliver(MESSAGE)).rejects.toThrow(/550/);
  await expect(emailChannel({ smtpUrl: 'smtp://127.0.0.1:9', to: 'duty@example.org', timeoutMs: 500 }).deliver(MESSAGE)).rejects.toThrow();
});
