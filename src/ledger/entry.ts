import type { CivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, type VenueWon, Won } from '../kernel/money.ts';
import type { ChartCode } from './chart.ts';

export type Amount = Won | VenueWon | CoinAmount;

/** Whose sub-account it is (`holding:7`, `case:3`, `bill_line:9`) and where (`account:1`, `bill:4`); both may be empty. */
export interface AccountReference {
  readonly subject: string;
  readonly place?: string;
}

export interface EntryLine {
  readonly chart: ChartCode;
  readonly asset: string;
  readonly subject: string;
  readonly place: string;
  /** Debit positive, credit negative, plain decimal. */
  readonly amount: string;
}

/** What is to be posted. The key makes it happen once: chosen from the fact itself (`fill:account:1:TRADE`), never random. */
export interface Entry {
  readonly key: string;
  readonly kind: string;
  readonly occurredOn: CivilDate;
  /** The row that caused it, `subject:id`. */
  readonly cause: string;
  readonly memo: string;
  readonly lines: readonly EntryLine[];
}

export function assetOf(amount: Amount): string {
  return amount instanceof Won ? 'KRW' : amount.asset;
}

/** Collects the lines of one entry: `entry(...).debit(...).credit(...).build()`. Lines of zero are left out. */
export class EntryBuilder {
  readonly #head: Omit<Entry, 'lines'>;
  readonly #lines: EntryLine[] = [];

  constructor(head: Omit<Entry, 'lines'>) {
    this.#head = head;
  }

  debit(chart: ChartCode, account: AccountReference, amount: Amount): this {
    return this.#add(chart, account, amount, '');
  }

  credit(chart: ChartCode, account: AccountReference, amount: Amount): this {
    return this.#add(chart, account, amount, '-');
  }

  /** The entry, or undefined when every amount was zero and there is nothing to post. */
  buildUnlessEmpty(): Entry | undefined {
    return this.#lines.length === 0 ? undefined : { ...this.#head, lines: this.#lines };
  }

  build(): Entry {
    const built = this.buildUnlessEmpty();
    if (built === undefined) throw new CheongsanError('LEDGER_UNBALANCED', `Entry ${this.#head.key} has no lines.`);
    return built;
  }

  #add(chart: ChartCode, account: AccountReference, amount: Amount, sign: '' | '-'): this {
    if (amount.isNegative()) {
      throw new CheongsanError(
        'AMOUNT_NEGATIVE',
        `A line of entry ${this.#head.key} is negative (${amount.toString()}); use the other side.`,
      );
    }
    if ((amount.value.decimalPlaces() ?? 0) > CoinAmount.DECIMAL_PLACES_MAX) {
      throw new CheongsanError(
        'INPUT_INVALID',
        `A line of entry ${this.#head.key} has more than ${CoinAmount.DECIMAL_PLACES_MAX} decimals (${amount.toString()}); round it first.`,
      );
    }
    if (!amount.isZero()) {
      this.#lines.push({
        chart,
        asset: assetOf(amount),
        subject: account.subject,
        place: account.place ?? '',
        amount: `${sign}${amount.toString()}`,
      });
    }
    return this;
  }
}

export function entry(head: Omit<Entry, 'lines'>): EntryBuilder {
  return new EntryBuilder(head);
}
