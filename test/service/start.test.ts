import { spawn, spawnSync } from 'node:child_process';
import { chown, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../src/database/embedded-cluster.ts';
import { locateEmbedded } from '../../src/database/embedded-location.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import {
  appointAdministrator,
  emptyFolder,
  ensureBuilt,
  environmentFor,
  runCompiled,
  serverProcessId,
  startInstallation,
  stopServer,
} from '../support/installed.ts';

const ONE_LINE = /^[^\n]+\n$/;

describe('starting', () => {
  it('tells in one line that the database of DATABASE_URL is down, and where it was looked for', async () => {
    await ensureBuilt();
    const folder = await emptyFolder();
    const port = await freePort();
    const env = environmentFor(join(folder, 'data'), { DATABASE_URL: `postgresql://someone:secret@127.0.0.1:${port}/city` });
    const { status, stdout, stderr } = await runCompiled('main.js', [], env);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).toContain(`[DATABASE_UNAVAILABLE] The database city at 127.0.0.1:${port} does not answer`);
    expect(stderr).not.toContain('secret');
  });

  it('names a setting that cannot be used', async () => {
    await ensureBuilt();
    const folder = await emptyFolder();
    await writeFile(join(folder, 'file'), 'no folder');
    const { status, stderr } = await runCompiled('main.js', [], environmentFor(join(folder, 'file')));
    expect(status).toBe(1);
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).toContain('[CONFIG_INVALID]');
    expect((await runCompiled('main.js', ['--clock', '2026-01-05'], environmentFor(folder))).stderr).toContain('[DEMO_ONLY]');
    expect((await runCompiled('main.js', ['--damo'], environmentFor(folder))).stderr).toContain(
      '모르는 선택사항입니다: --damo (혹시 --demo?)',
    );
  });
});

describe('an installation of root below a folder that is closed to others', () => {
  it('keeps its cluster where PostgreSQL may go', async ({ skip }) => {
    if (userInfo().uid !== 0) return skip('only root runs PostgreSQL as somebody else');
    const folder = await emptyFolder();
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const data = join(closed, 'data');
    const installation = await startInstallation(data);
    const { clusterFolder } = await locateEmbedded(data);
    try {
      expect(clusterFolder).toMatch(/^\/var\/lib\/cheongsan\/clusters\//);
      const administrator = await appointAdministrator(installation);
      installation.service.kill();
      await installation.service.restartIfDown();
      expect(await installation.office.get('/users', administrator)).toBeDefined();
      await installation.service.stop();
    } finally {
      await stopServer(data);
      await rm(dirname(clusterFolder), { recursive: true });
    }
  });
});

describe('an installation of an ordinary user', () => {
  it('makes its data folder itself, and takes its server down with it', async ({ skip }) => {
    if (userInfo().uid !== 0) return skip('every other test here is of an ordinary user already');
    await ensureBuilt();
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout));
    const main = join(projectRoot, 'dist', 'src', 'main.js');
    const readable = spawnSync(process.execPath, ['-e', `require('fs').accessSync(${JSON.stringify(main)})`], { uid, gid });
    if (readable.status !== 0) return skip('no other user may read this checkout');
    const folder = await emptyFolder();
    await chown(folder, uid ?? 0, gid ?? 0);
    const data = join(folder, 'data');

    const child = spawn(process.execPath, [main], { uid, gid, env: { ...process.env, ...environmentFor(data) } });
    let output = '';
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const isUp = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (piece: Buffer) => {
          output += piece.toString('utf8');
          if (output.includes('에서 실행 중입니다')) resolve();
        });
    });
    await Promise.race([isUp, ended]);
    expect(output).toContain('에서 실행 중입니다');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect((await stat(data)).uid).toBe(uid);
    await expect(serverProcessId(data)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
