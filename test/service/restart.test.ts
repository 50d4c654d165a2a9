import { mkdir, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCredentials } from '../../src/database/embedded-cluster.ts';
import { atEnd } from '../support/at-end.ts';
import { appointAdministrator, emptyFolder, serverProcessId, startInstallation, untilWell } from '../support/installed.ts';

describe('starting on one data folder', () => {
  it('makes one installation when two services start at once, and either lives on without the other', async () => {
    const folder = await emptyFolder();
    const data = join(folder, 'data');
    const [first, second] = await Promise.all([startInstallation(data), startInstallation(data)]);
    const server = await serverProcessId(data);
    first.service.kill();
    await untilWell(second);
    expect(await serverProcessId(data)).toBe(server);

    await first.service.restartIfDown();
    await second.service.stop();
    await untilWell(first);
    expect(await serverProcessId(data)).toBe(server);

    await first.service.stop();
    await expect(serverProcessId(data)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('finds again what was there when service and server were killed', async () => {
    const folder = await emptyFolder();
    const data = join(folder, 'data');
    const installation = await startInstallation(data);
    const administrator = await appointAdministrator(installation);
    const users = await installation.office.get('/users', administrator);

    process.kill(await serverProcessId(data), 'SIGKILL');
    installation.service.kill();
    await installation.service.restartIfDown();

    expect(await installation.office.get('/users', administrator)).toEqual(users);
  });

  it('takes another port when somebody has taken the one of the server', async () => {
    const folder = await emptyFolder();
    const data = join(folder, 'data');
    const { service } = await startInstallation(data);
    await service.stop();
    const { port } = await readCredentials(join(data, 'postgres'));
    const intruder = createServer();
    await new Promise<void>((resolve, reject) => {
      intruder.once('error', reject);
      intruder.listen(port, '127.0.0.1', resolve);
    });
    try {
      await service.start();
      expect((await readCredentials(join(data, 'postgres'))).port).not.toBe(port);
    } finally {
      intruder.close();
    }
  });

  it('deletes what a killed service was receiving, and nobody else’s files', async () => {
    const left = join(tmpdir(), `cheongsan-upload-${2 ** 30}-left`);
    const others = join(tmpdir(), `cheongsan-upload-${process.pid}-others`);
    for (const folder of [left, others]) {
      await mkdir(folder);
      atEnd(() => rm(folder, { recursive: true, force: true }));
    }
    await startInstallation(join(await emptyFolder(), 'data'));
    const names = await readdir(tmpdir());
    expect(names).not.toContain(basename(left));
    expect(names).toContain(basename(others));
  });
});
