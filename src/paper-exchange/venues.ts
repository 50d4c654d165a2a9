import { UPBIT } from './upbit-face/venue.ts';
import type { PaperVenue, PaperVenueCode } from './venue-face.ts';

/** Every venue that the paper exchange can be: one core, and a face for each. */
export const VENUES: Readonly<Record<PaperVenueCode, PaperVenue>> = { upbit: UPBIT };
