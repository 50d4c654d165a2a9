import { randomBytes } from 'node:crypto';
import { sha256Hex } from '../kernel/digest.ts';

/** A token says by its first word what it is for, so that a leaked one is recognised in a log or a repository. */
const PREFIXES = { session: 'cheongsan_session_', machine: 'cheongsan_machine_', link: 'cheongsan_link_' } as const;
export type TokenKind = keyof typeof PREFIXES;

const TOKEN_BYTES = 32;

export interface FreshToken {
  /** Shown once and stored nowhere. */
  readonly token: string;
  readonly digest: string;
}

export function createToken(kind: TokenKind): FreshToken {
  const token = `${PREFIXES[kind]}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  return { token, digest: tokenDigest(token) };
}

/** 256 random bits need neither salt nor slow hashing, and a look-up by digest compares no secret. */
export function tokenDigest(token: string): string {
  return sha256Hex(token);
}

export function tokenKind(token: string): TokenKind | undefined {
  if (token.startsWith(PREFIXES.session)) return 'session';
  if (token.startsWith(PREFIXES.machine)) return 'machine';
  if (token.startsWith(PREFIXES.link)) return 'link';
  return undefined;
}
