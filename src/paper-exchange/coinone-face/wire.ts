import type { Wire } from '../wire-format.ts';

export type Fields = { readonly [field: string]: Wire | undefined };

/** What every answer of Coinone's that is no error begins with. */
export function success(fields: Fields): Fields {
  return { result: 'success', error_code: '0', ...fields };
}
