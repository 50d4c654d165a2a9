import type { VenueCode } from '../../exchange/port.ts';
import { addDays, type CivilDate, seoulDay, startOfDay, weekday } from '../../kernel/civil-date.ts';
import type { DrivenClock } from '../../kernel/clock.ts';
import type { PaperExchange } from '../../paper-exchange/server.ts';
import { VENUES } from '../../venue/venue-directory.ts';
import type { ClockDriver } from '../clock-driver.ts';
import type { Office, Official } from '../office.ts';
import type { SampleTaxpayer } from '../sample/city.ts';

/** Who works in the sample city. */
export interface Cast {
  readonly administrator: Official;
  readonly officer: Official;
  readonly approver: Official;
  /** Seconds what is worth so much that two must agree. */
  readonly director: Official;
  readonly treasurer: Official;
  readonly auditor: Official;
}

/** One of the exchanges at which the city has an account: its back office, and the account. */
export interface StageVenue {
  readonly code: VenueCode;
  readonly exchange: PaperExchange;
  /** Row of the city's account at the exchange, and its name there. */
  readonly venueAccountId: number;
  readonly cityAccountId: string;
}

/** Everything a scene needs: the desks, the exchanges' back offices, the clock, the people. */
export interface Stage {
  readonly office: Office;
  readonly venues: readonly StageVenue[];
  readonly driver: ClockDriver;
  readonly clock: DrivenClock;
  readonly city: readonly SampleTaxpayer[];
  readonly cast: Cast;
  readonly officerId: number;
  tell(text: string): void;
}

const OFFICE_OPENS_HOUR = 10;
const HOUR_MS = 3_600_000;

export function today(stage: Pick<Stage, 'clock'>): CivilDate {
  return seoulDay(stage.clock.now());
}

/** Lets time pass until ten in the morning, that many working days later; weekends do not count. */
export async function nextWorkingMorning(stage: Stage, days = 1): Promise<void> {
  let day = today(stage);
  for (let passed = 0; passed < days; ) {
    day = addDays(day, 1);
    if (weekday(day) !== 0 && weekday(day) !== 6) passed++;
  }
  await stage.driver.advanceTo(new Date(startOfDay(day).getTime() + OFFICE_OPENS_HOUR * HOUR_MS));
}

/** Lets some minutes pass: for what takes a moment at the exchange. */
export function minutesLater(stage: Stage, minutes: number): Promise<void> {
  return stage.driver.advanceTo(new Date(stage.clock.now().getTime() + minutes * 60_000));
}

export const AGENCY = {
  name: '표본시',
  signatory: '표본시장',
  department: '징수과',
  official: '표본 주무관',
  phone: '000-0000-0000',
  postcode: '00000',
  address: '표본도 표본시 표본로 1',
} as const;

export function titleOf({ code }: StageVenue): string {
  return VENUES[code].title;
}

/** The company behind an exchange, as letters and the bank name it. */
export function companyOf(venue: StageVenue): string {
  return `표본거래소(${titleOf(venue)}) 주식회사`;
}

/** Who writes to whom in official documents to an exchange. */
export function correspondenceWith(venue: StageVenue) {
  return { agency: AGENCY, holder: { name: companyOf(venue), address: '서울특별시 표본구 표본대로 2' } };
}
