import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/kernel/config.ts';
import { projectRoot } from '../../src/kernel/paths.ts';

describe('the environment', () => {
  it('may be empty: everything stays on this machine', () => {
    expect(readConfig({})).toEqual({
      port: 8080,
      chainNodes: [],
      host: '127.0.0.1',
      databaseUrl: undefined,
      databaseOwnerUrl: undefined,
      redisUrl: undefined,
      dataFolder: join(projectRoot, 'data'),
      key: undefined,
      keyFile: join(projectRoot, 'data', 'keys', 'master.key'),
      logLevel: 'info',
      alertWebhookUrl: undefined,
      alertEmailTo: undefined,
      smtpUrl: undefined,
    });
  });

  it('is read as given, and the key lies beside the data unless it is named', () => {
    const config = readConfig({
      PORT: '0',
      HOST: '0.0.0.0',
      DATABASE_URL: 'postgresql://app:secret@db/cheongsan',
      DATABASE_OWNER_URL: 'postgres://owner:secret@db/cheongsan',
      REDIS_URL: 'rediss://cache:6379',
      CHEONGSAN_DATA: '/srv/cheongsan',
      LOG_LEVEL: 'warn',
      ALERT_WEBHOOK_URL: 'https://alerts.example.org/hook',
      ALERT_EMAIL_TO: 'duty@example.org',
      SMTP_URL: 'smtps://mail.example.org',
    });
    expect(config).toMatchObject({ port: 0, host: '0.0.0.0', keyFile: join('/srv/cheongsan', 'keys', 'master.key'), logLevel: 'warn' });
    expect(readConfig({ CHEONGSAN_KEY_FILE: '/etc/cheongsan.key' }).keyFile).toBe('/etc/cheongsan.key');
  });

  it('counts an empty variable as absent', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '', CHEONGSAN_KEY: '', LOG_LEVEL: '' })).toEqual(readConfig({}));
  });

  it.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PORT', '80.5'],
    ['PORT', '-1'],
    ['DATABASE_URL', 'mysql://db/cheongsan'],
    ['DATABASE_URL', 'cheongsan'],
    ['DATABASE_OWNER_URL', 'http://db'],
    ['REDIS_URL', 'http://cache'],
    ['LOG_LEVEL', 'loud'],
    ['ALERT_WEBHOOK_URL', 'ftp://alerts'],
    ['SMTP_URL', 'mail'],
  ])('refuses %s=%s by name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(`${name}:`) }),
    );
  });

  it('names every wrong variable at once, and never a password', () => {
    const read = () => readConfig({ PORT: 'x', DATABASE_URL: 'mysql://app:hunter2@db/x', LOG_LEVEL: 'loud' });
    expect(read).toThrow(/PORT:.*DATABASE_URL:.*LOG_LEVEL:/);
    expect(read).not.toThrow(/hunter2/);
  });
});
