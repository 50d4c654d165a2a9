import type { DecisionOutcome } from '../../database/generated/enums.ts';
import { saleCode } from '../../liquidation/code-text.ts';
import { NOTE_TEXT, type PauseCode } from '../../liquidation/codes.ts';
import type { DenialCode } from '../../liquidation/gate.ts';
import { reasonOf } from '../../liquidation/wait.ts';

/** Waits that a plan consists of, or that an order of ours ends: nothing kept the sale from going on. */
const PACE: readonly PauseCode[] = [
  'open_orders_suffice',
  'own_order_open',
  'market_busy',
  'nothing_held',
  'not_planned',
  'not_wished',
  'slice_done',
  'slice_accumulates',
];
/** Waits that leave the taxpayer his time and his price. */
const TAXPAYERS_TIME: readonly (PauseCode | DenialCode)[] = ['window_missing', 'window_open', 'price_below_wish'];
const NO_GUARDS: ReadonlySet<string> = new Set([...PACE, ...TAXPAYERS_TIME]);

/** How often a guard spoke, as a stable code with the words an officer reads. */
export interface GuardCount {
  /** Without the asset it may be about. */
  readonly code: string;
  readonly asset: string | undefined;
  readonly text: string;
  /** Decisions in which it spoke. */
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** A code as decisions store it (`BTC:book_stale` or `trading_halted`), counted. */
export interface StoredCodeCount {
  readonly code: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/**
 * What kept sales from going on. Counts of the same code are added up; what only sets the pace of a plan, or waits for the taxpayer, is
 * left out. The most frequent come first.
 */
export function guardCounts(stored: Iterable<StoredCodeCount>): GuardCount[] {
  return addedUp([...stored].filter(({ code }) => isGuard(reasonOf(code))));
}

/** What guards noted while sales went on, added up likewise. */
export function noteCounts(stored: Iterable<StoredCodeCount>): GuardCount[] {
  return addedUp([...stored].filter(({ code }) => isNote(reasonOf(code))));
}

function isGuard(code: string): boolean {
  return !NO_GUARDS.has(code) && !isNote(code);
}

function isNote(code: string): boolean {
  return Object.hasOwn(NOTE_TEXT, code);
}

function addedUp(stored: readonly StoredCodeCount[]): GuardCount[] {
  const counts = new Map<string, GuardCount>();
  for (const { code: whole, count, firstAt, lastAt } of stored) {
    const { code, asset, text } = saleCode(whole);
    const known = counts.get(whole);
    counts.set(whole, {
      code,
      asset: asset ?? undefined,
      text,
      count: count + (known?.count ?? 0),
      firstAt: known !== undefined && known.firstAt < firstAt ? known.firstAt : firstAt,
      lastAt: known !== undefined && known.lastAt > lastAt ? known.lastAt : lastAt,
    });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (nameOf(a) < nameOf(b) ? -1 : 1));
}

function nameOf({ code, asset }: GuardCount): string {
  return `${code}:${asset ?? ''}`;
}

function assetOf(code: string): string | undefined {
  const end = code.indexOf(':');
  return end < 0 ? undefined : code.slice(0, end);
}

/** One decision, as far as it tells when a guard held a sale. */
export interface DecisionMoment {
  readonly decidedAt: Date;
  readonly outcome: DecisionOutcome;
  readonly codes: readonly string[];
}

export interface GuardPause {
  readonly from: Date;
  readonly until: Date;
  /** Words of the guards that spoke meanwhile, each once. */
  readonly texts: readonly string[];
}

/**
 * Stretches of time in which nothing but guards kept a coin from being sold: from a decision in which one spoke until the next decision,
 * or until `end` after the last; neighbours are joined. What waits for the window, for a wish or for its slice is held by no guard,
 * whatever one says beside it. Decisions are in the order of time.
 */
export function guardPauses(asset: string, decisions: readonly DecisionMoment[], end: Date): GuardPause[] {
  const pauses: GuardPause[] = [];
  for (const [index, decision] of decisions.entries()) {
    const texts = pauseTexts(asset, decision);
    if (texts.length === 0) continue;
    const until = decisions[index + 1]?.decidedAt ?? later(end, decision.decidedAt);
    const before = pauses.at(-1);
    if (before !== undefined && before.until.getTime() === decision.decidedAt.getTime()) {
      pauses.splice(-1, 1, { from: before.from, until, texts: [...new Set([...before.texts, ...texts])] });
    } else pauses.push({ from: decision.decidedAt, until, texts });
  }
  return pauses;
}

function pauseTexts(asset: string, { outcome, codes }: DecisionMoment): string[] {
  if (outcome === 'stop') return [];
  const own = codes.filter((code) => (assetOf(code) ?? asset) === asset).map(reasonOf);
  const said = own.filter((code) => !isNote(code));
  return said.every(isGuard) ? [...new Set(said.map((code) => saleCode(code).text))] : [];
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
