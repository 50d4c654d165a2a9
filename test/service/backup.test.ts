import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Cast } from '../../src/simulation/story/stage.ts';
import { bigLedger } from '../support/big-ledger.ts';
import { cheongsan, emptyFolder, hire, type Installation, startInstallation } from '../support/installed.ts';

const NOTICES = 40;
/** Of the first person in the ledger. */
const REGISTRATION_NUMBER = '800101-1000000';

let data: string;
let original: Installation;
let cast: Cast;
let backup: string;
let keyCopy: string;

beforeAll(async () => {
  const folder = await emptyFolder();
  data = join(folder, 'data');
  backup = join(folder, 'backup');
  keyCopy = join(folder, 'safe.key');
  original = await startInstallation(data);
  cast = await hire(original);
  const ledger = new TextEncoder().encode(bigLedger(NOTICES));
  await original.office.upload('/imports/delinquent-ledger?mode=store', ledger, 'text/csv', cast.officer);
  const { status, stdout, stderr } = await cheongsan(data, ['backup', '--out', backup, '--key-out', keyCopy]);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('백업하였습니다');
});

/** What a look at the search and the file of a person needs: the index and the seals of the installation's key. */
async function nameOf({ office }: Installation, registrationNumber: string): Promise<string> {
  const search = { by: 'registration_number', registrationNumber, purpose: 'restore.check' };
  const { personIds } = z.object({ personIds: z.array(z.int()) }).parse(await office.post('/persons/search', search, cast.officer));
  const person = await office.get(`/persons/${personIds[0]}?purpose=restore.check`, cast.officer);
  return z.object({ name: z.string() }).parse(person).name;
}

async function tradingState({ get }: Installation): Promise<string> {
  return z.object({ tradingState: z.string() }).parse(await (await get('/health')).json()).tradingState;
}

describe('a backup', () => {
  it('holds no key, is open to its owner only, and is written down', async () => {
    const key = (await readFile(join(data, 'keys', 'master.key'), 'utf8')).trim();
    expect((await readFile(keyCopy, 'utf8')).trim()).toBe(key);
    for (const path of [keyCopy, backup]) expect((await stat(path)).mode & 0o077).toBe(0);
    expect((await readdir(backup)).sort()).toEqual(['manifest.json', 'postgres', 'postgres.json']);
    expect(await readFile(join(backup, 'manifest.json'), 'utf8')).not.toContain(key);
    const log = await original.office.get('/audit/events?subject=installation:1', cast.auditor);
    expect(JSON.stringify(log)).toContain('installation.backed_up');
  });

  it('is not made over something that is there', async () => {
    const { status, stderr } = await cheongsan(data, ['backup', '--out', backup]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('[CONFLICT]')]);
  });
});

describe('a restore', () => {
  it('brings everything back elsewhere, halted until somebody else agrees to go on', async () => {
    const place = join(await emptyFolder(), 'data');
    const { status, stdout, stderr } = await cheongsan(place, ['restore', '--from', backup, '--key', keyCopy]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('암호화 키가 백업할 때의 키와 같음을 확인하였습니다.');

    // The original goes on beside it: the copy has a port of its own.
    const restored = await startInstallation(place);
    expect(await tradingState(original)).toBe('ACTIVE');
    expect(await tradingState(restored)).toBe('HALTED');
    expect(await nameOf(restored, REGISTRATION_NUMBER)).toBe('표본-0000000');

    const asked = { to: 'ACTIVE', reason: '복원 뒤 대조를 마침' };
    const request = await restored.office.post('/trading-state/loosening-request', asked, cast.officer);
    const { approvalId } = z.object({ approvalId: z.int() }).parse(request);
    expect(await tradingState(restored)).toBe('HALTED');
    await restored.office.post(`/approvals/${approvalId}/decision`, { decision: 'approve', reason: '확인함' }, cast.approver);
    expect(await tradingState(restored)).toBe('ACTIVE');

    const verified = await cheongsan(place, ['verify', '--json']);
    expect(verified.stderr).toBe('');
    expect(JSON.parse(verified.stdout)).toMatchObject({ broken: [] });
  });

  it('writes over nothing, unless told to, and then keeps what was there', async () => {
    const place = join(await emptyFolder(), 'data');
    expect((await cheongsan(place, ['restore', '--from', backup, '--key', keyCopy])).status).toBe(0);
    const again = await cheongsan(place, ['restore', '--from', backup]);
    expect(again.status).toBe(1);
    expect(again.stderr).toMatch(/^[^\n]+\[CONFLICT\] There is a database in [^\n]+--replace[^\n]+\n$/);
    const replaced = await cheongsan(place, ['restore', '--from', backup, '--replace']);
    expect([replaced.status, replaced.stderr]).toEqual([0, '']);
    expect((await readdir(place)).filter((name) => /^postgres\.before-\d{14}$/.test(name))).toHaveLength(1);
  });

  it('is refused while the service runs, without the key, and with another key', async () => {
    const running = await cheongsan(data, ['restore', '--from', backup, '--replace']);
    expect(running.stderr).toMatch(/\[CONFLICT\] The database in [^\n]+ runs; stop the service/);

    const place = await emptyFolder();
    const keyless = await cheongsan(join(place, 'data'), ['restore', '--from', backup]);
    expect([keyless.status, keyless.stdout]).toEqual([1, '']);
    expect(keyless.stderr).toMatch(
      /\[KEY_UNAVAILABLE\] There is no key in [^\n]+ Name the key [^\n]+ --key FILE[^\n]+nothing was restored/,
    );
    const otherKey = join(place, 'other.key');
    await writeFile(otherKey, `${Buffer.alloc(32, 1).toString('base64')}\n`);
    const refused = await cheongsan(join(place, 'data'), ['restore', '--from', backup, '--key', otherKey]);
    expect(refused.stderr).toContain('[KEY_UNAVAILABLE] The backup in');
    expect(await readdir(place)).toEqual(['other.key']);
  });
});
