import type { InstallationKind } from '../database/generated/enums.ts';
import type { KeyPermission, VenueCode } from '../exchange/port.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { isLoopback } from '../kernel/loopback.ts';
import { VENUES } from './venue-directory.ts';

/** What the service needs, and all it accepts unless the city's policy lets keys withdraw: to look and to sell. */
export const NEEDED_PERMISSIONS = ['view_assets', 'view_orders', 'trade', 'view_deposits', 'view_withdrawals'] as const;

/**
 * Checks what a key is declared to be allowed. Only what is needed is accepted: whoever steals a key that cannot withdraw can
 * at worst sell. Errors: `KEY_MAY_WITHDRAW`, `INPUT_INVALID` for anything else too much or too little.
 */
export function checkKeyPermissions(permissions: readonly KeyPermission[], mayWithdraw: boolean): void {
  if (permissions.includes('withdraw') && !mayWithdraw) {
    throw new CheongsanError(
      'KEY_MAY_WITHDRAW',
      'This key may withdraw. Issue another one at the exchange without that permission; coins and won leave only by a person.',
    );
  }
  const missing = NEEDED_PERMISSIONS.filter((needed) => !permissions.includes(needed));
  const accepted: readonly KeyPermission[] = mayWithdraw ? [...NEEDED_PERMISSIONS, 'withdraw'] : NEEDED_PERMISSIONS;
  const excessive = permissions.filter((permission) => !accepted.includes(permission));
  if (missing.length > 0 || excessive.length > 0) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `A key needs exactly ${NEEDED_PERMISSIONS.join(', ')}; missing: ${missing.join(', ') || 'none'}, too much: ${excessive.join(', ') || 'none'}. Issue one with these permissions.`,
      { facts: { missing, excessive } },
    );
  }
}

export interface AccountAddress {
  readonly venueCode: VenueCode;
  readonly baseUrl: string;
  readonly paper: boolean;
  readonly training: boolean;
}

/**
 * Checks where an account's requests would go. Paper accounts live on this machine only, so that a paper flag can never lead
 * to a real exchange; live ones at their exchange's own address only, so that a key is never shown to anybody else. Errors:
 * `LIVE_KEY_IN_DEMO`; `TRAINING_FLAG_MISSING` for a paper account in a real installation that is not flagged training; `INPUT_INVALID`.
 */
export function checkAccountAddress(installation: InstallationKind, account: AccountAddress): void {
  const url = parseBaseUrl(account.baseUrl);
  if (installation === 'demo' && !account.paper) {
    throw new CheongsanError(
      'LIVE_KEY_IN_DEMO',
      `A demo database takes no live key (${account.baseUrl}). Register a paper account, or use a real installation.`,
    );
  }
  if (account.paper && !isLoopback(url)) {
    throw new CheongsanError(
      installation === 'demo' ? 'LIVE_KEY_IN_DEMO' : 'INPUT_INVALID',
      `A paper account lives on this machine, ${account.baseUrl} does not. Give the address of the paper exchange, such as http://127.0.0.1:9000.`,
    );
  }
  if (installation === 'real' && account.paper && !account.training) {
    throw new CheongsanError(
      'TRAINING_FLAG_MISSING',
      'A real installation takes a paper account only for training; flag it so, or use a demo database.',
    );
  }
  if (account.training && !account.paper) {
    throw new CheongsanError('INPUT_INVALID', 'A live account cannot be flagged training.');
  }
  const { liveBaseUrls } = VENUES[account.venueCode];
  if (!account.paper && !liveBaseUrls.includes(url.origin)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `A live account of ${account.venueCode} is reached at ${liveBaseUrls.join(' or ')} only, not at ${account.baseUrl}.`,
    );
  }
}

function parseBaseUrl(text: string): URL {
  if (!URL.canParse(text))
    throw new CheongsanError('INPUT_INVALID', `${JSON.stringify(text)} is no address such as https://api.upbit.com.`);
  const url = new URL(text);
  const isBare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (!isBare || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new CheongsanError('INPUT_INVALID', 'The address of an exchange is scheme, host and port only, such as https://api.upbit.com.');
  }
  return url;
}
