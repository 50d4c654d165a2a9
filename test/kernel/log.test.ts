import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { createLog, type Log } from '../../src/kernel/log.ts';

/** What `body` makes a log write, line by line. */
function written(body: (log: Log) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  body(createLog({ level: 'trace', destination: { write: (line: string) => void lines.push(line) } }));
  return lines.map((line) => JSON.parse(line));
}

const person = {
  name: '표본-홍길동',
  registrationNumber: '9001011234567',
  birthDate: '1990-01-01',
  phone: '010-1234-5678',
  address: '표본시 표본로 1',
  email: 'sample@example.org',
};
const secrets = Object.values(person);

function leaks(lines: unknown, more: readonly string[] = []): string[] {
  const text = JSON.stringify(lines);
  return [...secrets, ...more].filter((secret) => text.includes(secret));
}

describe('a log line', () => {
  it('keeps ids, codes and what happened', () => {
    const [line] = written((log) =>
      log.warn({ order: 7, code: 'SALE_DENIED', amount: '1200', at: new Date(0), on: true }, 'an order was refused'),
    );
    expect(line).toMatchObject({ level: 40, order: 7, code: 'SALE_DENIED', amount: '1200', at: '1970-01-01T00:00:00.000Z', on: true });
    expect(line).toMatchObject({ msg: 'an order was refused', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
    expect(line).not.toHaveProperty('hostname');
  });

  it('names nobody, however deep the person lies', () => {
    /** The person below so many levels of objects and lists. */
    const nested = fc
      .array(fc.constantFrom('object', 'list'), { maxLength: 12 })
      .map((levels) => levels.reduce<unknown>((inner, level) => (level === 'list' ? [inner] : { inner }), { ...person, id: 41 }));
    fc.assert(
      fc.property(nested, (value) => {
        expect(leaks(written((log) => log.info({ value }, 'seen')))).toEqual([]);
      }),
    );
    expect(leaks(written((log) => log.info(person, 'seen')))).toEqual([]);
  });

  it('holds no secret of ours either', () => {
    const held = {
      password: 'p1',
      secret: 's1',
      token: 't1',
      accessKey: 'a1',
      secretKey: 'k1',
      totp: '000111',
      headers: { authorization: 'b1', cookie: 'c1' },
    };
    const [line] = written((log) => log.info({ held, letter: { content: '표본 본문' } }, 'sent'));
    expect(
      leaks(
        line,
        ['p1', 's1', 't1', 'a1', 'k1', '000111', 'b1', 'c1', '표본 본문'].map((secret) => `"${secret}"`),
      ),
    ).toEqual([]);
  });

  it.each(['900101-1234567', '9001011234567', '010-1234-5678', '01012345678', '011-123-4567'])(
    'scrubs %s out of messages and texts',
    (secret) => {
      const lines = written((log) => {
        log.info(`납세자 ${secret} 조회`);
        log.info({ reason: `번호 ${secret}.`, list: [`x ${secret}`] }, 'a reply: %s', `${secret}`);
        log.error(new Error(`bad ${secret}`));
        log.error({ err: new Error(`bad ${secret}`) });
      });
      expect(leaks(lines, [secret])).toEqual([]);
      expect(lines).toHaveLength(4);
    },
  );

  it('leaves dates, instants, amounts and digests alone', () => {
    const digest = 'ab3410123456789012345678901234567890cdef';
    const [line] = written((log) => log.info({ digest, on: '2026-01-05', milliseconds: 1_767_571_200_000, amount: '1234567890' }, 'kept'));
    expect(line).toMatchObject({ digest, on: '2026-01-05', milliseconds: 1_767_571_200_000, amount: '1234567890' });
  });
});

describe('an error in a log line', () => {
  it('keeps type, code, stack and causes', () => {
    const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    const err = new CheongsanError('DATABASE_UNAVAILABLE', 'The database cannot be reached.', { cause });
    const [line] = written((log) => log.error({ err }, 'failed'));
    expect(line).toMatchObject({
      msg: 'failed',
      err: {
        type: 'CheongsanError',
        code: 'DATABASE_UNAVAILABLE',
        message: 'The database cannot be reached.',
        stack: expect.stringContaining('log.test'),
      },
    });
    expect(line).toHaveProperty('err.cause.code', 'ECONNREFUSED');
    expect(line).toHaveProperty('err.cause.message', 'connect refused');
  });

  it('drops the row that PostgreSQL puts beside it, and the values quoted in its message', () => {
    const database = Object.assign(
      new Error(`duplicate key value violates unique constraint "person_pkey": "${person.name}" "a \\"b\\" c"`),
      {
        code: '23505',
        detail: `Failing row contains (${person.name}, ${person.birthDate}).`,
        meta: { row: person },
      },
    );
    const lines = written((log) => {
      log.error({ err: database }, 'failed');
      log.error({ answer: { reason: database } }, 'failed deeper');
      log.error(database);
      log.error({ err: new Error('outer', { cause: database }) });
    });
    expect(leaks(lines, ['Failing row', 'a \\"b'])).toEqual([]);
    expect(lines[0]).toHaveProperty('err.message', expect.stringContaining('constraint "person_pkey"'));
  });

  it('comes to an end when causes run in a circle', () => {
    const first: Error = new Error('first');
    first.cause = new Error('second', { cause: first });
    expect(written((log) => log.error({ err: first }, 'failed'))).toHaveLength(1);
  });
});
