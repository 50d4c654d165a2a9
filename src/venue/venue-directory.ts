import { VENUE_CODES, type VenueCode } from '../exchange/port.ts';
import { CheongsanError } from '../kernel/errors.ts';

interface Venue {
  /** Korean, as printed on letters and screens. */
  readonly title: string;
  /** The only hosts to which a live key is ever sent. */
  readonly liveBaseUrls: readonly string[];
}

/** What the service knows about each exchange apart from its interface. */
export const VENUES: Readonly<Record<VenueCode, Venue>> = {
  upbit: { title: '업비트', liveBaseUrls: ['https://api.upbit.com'] },
  bithumb: { title: '빗썸', liveBaseUrls: ['https://api.bithumb.com'] },
  coinone: { title: '코인원', liveBaseUrls: ['https://api.coinone.co.kr'] },
  // Digital X since 2026; the old host serves the same interface.
  korbit: { title: '코빗', liveBaseUrls: ['https://api.digitalx.miraeasset.com', 'https://api.korbit.co.kr'] },
  gopax: { title: '고팍스', liveBaseUrls: ['https://api.gopax.co.kr'] },
};

/** A stored venue code as its type. Error: `INPUT_INVALID` for one that this version does not know. */
export function venueCode(text: string): VenueCode {
  const code = VENUE_CODES.find((known) => known === text);
  if (code === undefined) {
    throw new CheongsanError('INPUT_INVALID', `There is no venue ${JSON.stringify(text)}; known are ${VENUE_CODES.join(', ')}.`);
  }
  return code;
}
