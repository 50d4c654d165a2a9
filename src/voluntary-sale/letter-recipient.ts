import type { Recipient } from '../document/letter.ts';
import type { PersonDetails } from '../person/details.ts';

/** A person as a letter addresses him. */
export function letterRecipient({ kind, name, address }: PersonDetails): Recipient {
  return { name, honorific: kind === 'corporate' ? '귀중' : '귀하', ...(address === null ? {} : { address }) };
}
