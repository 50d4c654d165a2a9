import type { Transaction } from '../database/work.ts';
import { Decimal } from '../kernel/decimal.ts';
import { VenueWon, Won } from '../kernel/money.ts';
import { CHART, type ChartCode } from '../ledger/chart.ts';
import { caseSubject } from './accounts.ts';

type Reader = Pick<Transaction, '$queryRaw'>;

/** The kinds of entry by which the treasury moves the money of a case. */
export const ENTRY_KIND = {
  withdrawalSent: 'withdrawal_sent',
  withdrawalReceived: 'withdrawal_received',
  payment: 'voluntary_payment',
  paymentDistribution: 'payment_distribution',
  interest: 'bank_interest',
  distribution: 'distribution',
  refund: 'refund',
  unidentified: 'bank_unidentified',
  receiptSentBack: 'bank_receipt_sent_back',
} as const;

/** Everything booked on the accounts of a case: debits less credits per kind of entry and account. A reversal counts with its entry. */
export class CaseLedger {
  readonly #sums: ReadonlyMap<string, Decimal>;
  readonly #venue: string;

  constructor(venue: string, sums: ReadonlyMap<string, Decimal>) {
    this.#venue = venue;
    this.#sums = sums;
  }

  /** Won at the venue, of one kind of entry. */
  venueWon(kind: string, chart: ChartCode): VenueWon {
    return VenueWon.of(this.#venue, this.#sums.get(`${kind}/${chart}`) ?? '0');
  }

  /** Won at the bank, of one kind of entry. */
  won(kind: string, chart: ChartCode): Won {
    return Won.of(this.#sums.get(`${kind}/${chart}`) ?? '0');
  }

  /** What stands on an account now, over all places. */
  venueWonBalance(chart: ChartCode): VenueWon {
    return VenueWon.of(this.#venue, this.#balance(chart));
  }

  wonBalance(chart: ChartCode): Won {
    return Won.of(this.#balance(chart));
  }

  #balance(chart: ChartCode): Decimal {
    let total = new Decimal(0);
    for (const [key, sum] of this.#sums) if (key.endsWith(`/${chart}`)) total = total.plus(sum);
    return total;
  }
}

/** Reads the ledger of a case whose coins were sold at this venue. */
export async function readCaseLedger(reader: Reader, caseId: number, venue: string): Promise<CaseLedger> {
  const rows = await reader.$queryRaw<{ kind: string; chart: string; amount: string }[]>`
    SELECT coalesce(reversed.kind, e.kind) AS kind, a.chart_code AS chart, trim_scale(sum(l.amount))::text AS amount
      FROM ledger_account a
      JOIN ledger_line l ON l.account_id = a.id
      JOIN ledger_entry e ON e.id = l.entry_id
      LEFT JOIN ledger_entry reversed ON reversed.id = e.reverses_id
     WHERE a.subject = ${caseSubject(caseId)}
     GROUP BY 1, 2`;
  return new CaseLedger(venue, new Map(rows.map(({ kind, chart, amount }) => [`${kind}/${chart}`, new Decimal(amount)])));
}

/** Proceeds of a case that have arrived at the bank since its books began: gross = costs + residue + net, to the venue's last decimal. */
export interface ArrivedProceeds {
  readonly gross: VenueWon;
  readonly costs: VenueWon;
  readonly residue: VenueWon;
  readonly net: Won;
}

export function arrivedProceeds(ledger: CaseLedger): ArrivedProceeds {
  const kind = ENTRY_KIND.withdrawalReceived;
  const gross = ledger.venueWon(kind, CHART.proceedsAtVenue);
  const costs = ledger.venueWon(kind, CHART.dispositionCost).negated();
  const net = ledger.won(kind, CHART.bankDeposit);
  return { gross, costs, residue: gross.minus(costs).minus(VenueWon.of(gross.venue, net.value)), net };
}
