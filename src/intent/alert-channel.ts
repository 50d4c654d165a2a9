import { createTransport } from 'nodemailer';
import type { AlertSeverity } from '../database/generated/enums.ts';
import type { Config } from '../kernel/config.ts';
import { CheongsanError } from '../kernel/errors.ts';

/** What reaches a person. Nothing in it names another one. */
export interface AlertMessage {
  readonly id: number;
  readonly code: string;
  readonly severity: AlertSeverity;
  readonly subject: string;
  readonly text: string;
  readonly facts: unknown;
  readonly raisedAt: Date;
}

/** A way to a person. `deliver` throws unless the other side has taken the message. */
export interface AlertChannel {
  /** Stays the same over restarts: deliveries are remembered under it. */
  readonly name: string;
  deliver(message: AlertMessage): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const SEVERITY_TITLES = { notice: '알림', warning: '주의', critical: '긴급' } as const satisfies Record<AlertSeverity, string>;

/** The channels the installation has configured; none is possible, then alerts are shown on the screen only. */
export function alertChannels(config: Pick<Config, 'smtpUrl' | 'alertEmailTo' | 'alertWebhookUrl'>): readonly AlertChannel[] {
  const channels: AlertChannel[] = [];
  if (config.alertEmailTo !== undefined) {
    if (config.smtpUrl === undefined) {
      throw new CheongsanError('CONFIG_INVALID', 'ALERT_EMAIL_TO is set and SMTP_URL is not; set the mail server or remove the address.');
    }
    channels.push(emailChannel({ smtpUrl: config.smtpUrl, to: config.alertEmailTo }));
  }
  if (config.alertWebhookUrl !== undefined) channels.push(webhookChannel({ url: config.alertWebhookUrl }));
  return channels;
}

/** E-mail through an SMTP server (`smtp://user:password@host:587`, `smtps://…`). It is sent from the server's user, else from its reader. */
export function emailChannel(options: { readonly smtpUrl: string; readonly to: string; readonly timeoutMs?: number }): AlertChannel {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const transport = createTransport({
    url: options.smtpUrl,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  const from = senderOf(options.smtpUrl) ?? options.to;
  return {
    name: 'email',
    deliver: async (message) => {
      await transport.sendMail({
        from,
        to: options.to,
        subject: `[청산 ${SEVERITY_TITLES[message.severity]}] ${message.code} ${message.subject}`,
        text: plainText(message),
      });
    },
  };
}

function senderOf(smtpUrl: string): string | undefined {
  const user = decodeURIComponent(new URL(smtpUrl).username);
  return user.includes('@') ? user : undefined;
}

function plainText(message: AlertMessage): string {
  return [
    message.text,
    '',
    `구분: ${SEVERITY_TITLES[message.severity]} (${message.code})`,
    `대상: ${message.subject}`,
    `발생: ${message.raisedAt.toISOString()}`,
    `번호: ${message.id}`,
    `내용: ${JSON.stringify(message.facts)}`,
  ].join('\n');
}

/** JSON by POST. Anything but a 2xx answer within the time is a failure; redirections are not followed. */
export function webhookChannel(options: { readonly url: string; readonly timeoutMs?: number }): AlertChannel {
  return {
    name: 'webhook',
    deliver: async (message) => {
      const response = await fetch(options.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...message, raisedAt: message.raisedAt.toISOString() }),
        redirect: 'error',
        signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) throw new CheongsanError('ALERT_UNDELIVERED', `The webhook answered ${response.status}.`);
    },
  };
}
