import { TOTP } from 'otpauth';

const PERIOD_SECONDS = 30;

/** What an official's authenticator shows at an instant. */
export function oneTimeCode(totpSecret: string, at: Date): string {
  return new TOTP({ secret: totpSecret, period: PERIOD_SECONDS }).generate({ timestamp: at.getTime() });
}
