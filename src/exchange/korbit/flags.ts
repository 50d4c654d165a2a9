import type { Market, MarketFlag } from '../port.ts';
import type { Alert, Notice } from './wire.ts';

/** Most pressing first. */
const ORDER: readonly MarketFlag[] = ['delisting', 'danger', 'warning', 'caution'];

/**
 * Korbit's levels of its market alerts (시장경보제). Only `danger` (투자위험) stands in the documents; the other two are named after the
 * steps of the exchanges' common rules, 투자주의 and 투자경고, and were not seen.
 */
const LEVELS: ReadonlyMap<string, MarketFlag> = new Map([
  ['caution', 'caution'],
  ['warning', 'warning'],
  ['danger', 'danger'],
]);

/** An alert without a level that limits the price of orders to buy (주문가격 제한): it says that the price ran, and stops no sale. */
const LIMITS_PURCHASES = 'limit_buy_range';

const ENDING = /거래\s*지원\s*종료|상장\s*폐지|거래\s*종료/;
const WATCHED = /유의\s*종목/;
const TAKEN_BACK = /해제|철회|취소/;
/** `BTC` of `비트코인(BTC)`; a notice may name several. */
const NAMED_ASSET = /\(([A-Z0-9]{2,15})\)/g;

export interface FlagFacts {
  readonly status: string;
  readonly alerts: readonly Alert[];
  readonly notices: readonly Notice[];
}

/**
 * What is told of one market. A pair that is `stopped` is not said to be so for a while or for good, which is taken for `danger`, as is
 * an alert that nobody has read up. The end of support (거래지원 종료) and 거래유의 are told by notice alone, of which Korbit gives the
 * newest twenty: their titles are read by the words usual in Korea, which was not held against many, and a notice that has left the
 * list is not seen any more. The newest that names an asset decides. Pure.
 */
export function flagsOf(asset: string, { status, alerts, notices }: FlagFacts): Market['flags'] {
  const flags = new Set<MarketFlag>(alerts.map(alertFlag));
  if (status !== 'launched') flags.add('danger');
  const noticed = noticeFlag(asset, notices);
  if (noticed !== undefined) flags.add(noticed);
  return ORDER.filter((flag) => flags.has(flag));
}

function alertFlag({ type, level }: Alert): MarketFlag {
  if (level === undefined) return type === LIMITS_PURCHASES ? 'caution' : 'danger';
  return LEVELS.get(level) ?? 'danger';
}

function noticeFlag(asset: string, notices: readonly Notice[]): MarketFlag | undefined {
  const title = notices.map((notice) => notice.title).find((text) => (ENDING.test(text) || WATCHED.test(text)) && names(text, asset));
  if (title === undefined || TAKEN_BACK.test(title)) return undefined;
  return ENDING.test(title) ? 'delisting' : 'warning';
}

function names(title: string, asset: string): boolean {
  return [...title.matchAll(NAMED_ASSET)].some(([, named]) => named === asset);
}
