import { BITHUMB } from './bithumb-face/venue.ts';
import { COINONE } from './coinone-face/venue.ts';
import { GOPAX } from './gopax-face/venue.ts';
import { KORBIT } from './korbit-face/venue.ts';
import { UPBIT } from './upbit-face/venue.ts';
import type { PaperVenue, PaperVenueCode } from './venue-face.ts';

/** Every venue that the paper exchange can be: one core, and a face for each. */
export const VENUES: Readonly<Record<PaperVenueCode, PaperVenue>> = {
  upbit: UPBIT,
  bithumb: BITHUMB,
  gopax: GOPAX,
  coinone: COINONE,
  korbit: KORBIT,
};
