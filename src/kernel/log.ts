import { type DestinationStream, type Logger, pino } from 'pino';

/** Lines are cleaned one by one; a child logger's standing fields would pass by that, so there are no child loggers. */
export type Log = Pick<Logger, 'level' | 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/** Keys whose values are personal or secret wherever they appear. Redaction is the second fence: callers log ids and codes only. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'name',
  'personName',
  'registrationNumber',
  'birthDate',
  'phone',
  'address',
  'email',
  'payee',
  'accountNumber',
  'password',
  'secret',
  'token',
  'accessKey',
  'secretKey',
  'authorization',
  'cookie',
  'totp',
  'content',
]);
const REDACTED = '[redacted]';
const DEPTH_MAX = 8;

/** Thirteen digits of a resident registration number and mobile numbers, should one slip into a text. */
const PERSONAL_PATTERNS = [/\b\d{6}-?[1-8]\d{6}\b/g, /\b01[016789]-?\d{3,4}-?\d{4}\b/g];

export function scrub(text: string): string {
  return PERSONAL_PATTERNS.reduce((scrubbed, pattern) => scrubbed.replace(pattern, REDACTED), text);
}

/** What PostgreSQL and its client put in quotation marks is a value out of a row, unless it is the name of a table or constraint. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g;
const IDENTIFIER = /^"[a-z_][a-z0-9_]*"$/;

/** A message or stack without the values in it. */
function withoutValues(text: string): string {
  return scrub(text.replace(QUOTED, (quoted) => (IDENTIFIER.test(quoted) ? quoted : `"${REDACTED}"`)));
}

export function createLog(options: { level: string; destination?: DestinationStream }): Log {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { log: cleanFields },
    serializers: {
      msg: (message: unknown) => (typeof message === 'string' ? withoutValues(message) : message),
      err: (cleaned: unknown) => cleaned,
    },
  } satisfies pino.LoggerOptions;
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

function cleanFields(fields: object): Record<string, unknown> {
  return cleanMembers(fields, 0);
}

function cleanMembers(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, SECRET_KEYS.has(key) ? REDACTED : clean(value, depth)]));
}

/** A copy that holds nothing personal, however deep it lies; what nests deeper than anything we log is left out whole. */
function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEPTH_MAX) return REDACTED;
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return clean(value.toJSON(), depth + 1);
  return Array.isArray(value) ? value.map((item) => clean(item, depth + 1)) : cleanMembers(value, depth + 1);
}

/** Error detail without rows: PostgreSQL puts the whole offending row into `detail`, so only named fields are kept. */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const described: Record<string, unknown> = {
    type: error.name,
    message: withoutValues(error.message),
    stack: withoutValues(error.stack ?? ''),
  };
  if ('code' in error) described['code'] = clean(error.code, depth + 1);
  if (error.cause !== undefined)
    described['cause'] = error.cause instanceof Error ? clean(error.cause, depth + 1) : withoutValues(String(error.cause));
  return described;
}
