/**
 * The chart of accounts, as the migration put it into `ledger_chart`. Coins in custody are the taxpayer's property: what is
 * held (11xx) always stands against the duty to sell it for him or give it back (2110). Won at a venue is an asset of its
 * own (12xx against 22xx) until the bank has it (1310 against 2310). What the city put in of its own (3110) stands against the
 * float for network fees (1610), its own won at a venue (1620) and what was missing (1190).
 */
export const CHART = {
  coinsHeld: '1110',
  coinsOnOrder: '1120',
  coinsInTransit: '1130',
  coinsUnidentified: '1140',
  coinsOutstanding: '1150',
  withdrawnUninstructed: '1180',
  unexplained: '1190',
  venueWonHeld: '1210',
  venueWonInTransit: '1220',
  venueWonUnidentified: '1240',
  venueWonResidue: '1290',
  bankDeposit: '1310',
  bankUnidentified: '1340',
  receivableTax: '1410',
  receivableSurcharge: '1420',
  receivableLatePenalty: '1430',
  treasury: '1510',
  gasFloat: '1610',
  ownVenueWon: '1620',
  dutyToOwner: '2110',
  dutyUnidentified: '2140',
  proceedsAtVenue: '2210',
  venueWonUnidentifiedOwed: '2240',
  residueOwed: '2290',
  undistributed: '2310',
  distributed: '2320',
  surplusOwed: '2330',
  bankUnidentifiedOwed: '2340',
  ownMeans: '3110',
  assessed: '4110',
  latePenaltyAssessed: '4120',
  settledElsewhere: '4130',
  dispositionCost: '5110',
  gasCost: '5120',
} as const;

export type ChartCode = (typeof CHART)[keyof typeof CHART];
