import type { MoneyTier } from '../database/generated/enums.ts';
import type { Transaction } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { VenueWon, Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { type CaseLedger, ENTRY_KIND, readCaseLedger } from './case-ledger.ts';

/** Money of a case on one tier of one bill. */
export interface CreditedMoney {
  readonly billId: number;
  readonly tier: MoneyTier;
  /** `distribution:ID` or `bank_line:ID`. */
  readonly source: string;
  readonly amount: Won;
}

/** Every won of a case: where it came from and where it is now. Two sums hold at any time, and `differences` says by how much not. */
export interface CaseMoney {
  readonly caseId: number;
  readonly caseNumber: string;
  /** What its coins brought, and won that was seized at the exchange. */
  readonly gross: VenueWon;
  readonly tradingFees: VenueWon;
  readonly withdrawalFees: VenueWon;
  /** Fractions of a won left at the venue. */
  readonly residue: VenueWon;
  readonly atVenue: VenueWon;
  /** Sent to the bank and not seen there yet. */
  readonly onTheWay: VenueWon;
  /** Proceeds that have reached the bank. */
  readonly arrived: Won;
  readonly interest: Won;
  /** Paid in by the taxpayer himself. */
  readonly payments: Won;
  readonly undistributed: Won;
  /** Distributed and not yet on a bill; zero outside a unit of work. */
  readonly distributed: Won;
  readonly credited: readonly CreditedMoney[];
  readonly creditedTotal: Won;
  readonly surplusOwed: Won;
  readonly refunded: Won;
  readonly differences: {
    /** gross − fees − residue − at the venue − on the way − arrived. */
    readonly venue: VenueWon;
    /** arrived + interest + payments − undistributed − distributed − credited − surplus owed − refunded. */
    readonly bank: Won;
  };
  /** True when both differences are zero. */
  readonly agrees: boolean;
}

type Reader = Pick<Transaction, '$queryRaw' | 'seizureCase' | 'withdrawalShare' | 'billReceipt'>;

/**
 * Reads every won of a case from sources that do not know each other: the journal, the shares of withdrawals, the receipts of bills.
 * Error: `NOT_FOUND`.
 */
export async function readCaseMoney(reader: Reader, caseId: number): Promise<CaseMoney> {
  const seizureCase = await reader.seizureCase.findUnique({ where: { id: caseId }, select: { number: true, venueCode: true } });
  if (seizureCase === null) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${caseId}.`);
  const ledger = await readCaseLedger(reader, caseId, seizureCase.venueCode);
  const venueSide = await readVenueSide(reader, caseId, seizureCase.venueCode, ledger);
  const bankSide = await readBankSide(reader, caseId, ledger);
  const differences = {
    venue: [venueSide.tradingFees, venueSide.withdrawalFees, venueSide.residue, venueSide.atVenue, venueSide.onTheWay]
      .reduce((left, part) => left.minus(part), venueSide.gross)
      .minus(VenueWon.of(seizureCase.venueCode, bankSide.arrived.value)),
    bank: [bankSide.undistributed, bankSide.distributed, bankSide.creditedTotal, bankSide.surplusOwed, bankSide.refunded].reduce(
      (left, part) => left.minus(part),
      Won.sum([bankSide.arrived, bankSide.interest, bankSide.payments]),
    ),
  };
  return {
    caseId,
    caseNumber: seizureCase.number,
    ...venueSide,
    ...bankSide,
    differences,
    agrees: differences.venue.isZero() && differences.bank.isZero(),
  };
}

async function readVenueSide(reader: Reader, caseId: number, venue: string, ledger: CaseLedger) {
  const { withdrawalSent: sent, withdrawalReceived: received } = ENTRY_KIND;
  const shares = await reader.withdrawalShare.findMany({
    where: { caseId, withdrawal: { state: { in: ['confirmed', 'received'] } } },
    select: { amountKrw: true, withdrawal: { select: { state: true } } },
  });
  const sumOf = (states: readonly string[]) =>
    VenueWon.sum(
      venue,
      shares.filter(({ withdrawal }) => states.includes(withdrawal.state)).map(({ amountKrw }) => VenueWon.of(venue, amountKrw)),
    );
  const withdrawalFees = ledger.venueWon(sent, CHART.dispositionCost);
  const costs = ledger.venueWonBalance(CHART.dispositionCost).minus(ledger.venueWon(received, CHART.dispositionCost));
  const takenAtSending = ledger.venueWon(sent, CHART.venueWonHeld).negated();
  return {
    // A receipt takes from the clearing account what the sales put there.
    gross: ledger.venueWon(received, CHART.proceedsAtVenue).minus(ledger.venueWonBalance(CHART.proceedsAtVenue)),
    tradingFees: costs.minus(withdrawalFees),
    withdrawalFees,
    residue: takenAtSending.minus(withdrawalFees).minus(sumOf(['confirmed', 'received'])),
    atVenue: ledger.venueWonBalance(CHART.venueWonHeld),
    onTheWay: sumOf(['confirmed']),
  };
}

async function readBankSide(reader: Reader, caseId: number, ledger: CaseLedger) {
  const receipts = await reader.billReceipt.findMany({ where: { caseId }, orderBy: { id: 'asc' } });
  const credited = receipts.map(({ billId, tier, source, amountKrw }) => ({ billId, tier, source, amount: Won.of(amountKrw) }));
  return {
    arrived: ledger.won(ENTRY_KIND.withdrawalReceived, CHART.bankDeposit),
    interest: ledger.won(ENTRY_KIND.interest, CHART.bankDeposit),
    payments: ledger.won(ENTRY_KIND.payment, CHART.bankDeposit),
    undistributed: ledger.wonBalance(CHART.undistributed).negated(),
    distributed: ledger.wonBalance(CHART.distributed).negated(),
    credited,
    creditedTotal: Won.sum(credited.map(({ amount }) => amount)),
    surplusOwed: ledger.wonBalance(CHART.surplusOwed).negated(),
    refunded: ledger.won(ENTRY_KIND.refund, CHART.surplusOwed),
  };
}
