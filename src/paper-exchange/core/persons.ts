import type { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import type { Accounts } from './accounts.ts';

/** What the exchange has verified about a customer. Lives in memory only: never stored, never logged. */
export interface Identity {
  readonly name: string;
  readonly birthDate: string;
  readonly phone: string;
  readonly registrationNumber: string | undefined;
}

/** A person asked about by an authority, under the authority's own reference. */
export interface InquiryItem extends Identity {
  readonly reference: string;
}

export interface Holding {
  readonly asset: string;
  readonly quantity: Decimal;
  /** Part of the quantity that is bound in open orders. */
  readonly lockedQuantity: Decimal;
}

export type InquiryAnswer =
  | { readonly reference: string; readonly found: false }
  | {
      readonly reference: string;
      readonly found: true;
      /** What identified the customer. */
      readonly matchedBy: 'registration_number' | 'name_birth_phone';
      readonly accountId: string;
      readonly identity: Identity;
      readonly holdings: readonly Holding[];
    };

/** The exchange's customers as persons. */
export class Persons {
  readonly #accounts: Accounts;
  readonly #identities = new Map<string, Identity>();

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  /**
   * Opens an account for a verified person, or attaches the identity again after a restart, which forgets identities. Error:
   * `CONFLICT` when the person is a customer under another account or the account is not a person's; nothing is opened then.
   */
  admit(accountId: string, identity: Identity): void {
    const twin = this.#find(identity);
    if (twin !== undefined && twin.accountId !== accountId) {
      throw new CheongsanError('CONFLICT', `The person of account ${accountId} already is the customer of account ${twin.accountId}.`);
    }
    this.#accounts.open(accountId, 'person');
    this.#identities.set(accountId, identity);
  }

  /** One answer an item, in their order. The registration number decides where both sides have it. */
  answer(items: readonly InquiryItem[]): InquiryAnswer[] {
    return items.map((item) => {
      const found = this.#find(item);
      if (found === undefined) return { reference: item.reference, found: false };
      return { reference: item.reference, found: true, ...found, holdings: this.#holdings(found.accountId) };
    });
  }

  #find(asked: Identity): { accountId: string; identity: Identity; matchedBy: 'registration_number' | 'name_birth_phone' } | undefined {
    for (const [accountId, identity] of this.#identities) {
      if (identity.registrationNumber !== undefined && asked.registrationNumber !== undefined) {
        if (digits(identity.registrationNumber) !== digits(asked.registrationNumber)) continue;
        return { accountId, identity, matchedBy: 'registration_number' };
      }
      const isSame =
        identity.name.trim() === asked.name.trim() &&
        identity.birthDate === asked.birthDate &&
        digits(identity.phone) === digits(asked.phone);
      if (isSame) return { accountId, identity, matchedBy: 'name_birth_phone' };
    }
    return undefined;
  }

  #holdings(accountId: string): Holding[] {
    return [...this.#accounts.get(accountId).balances].flatMap(([asset, balance]) => {
      const quantity = balance.free.plus(balance.locked);
      return quantity.isGreaterThan(0) ? [{ asset, quantity, lockedQuantity: balance.locked }] : [];
    });
  }
}

function digits(text: string): string {
  return text.replaceAll(/\D/g, '');
}
