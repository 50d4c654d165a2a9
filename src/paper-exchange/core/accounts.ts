import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';

/**
 * The exchange's own side of every movement. Coins and won come from and go to `outside`, trade against `market` (the rest of
 * the world's orders), pay `fees`, and are in `transit` between two customers. With them each movement is double entry: for
 * every asset the sum over all accounts is zero at all times.
 */
export const BOUNDARY = {
  outside: 'boundary:outside',
  market: 'boundary:market',
  fees: 'boundary:fees',
  transit: 'boundary:transit',
} as const;

export type Holder = 'person' | 'corporate' | 'boundary';
export type Part = 'free' | 'locked';

export interface Balance {
  readonly free: Decimal;
  readonly locked: Decimal;
}

/** Where something is: an account and the part of it. */
export interface Pot {
  readonly accountId: string;
  readonly part: Part;
}

export interface Account {
  readonly accountId: string;
  readonly holder: Holder;
  /** A frozen account neither trades nor withdraws by its owner's will; it still receives, and staff may move from it. */
  frozen: boolean;
  readonly balances: Map<string, Balance>;
}

const NOTHING: Balance = { free: new Decimal(0), locked: new Decimal(0) };
/** What is on its way has been taken from somebody, so it can never be less than nothing. The other three may. */
const MAY_BE_NEGATIVE: ReadonlySet<string> = new Set([BOUNDARY.outside, BOUNDARY.market, BOUNDARY.fees]);

export function free(accountId: string): Pot {
  return { accountId, part: 'free' };
}

export function locked(accountId: string): Pot {
  return { accountId, part: 'locked' };
}

export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #changed: (account: Account) => void;

  constructor(changed: (account: Account) => void) {
    this.#changed = changed;
    for (const accountId of Object.values(BOUNDARY)) this.restore({ accountId, holder: 'boundary', frozen: false, balances: new Map() });
  }

  restore(account: Account): void {
    this.#accounts.set(account.accountId, account);
  }

  /** Opens an account, or returns the one of that id. Error: `CONFLICT` when the id belongs to a holder of another kind. */
  open(accountId: string, holder: 'person' | 'corporate'): Account {
    const existing = this.#accounts.get(accountId);
    if (existing !== undefined) {
      if (existing.holder === holder) return existing;
      throw new CheongsanError('CONFLICT', `Account ${accountId} is of kind ${existing.holder} and cannot be opened as ${holder}.`);
    }
    const account: Account = { accountId, holder, frozen: false, balances: new Map() };
    this.#accounts.set(accountId, account);
    this.#changed(account);
    return account;
  }

  find(accountId: string): Account | undefined {
    return this.#accounts.get(accountId);
  }

  /** Error: `NOT_FOUND`. */
  get(accountId: string): Account {
    const account = this.#accounts.get(accountId);
    if (account === undefined) throw new CheongsanError('NOT_FOUND', `The paper exchange has no account ${accountId}.`);
    return account;
  }

  all(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  balance(accountId: string, asset: string): Balance {
    return this.get(accountId).balances.get(asset) ?? NOTHING;
  }

  setFrozen(accountId: string, frozen: boolean): void {
    const account = this.get(accountId);
    account.frozen = frozen;
    this.#changed(account);
  }

  /** Moves a quantity, all or nothing. Errors: `AMOUNT_NEGATIVE`, `CONFLICT` when the source holds less. */
  move(from: Pot, to: Pot, asset: string, quantity: Decimal): void {
    if (quantity.isLessThan(0)) throw new CheongsanError('AMOUNT_NEGATIVE', `Cannot move ${quantity.toFixed()} ${asset}.`);
    if (quantity.isZero()) return;
    const available = this.balance(from.accountId, asset)[from.part];
    if (available.isLessThan(quantity) && !MAY_BE_NEGATIVE.has(from.accountId)) {
      const held = `${available.toFixed()} ${asset} ${from.part}`;
      throw new CheongsanError('CONFLICT', `Account ${from.accountId} holds ${held}, less than ${quantity.toFixed()}.`);
    }
    this.#add(from, asset, quantity.negated());
    this.#add(to, asset, quantity);
  }

  /** The sum over all accounts per asset; zero everywhere unless the core is broken. */
  totals(): Map<string, Decimal> {
    const totals = new Map<string, Decimal>();
    for (const account of this.#accounts.values()) {
      for (const [asset, balance] of account.balances) {
        totals.set(asset, (totals.get(asset) ?? NOTHING.free).plus(balance.free).plus(balance.locked));
      }
    }
    return totals;
  }

  #add(pot: Pot, asset: string, quantity: Decimal): void {
    const account = this.get(pot.accountId);
    const balance = account.balances.get(asset) ?? NOTHING;
    account.balances.set(asset, { ...balance, [pot.part]: balance[pot.part].plus(quantity) });
    this.#changed(account);
  }
}
