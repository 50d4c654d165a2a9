import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { CheongsanError } from '../kernel/errors.ts';

/** Argon2id, the library's default, with OWASP's minimum (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const ARGON2_OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

/**
 * NIST SP 800-63B (rev. 4, 3.1.1.2) asks for 8 characters beside a second factor and 15 alone, for room up to 64 and more,
 * and for no rules of composition; Korean practice (KISA) for 10. The upper bound keeps hashing bounded.
 */
const PASSWORD_LENGTH_MIN = 12;
const PASSWORD_LENGTH_MAX = 128;
const DISTINCT_CHARACTERS_MIN = 5;
/** Beginnings everybody tries first; what is only a variation of them is refused. */
const COMMON_STARTS = ['password', 'passw0rd', 'qwerty', 'asdfgh', '123456', 'abcdef', 'cheongsan', 'administrator', 'letmein', 'welcome'];

/** One form for one password, however a keyboard composes Hangul. */
function normalise(password: string): string {
  return password.normalize('NFKC');
}

/** Error: `PASSWORD_WEAK`, saying what the password lacks and never the password. */
export function assertPasswordAcceptable(password: string, loginName: string): void {
  const characters = [...normalise(password)];
  const lowered = normalise(password).toLowerCase();
  const fault =
    characters.length < PASSWORD_LENGTH_MIN
      ? `has fewer than ${PASSWORD_LENGTH_MIN} characters`
      : characters.length > PASSWORD_LENGTH_MAX
        ? `has more than ${PASSWORD_LENGTH_MAX} characters`
        : new Set(characters).size < DISTINCT_CHARACTERS_MIN
          ? `has fewer than ${DISTINCT_CHARACTERS_MIN} different characters`
          : lowered.includes(loginName.toLowerCase())
            ? 'contains the login name'
            : COMMON_STARTS.some((start) => lowered.startsWith(start))
              ? 'begins like the passwords everybody tries first'
              : undefined;
  if (fault !== undefined) throw new CheongsanError('PASSWORD_WEAK', `The password ${fault}; choose another one.`);
}

export function hashPassword(password: string): Promise<string> {
  return hash(normalise(password), ARGON2_OPTIONS);
}

let decoyHash: Promise<string> | undefined;

/**
 * True when the password fits. Without a stored hash (unknown or deactivated user, no password yet) the same work is done
 * against a decoy that nothing fits, so that the time taken says nothing about who exists.
 */
export async function passwordFits(storedHash: string | null, password: string): Promise<boolean> {
  decoyHash ??= hashPassword(randomBytes(32).toString('base64'));
  const candidate = [...password].length > PASSWORD_LENGTH_MAX ? '' : normalise(password);
  const fits = await verify(storedHash ?? (await decoyHash), candidate);
  return fits && storedHash !== null;
}
