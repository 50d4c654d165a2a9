import { describe, expect, it } from 'vitest';
import { CheongsanError, ERROR_ACTIONS, ERROR_CATALOGUE, isErrorCode, named, unreachable } from '../../src/kernel/errors.ts';

/** What is called so in Korean text as well. */
const NAMES = new Set(['UTF', 'docs', 'formats', 'README', 'CHEONGSAN', 'KEY', 'TOKEN', 'demo', 'Idempotency', 'Key', 'training', 'true']);

describe('the catalogue', () => {
  it('gives every code a status of refusal and a Korean title of its own', () => {
    const titles = new Map<string, string>();
    for (const [code, { status, title }] of Object.entries(ERROR_CATALOGUE)) {
      expect(status, code).toBeGreaterThanOrEqual(400);
      expect(status, code).toBeLessThan(600);
      expect(title, code).toMatch(/[가-힣]/);
      expect(titles.get(title), `${code} has the title of another code`).toBeUndefined();
      titles.set(title, code);
    }
  });

  it('says of every code in Korean what to do, in whole sentences and without a word of English but names', () => {
    expect(Object.keys(ERROR_ACTIONS).sort()).toEqual(Object.keys(ERROR_CATALOGUE).sort());
    for (const [code, action] of Object.entries(ERROR_ACTIONS)) {
      expect(action, code).toMatch(/^[가-힣A-Z0-9-].*(?:오|다)\.$/);
      const words = action.match(/[a-z]{3,}/gi) ?? [];
      expect(words.filter((word) => !NAMES.has(word))).toEqual([]);
    }
  });

  it('knows its own codes and nothing that objects happen to have', () => {
    expect([isErrorCode('LEDGER_OVERDRAFT'), isErrorCode('constructor'), isErrorCode('')]).toEqual([true, false, false]);
  });
});

describe('the funnel', () => {
  it('keeps a named error as it is, with status and title', () => {
    const error = new CheongsanError('LEDGER_OVERDRAFT', 'Account 1110 lacks 0.5.', { facts: { missing: '0.5' } });
    expect(named(error)).toBe(error);
    expect([error.status, error.title, error.facts]).toEqual([409, '잔액이 부족합니다', { missing: '0.5' }]);
    expect(error.action).toBe(ERROR_ACTIONS.LEDGER_OVERDRAFT);
  });

  it('names a full disk', () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    expect(named(full)).toMatchObject({ code: 'DISK_FULL', cause: full });
  });

  it.each([new TypeError('x is not a function'), 'a text', undefined, { code: 'ENOSPC' }])(
    'keeps the cause of what has no name: %o',
    (thrown) => {
      const error = named(thrown);
      expect(error).toMatchObject({ code: 'INTERNAL', status: 500 });
      expect(error.cause).toBe(thrown);
    },
  );

  it('says so when a branch is reached that cannot be', () => {
    const value: string = 'surprise';
    // @ts-expect-error a plain string is not never
    expect(() => unreachable(value, 'kind')).toThrow(
      expect.objectContaining({ code: 'INTERNAL', message: 'Unreachable kind: "surprise".' }),
    );
  });

  it('does not let facts be changed afterwards', () => {
    expect(Object.isFrozen(new CheongsanError('CONFLICT', 'x', { facts: { id: 1 } }).facts)).toBe(true);
  });
});
