import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pause } from '../../src/kernel/clock.ts';
import { readConfig } from '../../src/kernel/config.ts';
import { createLog } from '../../src/kernel/log.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import { runDemo } from '../../src/simulation/demo.ts';
import type { DemoSummary } from '../../src/simulation/summary.ts';
import { atEnd } from '../support/at-end.ts';
import { cheongsan, emptyFolder, ensureBuilt, environmentFor } from '../support/installed.ts';

const TAXPAYERS = 12;
const KILLS = 8;
const TIMEOUT_MS = 280_000;

/** The whole way of a small sample city, with the service as a process of its own on a PostgreSQL of its own. */
async function demo(kills: number, dataFolder: string): Promise<DemoSummary> {
  return runDemo({
    config: readConfig(environmentFor(dataFolder)),
    log: createLog({ level: 'error' }),
    seed: '7',
    marketFolder: undefined,
    venues: ['upbit'],
    taxpayers: TAXPAYERS,
    kills,
    onProgress: () => undefined,
  });
}

const sampleUsers = z.object({
  users: z.array(z.object({ loginName: z.string(), role: z.string(), password: z.string(), code: z.string() })),
});

/** `npm start -- --demo` on what a demo has left; at the end it is stopped. */
async function startAgain(folder: string): Promise<{ readonly url: string; log(): readonly string[] }> {
  const env = { ...process.env, ...environmentFor(folder) };
  const child = spawn(process.execPath, [join(projectRoot, 'dist', 'src', 'main.js'), '--demo'], { env });
  atEnd(async () => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error(`The service ended: ${output}`)));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => {
        output += piece.toString('utf8');
        const [, address] = /(http:\S+) 에서 실행 중/.exec(output) ?? [];
        if (address !== undefined) resolve(address);
      });
  });
  return { url, log: () => output.split('\n') };
}

function post(user: z.output<typeof sampleUsers>['users'][number] | undefined): RequestInit {
  const { loginName, password, code } = user ?? { loginName: '', password: '', code: '' };
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ loginName, password, code }) };
}

async function answerOf(asked: Promise<Response>): Promise<unknown> {
  const response = await asked;
  expect(response.status).toBe(200);
  return response.json();
}

describe('the sample city', () => {
  let calm: DemoSummary;
  let dataFolder: string;

  beforeAll(async () => {
    await ensureBuilt();
    dataFolder = join(await emptyFolder(), 'data');
    calm = await demo(0, dataFolder);
  }, TIMEOUT_MS);

  it('goes the whole way: sold, credited, closed, and nothing unexplained', () => {
    expect(calm).toMatchObject({ taxpayers: TAXPAYERS, invariantsBroken: 0, unexplainedKrw: '0' });
    expect(calm.casesOpened).toBeGreaterThan(TAXPAYERS / 2);
    expect(calm.casesClosed).toBe(calm.casesOpened);
    expect(calm.invariantsChecked).toBeGreaterThan(20);
    for (const figure of [calm.claimKrw, calm.proceedsKrw, calm.creditedKrw, calm.costsKrw]) expect(Number(figure)).toBeGreaterThan(0);
  });

  it('can be looked at afterwards, by a sample user who signs in, while nobody asks its exchange, which is gone', async () => {
    const { url, log } = await startAgain(dataFolder);
    const { stdout } = await cheongsan(dataFolder, ['demo-users', '--json']);
    const { users } = sampleUsers.parse(JSON.parse(stdout));
    expect(users.map(({ role }) => role)).toEqual(expect.arrayContaining(['administrator', 'collection_officer', 'auditor']));
    const auditor = users.find(({ role }) => role === 'auditor');
    const { token } = z.object({ token: z.string() }).parse(await answerOf(fetch(`${url}/sign-in`, post(auditor))));
    const headers = { authorization: `Bearer ${token}` };
    const cases = z
      .object({ items: z.array(z.object({ id: z.int() })) })
      .parse(await answerOf(fetch(`${url}/cases?limit=100`, { headers })));
    expect(cases.items).toHaveLength(calm.casesOpened);
    const plans = await Promise.all(cases.items.map(({ id }) => answerOf(fetch(`${url}/cases/${id}/sale-plans`, { headers }))));
    expect(plans.some((page) => z.object({ items: z.array(z.unknown()) }).parse(page).items.length > 0)).toBe(true);

    expect(await (await fetch(url)).text()).toContain('이 연습의 거래소가 켜져 있지 않습니다');
    // Long enough for the sweeper to have asked the exchange several times, if anybody did.
    await pause(4_000);
    const lines = log().filter((line) => line.startsWith('{'));
    expect(lines.filter((line) => line.includes('the paper exchange of this demo is not running'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  it(
    'comes to the same sums when the service is killed again and again on its way',
    async () => {
      const { seconds: _calm, auditEvents: _calmEvents, ...expected } = calm;
      const { seconds: _killed, auditEvents: _killedEvents, ...found } = await demo(KILLS, join(await emptyFolder(), 'data'));
      expect(found).toEqual(expected);
    },
    TIMEOUT_MS,
  );
});
