import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Keys whose values are personal or secret wherever they appear. Redaction is the second fence: callers log ids and codes only. */
const SECRET_KEYS = [
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
];
const REDACTED_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]);

/** Thirteen digits of a resident registration number and mobile numbers, should one slip into a message. */
const PERSONAL_PATTERNS = [/\b\d{6}-?[1-8]\d{6}\b/g, /\b01[016789]-?\d{3,4}-?\d{4}\b/g];

export function scrub(text: string): string {
  return PERSONAL_PATTERNS.reduce((scrubbed, pattern) => scrubbed.replace(pattern, '[redacted]'), text);
}

export function createLog(options: { level: string; destination?: DestinationStream }): Log {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    hooks: {
      logMethod(this: Logger, args: Parameters<pino.LogFn>, method: pino.LogFn): void {
        method.apply(this, args.map((arg) => (typeof arg === 'string' ? scrub(arg) : arg)) as Parameters<pino.LogFn>);
      },
    },
    serializers: { err: describeError },
  } satisfies pino.LoggerOptions;
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

/** Error detail without rows: PostgreSQL puts the whole offending row into `detail`, so only named fields are kept. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: scrub(String(error)) };
  const described: Record<string, unknown> = { type: error.name, message: scrub(error.message), stack: scrub(error.stack ?? '') };
  if ('code' in error) described['code'] = error.code;
  if (error.cause !== undefined) described['cause'] = describeError(error.cause);
  return described;
}
