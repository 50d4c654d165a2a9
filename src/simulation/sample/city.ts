import type { VenueCode } from '../../exchange/port.ts';
import { addDays, type CivilDate, civilDate, dayFrom, later } from '../../kernel/civil-date.ts';
import { type CoinAmount, Price, Won } from '../../kernel/money.ts';
import { SeededRandom } from '../../kernel/random.ts';

/*
 * A sample city with the figures Cheongju published: 203 persons seized since 2021, 161 of whom still owe about 1.5 billion won.
 * Nobody in it exists: names are numbers, births lie in the nineteenth century, and every document bears a watermark.
 */

/** How the voluntary window ends for somebody who owes. */
export type WindowStory = 'pays' | 'lets_city_sell' | 'stays_silent';
/** What becomes of the letters. */
export type PostStory = 'delivered' | 'absent_first' | 'address_unknown';

export interface SampleBillLine {
  readonly code: string;
  readonly name: string;
  readonly level: '도세' | '시세';
  readonly principal: Won;
  readonly surcharge: Won;
  /** Paid long ago, with its penalty; then nothing is left of the line. */
  readonly paid: { readonly on: CivilDate; readonly principal: Won; readonly penalty: Won } | undefined;
}

export interface SampleBill {
  readonly noticeNumber: string;
  readonly taxYear: number;
  readonly arisenOn: CivilDate;
  readonly dueOn: CivilDate;
  readonly dunningIssuedOn: CivilDate;
  readonly dunningServedOn: CivilDate;
  readonly dunningDeadlineOn: CivilDate;
  readonly lines: readonly SampleBillLine[];
}

export interface SampleHolding {
  readonly asset: string;
  readonly quantity: CoinAmount;
}

export interface SampleTaxpayer {
  readonly number: number;
  readonly name: string;
  readonly registrationNumber: string;
  readonly birthDate: CivilDate;
  readonly phone: string;
  readonly address: string;
  /** The exchange where his account is, and its name there. */
  readonly venueCode: VenueCode;
  readonly accountId: string;
  readonly bills: readonly SampleBill[];
  readonly holdings: readonly SampleHolding[];
  /** Seized years ago and never moved; the others are found by inquiry. */
  readonly oldSeizure: { readonly number: string; readonly seizedOn: CivilDate } | undefined;
  readonly owes: boolean;
  /** The exchange knows this customer by name, birth and phone only, so that an officer has to decide. */
  readonly knownByNameOnly: boolean;
  readonly window: WindowStory;
  readonly post: PostStory;
}

export interface SampleCityOptions {
  readonly seed: string;
  readonly taxpayers: number;
  /** Exchanges over which the persons' accounts are spread; at least one. */
  readonly venues: readonly VenueCode[];
  /** First day of the story. */
  readonly today: CivilDate;
  /** Coins the market trades, with their price on that day. */
  readonly prices: ReadonlyMap<string, Price>;
}

/** As in Cheongju: of 203, 42 owe nothing any more and half were seized years ago. */
const SHARE_DISCHARGED = 42 / 203;
const SHARE_OLD = 103 / 203;
const TOTAL_PRINCIPAL_PER_DEBTOR = 1_015_000_000 / 161;

const TAX_ITEMS = [
  { code: '101', name: '취득세', level: '도세', arises: [3, 12], due: [5, 11] },
  { code: '140', name: '지방소득세', level: '시세', arises: [12, 31], due: [5, 31] },
  { code: '105', name: '재산세', level: '시세', arises: [6, 1], due: [9, 30] },
  { code: '125', name: '자동차세', level: '시세', arises: [6, 1], due: [6, 30] },
  { code: '114', name: '등록면허세', level: '도세', arises: [1, 1], due: [1, 31] },
] as const;

export function sampleCity(options: SampleCityOptions): SampleTaxpayer[] {
  const { seed, taxpayers, prices, venues } = options;
  const discharged = Math.round(taxpayers * SHARE_DISCHARGED);
  const old = Math.round(taxpayers * SHARE_OLD);
  const numbers = Array.from({ length: taxpayers }, (_, index) => index + 1);
  const weights = numbers.map((number) => (number <= discharged ? 0 : Math.exp(new SeededRandom(seed, 'debt', number).normal() * 1.1)));
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
  const principalPerWeight = (TOTAL_PRINCIPAL_PER_DEBTOR * (taxpayers - discharged)) / totalWeight;
  return numbers.map((number) => {
    const random = new SeededRandom(seed, 'taxpayer', number);
    const owes = number > discharged;
    const principal = (weights[number - 1] ?? 0) * principalPerWeight;
    const isOld = number <= old;
    const bills = owes ? owedBills(random, number, principal, isOld) : [paidBill(random, number)];
    return {
      ...identity(random, number),
      venueCode: venueOf(seed, number, venues),
      accountId: `sample-customer-${number}`,
      bills,
      holdings: holdings(random, owes ? principal * 1.15 : 400_000, prices),
      oldSeizure: isOld ? { number: `구압류-${String(number).padStart(4, '0')}`, seizedOn: oldSeizureDay(random, bills) } : undefined,
      owes,
      knownByNameOnly: !isOld && random.chance(0.15),
      window: pickBy(random, [
        ['pays', 0.15],
        ['lets_city_sell', 0.2],
        ['stays_silent', 0.65],
      ]),
      post: pickBy(random, [
        ['delivered', 0.8],
        ['absent_first', 0.12],
        ['address_unknown', 0.08],
      ]),
    };
  });
}

/** Persons in a row are dealt out so that each exchange gets one of every handful: old seizures, debts and dust occur at all of them. */
function venueOf(seed: string, number: number, venues: readonly VenueCode[]): VenueCode {
  const hand = Math.floor((number - 1) / venues.length);
  const random = new SeededRandom(seed, 'venues', hand);
  const left = [...venues];
  for (let dealt = (number - 1) % venues.length; dealt > 0; dealt--) left.splice(random.integer(0, left.length - 1), 1);
  return random.pick(left);
}

function pickBy<T>(random: SeededRandom, shares: readonly (readonly [T, number])[]): T {
  let left = random.next();
  for (const [value, share] of shares) {
    left -= share;
    if (left < 0) return value;
  }
  const last = shares.at(-1);
  if (last === undefined) throw new RangeError('Nothing to pick from.');
  return last[0];
}

/** Registration numbers of the nineteenth century (seventh digit 9 or 0): no living person bears one. */
function identity(random: SeededRandom, number: number) {
  const birthDate = dayFrom(random.integer(1870, 1899), random.integer(1, 12), random.integer(1, 28)) ?? civilDate('1880-01-01');
  const serial = String(number).padStart(5, '0');
  const short = birthDate.replaceAll('-', '').slice(2);
  return {
    number,
    name: `표본-${String(number).padStart(3, '0')}`,
    registrationNumber: `${short}-${random.chance(0.5) ? '9' : '0'}${serial}0`,
    birthDate,
    phone: `010-0000-${String(number).padStart(4, '0')}`,
    address: `표본시 표본구 표본로 ${number}`,
  };
}

function owedBills(random: SeededRandom, number: number, principal: number, isOld: boolean): SampleBill[] {
  const count = random.integer(1, 4);
  const shares = Array.from({ length: count }, () => 0.3 + random.next());
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share, index) => {
    const item = random.pick(TAX_ITEMS);
    // What an old seizure stands for must have been due before it.
    const year = isOld ? random.integer(2018, 2020) : random.integer(2021, 2024);
    const thousands = Math.max(30, Math.round((principal * share) / total / 1_000));
    const hasSurcharge = (item.code === '140' || item.code === '101') && random.chance(0.5);
    const line: SampleBillLine = {
      code: item.code,
      name: item.name,
      level: item.level,
      principal: wonOfThousands(thousands),
      surcharge: hasSurcharge ? wonOfThousands(Math.round(thousands / 10)) : Won.zero,
      paid: undefined,
    };
    const education: SampleBillLine[] =
      item.code === '125'
        ? [
            {
              ...line,
              code: '126',
              name: '지방교육세',
              level: '도세',
              principal: wonOfThousands(Math.ceil(thousands * 0.3)),
              surcharge: Won.zero,
            },
          ]
        : [];
    return { ...billHead(random, number, index, year, item), lines: [line, ...education] };
  });
}

/**
 * A bill that was paid years ago with the three per cent it had cost: below 300,000 won no monthly part ran under the rules of
 * its time, so that nothing is left of it.
 */
function paidBill(random: SeededRandom, number: number): SampleBill {
  const item = TAX_ITEMS[3];
  const thousands = random.integer(100, 290);
  const principal = wonOfThousands(thousands);
  const penalty = Won.of(BigInt(thousands * 30));
  const paid = { on: civilDate('2023-03-15'), principal, penalty };
  return {
    ...billHead(random, number, 0, 2020, item),
    lines: [{ code: item.code, name: item.name, level: item.level, principal: Won.zero, surcharge: Won.zero, paid }],
  };
}

function wonOfThousands(thousands: number): Won {
  return Won.of(BigInt(thousands) * 1_000n);
}

function billHead(random: SeededRandom, number: number, index: number, year: number, item: (typeof TAX_ITEMS)[number]) {
  const arisenOn = dayFrom(year, item.arises[0], item.arises[1]) ?? civilDate(`${year}-06-01`);
  const dueYear = item.due[0] < item.arises[0] ? year + 1 : year;
  const dueOn = dayFrom(dueYear, item.due[0], item.due[1]) ?? civilDate(`${dueYear}-06-30`);
  const dunningIssuedOn = addDays(dueOn, random.integer(20, 45));
  return {
    noticeNumber: `표본-${year}-${String(number).padStart(4, '0')}-${index + 1}`,
    taxYear: year,
    arisenOn,
    dueOn,
    dunningIssuedOn,
    dunningServedOn: addDays(dunningIssuedOn, random.integer(2, 6)),
    dunningDeadlineOn: addDays(dunningIssuedOn, 20),
  };
}

function oldSeizureDay(random: SeededRandom, bills: readonly SampleBill[]): CivilDate {
  const earliest = civilDate('2021-11-01');
  const lastDeadline = bills.map(({ dunningDeadlineOn }) => dunningDeadlineOn).reduce(later, earliest);
  return addDays(lastDeadline, random.integer(10, 200));
}

/** Most hold less than they owe, some more, a few only dust. */
function holdings(random: SeededRandom, owedKrw: number, prices: ReadonlyMap<string, Price>): SampleHolding[] {
  const assets = [...prices.keys()];
  const isDust = random.chance(0.05);
  const worth = isDust ? random.integer(800, 4_000) : Math.max(30_000, owedKrw * 0.45 * Math.exp(random.normal() * 0.9));
  const count = isDust
    ? 1
    : Math.min(
        assets.length,
        pickBy(random, [
          [1, 0.6],
          [2, 0.3],
          [3, 0.1],
        ] as const),
      );
  const chosen = new Set<string>();
  while (chosen.size < count) chosen.add(random.chance(0.4) ? (assets[0] ?? 'BTC') : random.pick(assets));
  return [...chosen].sort().map((asset) => {
    const price = prices.get(asset) ?? Price.of(asset, '1');
    return { asset, quantity: price.unitsFor(Won.of(BigInt(Math.round(worth / count))), 8, 'up') };
  });
}
