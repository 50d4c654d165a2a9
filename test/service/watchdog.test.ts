import { createServer } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EmbeddedPostgres } from '../../src/database/embedded.ts';
import { pause } from '../../src/kernel/clock.ts';
import { createLog } from '../../src/kernel/log.ts';
import { atEnd } from '../support/at-end.ts';
import { emptyFolder, hire, type Installation, serverProcessId, startInstallation, untilWell } from '../support/installed.ts';

const delivered = z.object({ code: z.string(), facts: z.record(z.string(), z.unknown()) });

/** Somebody's address for alerts: what reaches it went from a row over a doorbell to a worker. */
async function listenForAlerts() {
  const alerts: z.infer<typeof delivered>[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => {
      body += piece.toString('utf8');
    });
    request.on('end', () => {
      alerts.push(delivered.parse(JSON.parse(body)));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('No port for alerts.');
  return { url: `http://127.0.0.1:${address.port}/`, alerts };
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let look = 0; look < 400; look++) {
    if (isSo()) return;
    await pause(50);
  }
  throw new Error(`It never came to this: ${what}.`);
}

/** One of the server's processes that works for the service. */
async function backendProcessId(dataFolder: string): Promise<number> {
  const server = await EmbeddedPostgres.start({ dataFolder, log: createLog({ level: 'silent' }) });
  const client = new pg.Client({ connectionString: server.superuserUrl('postgres') });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE application_name = 'cheongsan' LIMIT 1");
    return z.int().parse(rows[0]?.pid);
  } finally {
    await client.end();
    await server.stopIfUnused();
  }
}

describe('the service whose embedded PostgreSQL dies', () => {
  let installation: Installation;
  let alerts: z.infer<typeof delivered>[];

  beforeAll(async () => {
    const mailbox = await listenForAlerts();
    alerts = mailbox.alerts;
    const folder = await emptyFolder();
    installation = await startInstallation(join(folder, 'data'), { ALERT_WEBHOOK_URL: mailbox.url });
  });

  it('starts a killed server again, says so while it is down, and its workers go on', async () => {
    const { dataFolder, office } = installation;
    const cast = await hire(installation);
    const before = await serverProcessId(dataFolder);

    process.kill(before, 'SIGKILL');
    await until('the alert was delivered', () => alerts.some(({ code }) => code === 'database_restarted'));
    const statuses = await untilWell(installation);

    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(await serverProcessId(dataFolder)).not.toBe(before);
    // Whoever signed in before is still known, and what he does is done.
    expect(await office.post('/trading-state/tighten', { to: 'REDUCING', reason: '재시작 뒤 확인' }, cast.officer)).toMatchObject({
      changed: true,
    });
    expect(alerts.find(({ code }) => code === 'database_restarted')?.facts).toMatchObject({ wasStarted: true });
  });

  it('lives through the death of one of the server’s processes', async () => {
    const { dataFolder } = installation;
    alerts.length = 0;
    const postmaster = await serverProcessId(dataFolder);

    process.kill(await backendProcessId(dataFolder), 'SIGKILL');
    await until('the server said it was reset', () => alerts.some(({ code }) => code === 'database_restarted'));
    const statuses = await untilWell(installation);

    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(await serverProcessId(dataFolder)).toBe(postmaster);
    expect(alerts.find(({ code }) => code === 'database_restarted')?.facts).toMatchObject({ wasStarted: false });
  });

  it('answers a named problem in between', async () => {
    const { dataFolder, get } = installation;
    process.kill(await serverProcessId(dataFolder), 'SIGKILL');
    const problems: unknown[] = [];
    for (let look = 0; look < 400 && problems.length === 0; look++) {
      const response = await get('/health');
      if (response.status === 503) problems.push(await response.json());
    }
    expect(problems[0]).toMatchObject({ status: 503, code: 'DATABASE_UNAVAILABLE', title: '데이터베이스에 연결할 수 없습니다' });
    await untilWell(installation);
  });
});
