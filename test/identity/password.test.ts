import { describe, expect, it } from 'vitest';
import { assertPasswordAcceptable, hashPassword, passwordFits } from '../../src/identity/password.ts';

describe('a password', () => {
  it('is stored as argon2id with the stated parameters and fits only itself', async () => {
    const hash = await hashPassword('무심천 벚꽃길을 걷는다');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwordFits(hash, '무심천 벚꽃길을 걷는다')).toBe(true);
    expect(await passwordFits(hash, '무심천 벚꽃길을 걷는다 ')).toBe(false);
  });

  it('fits however the keyboard composes Hangul', async () => {
    const hash = await hashPassword('무심천 벚꽃길을 걷는다'.normalize('NFD'));
    expect(await passwordFits(hash, '무심천 벚꽃길을 걷는다'.normalize('NFC'))).toBe(true);
  });

  it('never fits where none is stored', async () => {
    expect(await passwordFits(null, '무심천 벚꽃길을 걷는다')).toBe(false);
    expect(await passwordFits(null, '')).toBe(false);
  });

  it.each([
    ['too short', 'a1b2c3d4e5f'],
    ['too long', 'abcdefgh'.repeat(17)],
    ['too uniform', 'abababababababab'],
    ['the login name', 'my-officer1-secret'],
    ['what everybody tries', 'Password-2026-!!'],
  ])('is refused when it is %s, without being repeated', (_, password) => {
    const attempt = () => assertPasswordAcceptable(password, 'officer1');
    expect(attempt).toThrow(expect.objectContaining({ code: 'PASSWORD_WEAK' }));
    expect(attempt).not.toThrow(password);
  });

  it('needs no special characters', () => {
    expect(() => assertPasswordAcceptable('correct horse battery staple', 'officer1')).not.toThrow();
  });
});
