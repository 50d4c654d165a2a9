import { CheongsanError, type ErrorCode } from '../kernel/errors.ts';

/** What the owner's functions raise, by SQLSTATE. */
const RAISED: Readonly<Record<string, ErrorCode>> = {
  CS001: 'LEDGER_UNBALANCED',
  CS002: 'LEDGER_KEY_CONFLICT',
  CS003: 'LEDGER_REVERSED_ALREADY',
  CS004: 'LEDGER_UNKNOWN_ACCOUNT',
  CS005: 'NOT_FOUND',
  CS010: 'CONFLICT',
  CS011: 'CONFLICT',
};

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const CHECK_VIOLATION = '23514';
const UNIQUE_VIOLATION = '23505';
const DISK_FULL = '53100';
const INTERNAL_ERROR = 'XX000';
const CONNECTION_CLASSES = ['08', '57P'];
const CONNECTION_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
]);

/** The driver gives a broken connection no code, only words; the client wraps its own around them for a raw query. */
const CONNECTION_WORDS =
  /^(Can't reach database server|DatabaseNotReachable|Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|Unable to start a transaction)/i;
/** A transaction of the client's that ran beyond its time. */
const TRANSACTION_OVER = 'P2028';

interface DatabaseCause {
  /** SQLSTATE where PostgreSQL answered, else the driver's or the client's code. */
  readonly code: string;
  readonly message: string;
  readonly constraint: string;
}

/**
 * True for what was undone because of another transaction and may simply be done again: by PostgreSQL, or by a unit of work that found,
 * under its lock, something else than it had looked at to know what to lock.
 */
export function isRetryable(thrown: unknown): boolean {
  if (thrown instanceof CheongsanError) return thrown.code === 'DATABASE_CONTENTION';
  const { code } = causeOf(thrown);
  return code === SERIALIZATION_FAILURE || code === DEADLOCK || code === 'P2034';
}

export function isUniqueViolation(thrown: unknown): boolean {
  const { code } = causeOf(thrown);
  return code === UNIQUE_VIOLATION || code === 'P2002';
}

/**
 * Gives a database failure its name. PostgreSQL's detail holds whole rows, so only its message's first line and the name of
 * the constraint are kept. What has no name here is returned as it came.
 */
export function namedDatabaseError(thrown: unknown): unknown {
  if (thrown instanceof CheongsanError) return thrown;
  const { code, message, constraint } = causeOf(thrown);
  const raised = RAISED[code];
  if (raised !== undefined) return new CheongsanError(raised, firstLine(message), { cause: thrown });
  if (code === CHECK_VIOLATION && constraint === 'ledger_overdraft') {
    return new CheongsanError(
      'LEDGER_OVERDRAFT',
      'The posting would overdraw an account; read its balance and post no more than is there.',
      { cause: thrown },
    );
  }
  if (isRetryable(thrown)) {
    return new CheongsanError('DATABASE_CONTENTION', 'The transaction kept colliding with others; try again.', { cause: thrown });
  }
  if (code === DISK_FULL || (code === INTERNAL_ERROR && /could not (extend|write)|No space left/i.test(message))) {
    return new CheongsanError('DISK_FULL', 'The database cannot write: the disk is full. Free space and try again; nothing was stored.', {
      cause: thrown,
    });
  }
  if (isConnectionLost({ code, message })) {
    return new CheongsanError('DATABASE_UNAVAILABLE', 'The database cannot be reached; it is tried again by itself.', { cause: thrown });
  }
  if (code === TRANSACTION_OVER) {
    return new CheongsanError('DATABASE_CONTENTION', 'The transaction took longer than it may, so nothing of it was stored; try again.', {
      cause: thrown,
    });
  }
  return thrown;
}

function isConnectionLost({ code, message }: Pick<DatabaseCause, 'code' | 'message'>): boolean {
  if (CONNECTION_ERRORS.has(code) || CONNECTION_CLASSES.some((prefix) => code.startsWith(prefix))) return true;
  return CONNECTION_WORDS.test(message.replace(/^.*(Transaction API error: |Raw query failed\..*Message: `)/s, ''));
}

/** Digs the code out of what the client, its driver adapter or the driver itself threw. */
function causeOf(thrown: unknown): DatabaseCause {
  const found = { code: '', message: '', constraint: '' };
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    const record: Record<string, unknown> = { ...value, message: value instanceof Error ? value.message : Reflect.get(value, 'message') };
    // The innermost code is PostgreSQL's own; it overwrites the wrappers' ones.
    for (const key of ['code', 'originalCode'] as const) if (typeof record[key] === 'string') found.code = record[key];
    for (const key of ['message', 'originalMessage'] as const) if (typeof record[key] === 'string') found.message = record[key];
    const constraint = record['constraint'];
    if (typeof constraint === 'string') found.constraint = constraint;
    else found.constraint = /constraint "([^"]+)"/.exec(found.message)?.[1] ?? found.constraint;
    for (const key of ['meta', 'driverAdapterError', 'cause']) visit(record[key]);
    if (value instanceof Error) visit(value.cause);
  };
  visit(thrown);
  return found;
}

function firstLine(message: string): string {
  return (
    message
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? message
  );
}
