import type { ZodType } from 'zod';
import type { VenueCode } from '../port.ts';
import type { Outcome, RequestParameters } from '../venue-connection.ts';

/** A venue that took over Upbit's interface, in the words in which it differs. */
export interface Dialect {
  readonly venue: VenueCode;
  /** As messages call it. */
  readonly title: string;
  /** The parameter by which an order is named with our identifier. */
  readonly identifierParameter: string;
  /** The instant before which bars are asked for, as the venue reads it; whole seconds. */
  barsEnd(beforeMs: number): string;
}

/** The endpoints of a connection that a function asks, whatever further ones it has. */
export interface Line<Endpoint extends string> {
  call(endpoint: Endpoint, parameters?: RequestParameters): Promise<Outcome>;
  read<Shape>(endpoint: Endpoint, schema: ZodType<Shape>, parameters?: RequestParameters): Promise<Shape>;
}
