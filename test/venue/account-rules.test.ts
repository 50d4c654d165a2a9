import { describe, expect, it } from 'vitest';
import { type AccountAddress, checkAccountAddress, checkKeyPermissions, NEEDED_PERMISSIONS } from '../../src/venue/account-rules.ts';
import { errorCode } from './error-code.ts';

const live: AccountAddress = { venueCode: 'upbit', baseUrl: 'https://api.upbit.com', paper: false, training: false };
const paper: AccountAddress = { venueCode: 'upbit', baseUrl: 'http://127.0.0.1:9000', paper: true, training: false };

describe('the permissions of a key', () => {
  it('are exactly what is needed', () => {
    expect(errorCode(() => checkKeyPermissions([...NEEDED_PERMISSIONS], false))).toBeUndefined();
    expect(errorCode(() => checkKeyPermissions([...NEEDED_PERMISSIONS, 'deposit'], false))).toBe('INPUT_INVALID');
    expect(
      errorCode(() =>
        checkKeyPermissions(
          NEEDED_PERMISSIONS.filter((permission) => permission !== 'trade'),
          false,
        ),
      ),
    ).toBe('INPUT_INVALID');
  });

  it('never include withdrawing', () => {
    expect(errorCode(() => checkKeyPermissions([...NEEDED_PERMISSIONS, 'withdraw'], false))).toBe('KEY_MAY_WITHDRAW');
  });
});

describe('the address of an account', () => {
  it.each([
    ['a live account in a real installation', 'real', live, undefined],
    ['a live account in a demo', 'demo', live, 'LIVE_KEY_IN_DEMO'],
    ['a live address flagged paper in a demo', 'demo', { ...live, paper: true }, 'LIVE_KEY_IN_DEMO'],
    ['a live address flagged paper and training', 'real', { ...live, paper: true, training: true }, 'INPUT_INVALID'],
    ['a paper account in a demo', 'demo', paper, undefined],
    ['a paper account by its name', 'demo', { ...paper, baseUrl: 'http://localhost:9000' }, undefined],
    ['a paper account on version 6 of the protocol', 'demo', { ...paper, baseUrl: 'http://[::1]:9000' }, undefined],
    ['a paper account in a real installation', 'real', paper, 'TRAINING_FLAG_MISSING'],
    ['a paper account for training', 'real', { ...paper, training: true }, undefined],
    ['a live account for training', 'real', { ...live, training: true }, 'INPUT_INVALID'],
    ['a look-alike of the loopback', 'demo', { ...paper, baseUrl: 'http://127.0.0.1.example.org' }, 'LIVE_KEY_IN_DEMO'],
    ['a look-alike of the exchange', 'real', { ...live, baseUrl: 'https://api.upbit.com.example.org' }, 'INPUT_INVALID'],
    ['the exchange without encryption', 'real', { ...live, baseUrl: 'http://api.upbit.com' }, 'INPUT_INVALID'],
    ['an address with credentials', 'real', { ...live, baseUrl: 'https://a:b@api.upbit.com' }, 'INPUT_INVALID'],
    ['an address with a path', 'real', { ...live, baseUrl: 'https://api.upbit.com/v1' }, 'INPUT_INVALID'],
    ['another scheme', 'real', { ...live, baseUrl: 'file:///etc' }, 'INPUT_INVALID'],
    ['no address', 'real', { ...live, baseUrl: 'upbit' }, 'INPUT_INVALID'],
  ] as const)('%s', (_name, installation, account, code) => {
    expect(errorCode(() => checkAccountAddress(installation, account))).toBe(code);
  });
});
