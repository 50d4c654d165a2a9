import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/database/work.ts';
import { acknowledgeAlert, alertDueSource, deliverAlert, type NewAlert, raiseAlert, retryWaitMs } from '../../src/intent/alert.ts';
import { type AlertChannel, alertChannels, webhookChannel } from '../../src/intent/alert-channel.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';

const official: Actor = { kind: 'user', id: 1 };
let test: TestDatabase;
let hooks: Server;
let answer: number;
let received: { readonly id: number }[];
let channel: AlertChannel;

beforeAll(async () => {
  test = await createTestDatabase();
  hooks = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += String(part);
    });
    request.on('end', () => {
      received.push(JSON.parse(body));
      if (answer !== 0) response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
  channel = webhookChannel({ url: hookUrl() });
});
afterAll(() => {
  hooks.closeAllConnections();
  hooks.close();
});

function hookUrl(): string {
  const address = hooks.address();
  if (typeof address !== 'object' || address === null) throw new Error('The webhook listens on a port.');
  return `http://127.0.0.1:${address.port}/alerts`;
}

function raise(change: Partial<NewAlert> = {}) {
  const alert: NewAlert = {
    code: 'balance_differs',
    severity: 'warning',
    subject: 'account:1',
    text: '잔액이 다릅니다.',
    facts: { asset: 'BTC' },
  };
  return test.database.work(testActor, (work) => raiseAlert(work, { ...alert, ...change }));
}

function stored(id: number) {
  return test.database.read.alert.findUniqueOrThrow({ where: { id } });
}

async function deliver(id: number, channels: readonly AlertChannel[] = [channel]) {
  await deliverAlert(test.database, channels, id);
}

function receivedOf(id: number): readonly unknown[] {
  return received.filter((message) => message.id === id);
}

function start(status: number): void {
  answer = status;
  received = [];
}

describe('raising', () => {
  it('answers the same critical alert while nobody has acknowledged it, also at the same time', async () => {
    const critical = { severity: 'critical', code: 'frozen', subject: 'account:5' } as const;
    const raised = await Promise.all([raise(critical), raise(critical), raise(critical)]);
    expect(new Set(raised.map(({ id }) => id)).size).toBe(1);
    expect(raised.filter(({ isNew }) => isNew)).toHaveLength(1);
    const elsewhere = await raise({ ...critical, subject: 'account:6' });
    expect(elsewhere.isNew).toBe(true);
    const first = raised[0]?.id ?? 0;
    await test.database.work(official, (work) => acknowledgeAlert(work, first));
    const again = await raise(critical);
    expect(again).toMatchObject({ isNew: true });
    expect(again.id).not.toBe(first);
    expect(await test.database.read.auditEvent.count({ where: { action: 'alert.raised', subject: `alert:${first}` } })).toBe(1);
  });

  it('keeps other alerts each for itself', async () => {
    const one = await raise({ code: 'slow' });
    const two = await raise({ code: 'slow' });
    expect(two).toEqual({ id: expect.any(Number), isNew: true });
    expect(two.id).not.toBe(one.id);
    expect(await test.database.read.alert.count({ where: { id: { in: [one.id, two.id] }, acknowledgedAt: null } })).toBe(2);
  });

  it('blots out what looks like a person’s number, in text and in facts', async () => {
    const { id } = await raise({
      text: '900101-1234567 님 010-1234-5678',
      facts: { note: ['9001011234567'], deep: { phone: '01012345678' }, count: 3 },
    });
    const alert = await stored(id);
    expect(alert.text).toBe('[redacted] 님 [redacted]');
    expect(alert.facts).toEqual({ note: ['[redacted]'], deep: { phone: '[redacted]' }, count: 3 });
  });

  it('lets nobody rewrite it', async () => {
    const { id } = await raise();
    await expect(test.database.read.$executeRawUnsafe(`UPDATE alert SET text = 'x' WHERE id = ${id}`)).rejects.toThrow(/permission denied/);
    await expect(test.database.read.$executeRawUnsafe(`DELETE FROM alert WHERE id = ${id}`)).rejects.toThrow(/permission denied/);
  });
});

describe('delivering', () => {
  it('posts it once and then has nothing to do', async () => {
    start(204);
    const { id } = await raise({ facts: { asset: 'BTC', difference: '0.1' } });
    await deliver(id);
    await deliver(id);
    await deliver(999_999);
    expect(receivedOf(id)).toEqual([
      {
        id,
        code: 'balance_differs',
        severity: 'warning',
        subject: 'account:1',
        text: '잔액이 다릅니다.',
        facts: { asset: 'BTC', difference: '0.1' },
        raisedAt: test.clock.now().toISOString(),
      },
    ]);
    expect(await stored(id)).toMatchObject({
      deliveredTo: ['webhook'],
      deliveredAt: test.clock.now(),
      nextAttemptAt: null,
      deliveryAttempts: 1,
    });
    expect(await test.database.read.auditEvent.count({ where: { action: 'alert.delivered', subject: `alert:${id}` } })).toBe(1);
  });

  it.each([
    ['answers an error', 500],
    ['is not there', 404],
    ['redirects', 302],
    ['does not answer', 0],
  ])('tries again, later each time, when the other side %s', async (_, status) => {
    start(status);
    const source = alertDueSource(test.database, [channel]);
    const impatient = status === 0 ? webhookChannel({ url: hookUrl(), timeoutMs: 50 }) : channel;
    const { id } = await raise();
    for (const waitMs of [60_000, 120_000, 240_000]) {
      await expect(deliver(id, [impatient])).rejects.toMatchObject({ code: 'ALERT_UNDELIVERED', facts: { channels: ['webhook'] } });
      const attempts = (await stored(id)).deliveryAttempts;
      await deliver(id);
      expect((await stored(id)).deliveryAttempts).toBe(attempts);
      const dueAt = new Date(test.clock.now().getTime() + waitMs);
      expect((await stored(id)).nextAttemptAt).toEqual(dueAt);
      expect(await source.due(test.clock.now())).not.toContain(id);
      test.clock.advanceTo(dueAt);
      expect(await source.due(test.clock.now())).toContain(id);
    }
    start(200);
    await deliver(id);
    expect(receivedOf(id)).not.toEqual([]);
    expect(await stored(id)).toMatchObject({ deliveryAttempts: 4, deliveredAt: test.clock.now() });
  });

  it('waits an hour at most', () => {
    expect([1, 2, 7, 100].map(retryWaitMs)).toEqual([60_000, 120_000, 3_600_000, 3_600_000]);
  });
});

describe('a delivery', () => {
  it('is done by one of two workers', async () => {
    start(200);
    const { id } = await raise();
    await Promise.all([deliver(id), deliver(id), deliver(id)]);
    expect(receivedOf(id)).toHaveLength(1);
  });

  it('goes again only to the channel that has not taken it', async () => {
    start(200);
    const refusing = { ...webhookChannel({ url: 'http://127.0.0.1:9/' }), name: 'email' };
    const { id } = await raise();
    await expect(deliver(id, [channel, refusing])).rejects.toMatchObject({ code: 'ALERT_UNDELIVERED', facts: { channels: ['email'] } });
    expect(await stored(id)).toMatchObject({ deliveredTo: ['webhook'], deliveredAt: null });
    test.clock.advanceBy(60_000);
    await deliver(id, [channel, { ...channel, name: 'email' }]);
    expect(receivedOf(id)).toHaveLength(2);
    expect(await stored(id)).toMatchObject({ deliveredTo: ['webhook', 'email'], deliveredAt: test.clock.now() });
  });

  it('stops once somebody has acknowledged it', async () => {
    start(200);
    const { id } = await raise();
    await expect(test.database.work(testActor, (work) => acknowledgeAlert(work, id))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await test.database.work(official, (work) => acknowledgeAlert(work, id));
    await expect(test.database.work(official, (work) => acknowledgeAlert(work, id))).rejects.toMatchObject({ code: 'CONFLICT' });
    await deliver(id);
    expect(receivedOf(id)).toEqual([]);
  });

  it('falls due nowhere without a channel', async () => {
    const { id } = await raise();
    const source = alertDueSource(test.database, []);
    expect(await source.due(test.clock.now())).toEqual([]);
    await deliver(id, []);
    expect((await stored(id)).deliveryAttempts).toBe(0);
  });
});

describe('configuration', () => {
  it('makes a channel of each way that is set, and wants a server for an address', () => {
    const nothing = { smtpUrl: undefined, alertEmailTo: undefined, alertWebhookUrl: undefined };
    expect(alertChannels(nothing)).toEqual([]);
    const all = alertChannels({ smtpUrl: 'smtp://127.0.0.1:25', alertEmailTo: 'duty@example.org', alertWebhookUrl: hookUrl() });
    expect(all.map(({ name }) => name)).toEqual(['email', 'webhook']);
    expect(() => alertChannels({ ...nothing, alertEmailTo: 'duty@example.org' })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});
