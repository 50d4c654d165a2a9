import { Secret, TOTP } from 'otpauth';

const ISSUER = 'Cheongsan';
const PERIOD_SECONDS = 30;
/** 160 bits, as RFC 4226 (4, R6) recommends. */
const SECRET_BYTES = 20;
/** One step to either side for a clock that is a little off (RFC 6238, 5.2). */
const WINDOW_STEPS = 1;
const CODE = /^\d{6}$/;

export interface TotpEnrolment {
  /** Base32, to be typed where no picture can be scanned. */
  readonly secret: string;
  /** `otpauth://` address for an authenticator's QR code. */
  readonly uri: string;
}

export function createTotp(loginName: string): TotpEnrolment {
  const totp = totpOf(new Secret({ size: SECRET_BYTES }), loginName);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** The time step a code belongs to, or undefined when it is none of the steps allowed at this instant. */
export function acceptedStep(secret: string, code: string, at: Date): bigint | undefined {
  if (!CODE.test(code)) return undefined;
  const totp = totpOf(Secret.fromBase32(secret), '');
  const delta = totp.validate({ token: code, timestamp: at.getTime(), window: WINDOW_STEPS });
  return delta === null ? undefined : BigInt(totp.counter({ timestamp: at.getTime() }) + delta);
}

/** SHA-1, six digits, thirty seconds: what every authenticator application reads. */
function totpOf(secret: Secret, label: string): TOTP {
  return new TOTP({ issuer: ISSUER, label, secret, algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS });
}
