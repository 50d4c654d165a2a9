import pg from 'pg';
import { z } from 'zod';
import type { Database } from '../../src/database/work.ts';
import { type CivilDate, civilDate } from '../../src/kernel/civil-date.ts';
import { CoinAmount, VenueWon, Won } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { type Entry, entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { testActor } from '../support/database.ts';

export const day: CivilDate = civilDate('2026-01-05');
export const PLACE = 'account:1';

interface HeadOptions {
  readonly occurredOn?: CivilDate;
  readonly memo?: string;
}

export function head(key: string, { occurredOn = day, memo = '' }: HeadOptions = {}): Omit<Entry, 'lines'> {
  return { key, kind: 'sample', occurredOn, cause: 'sample:1', memo };
}

/** Coins that arrived and are held for their owner. */
export function receipt(key: string, quantity: string, subject = 'holding:1', options: HeadOptions = {}): Entry {
  const coins = CoinAmount.of('BTC', quantity);
  return entry(head(key, options))
    .debit(CHART.coinsHeld, { subject, place: PLACE }, coins)
    .credit(CHART.dutyToOwner, { subject }, coins)
    .build();
}

/** Held → on order. */
export function reserve(key: string, quantity: string, subject = 'holding:1'): Entry {
  const coins = CoinAmount.of('BTC', quantity);
  return entry(head(key))
    .debit(CHART.coinsOnOrder, { subject, place: PLACE }, coins)
    .credit(CHART.coinsHeld, { subject, place: PLACE }, coins)
    .build();
}

/** On order → held. */
export function unreserve(key: string, quantity: string, subject = 'holding:1'): Entry {
  const coins = CoinAmount.of('BTC', quantity);
  return entry(head(key))
    .debit(CHART.coinsHeld, { subject, place: PLACE }, coins)
    .credit(CHART.coinsOnOrder, { subject, place: PLACE }, coins)
    .build();
}

/** Coins on order become won at the venue, less the fee: four accounts, two assets. */
export function fill(key: string, sold: { quantity: string; proceeds: string; fee: string }, subject = 'holding:1'): Entry {
  const coins = CoinAmount.of('BTC', sold.quantity);
  const [proceeds, fee] = [VenueWon.of('upbit', sold.proceeds), VenueWon.of('upbit', sold.fee)];
  return entry(head(key))
    .debit(CHART.dutyToOwner, { subject }, coins)
    .credit(CHART.coinsOnOrder, { subject, place: PLACE }, coins)
    .debit(CHART.venueWonHeld, { subject: 'case:1', place: PLACE }, proceeds.minus(fee))
    .debit(CHART.dispositionCost, { subject: 'case:1', place: PLACE }, fee)
    .credit(CHART.proceedsAtVenue, { subject: 'case:1', place: PLACE }, proceeds)
    .build();
}

export function bill(key: string, won: string, subject = 'bill_line:1', options: HeadOptions = {}): Entry {
  return entry(head(key, options))
    .debit(CHART.receivableTax, { subject, place: 'bill:1' }, Won.of(won))
    .credit(CHART.assessed, { subject, place: 'bill:1' }, Won.of(won))
    .build();
}

export function posting(database: Database, ...entries: readonly Entry[]): Promise<void> {
  return database.work(testActor, async (work) => {
    for (const each of entries) await post(work, each);
  });
}

export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'nothing thrown';
  } catch (thrown) {
    return z.object({ code: z.string() }).parse(thrown).code;
  }
}

/** A bare connection, as somebody has it who knows the password of that role. */
export async function withClient<T>(url: string, body: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await body(client);
  } finally {
    await client.end();
  }
}
