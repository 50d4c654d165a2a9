import { describe, expect, it } from 'vitest';
import type { MarketFacts, PolicyFacts } from '../../../src/liquidation/decision-inputs.ts';
import { guardMarket } from '../../../src/liquidation/market-guards.ts';
import { readMarket } from '../../../src/liquidation/market-view.ts';
import { AT, later, market, policy } from './given.ts';

function look(change: Partial<MarketFacts>, rules: Partial<PolicyFacts> = {}) {
  return guardMarket(readMarket('BTC', { ...market, ...change }, 'upbit'), { ...policy, ...rules }, new Date(AT));
}

/** Code and figures of the guard that closes the market. */
function spoken(change: Partial<MarketFacts>, rules: Partial<PolicyFacts> = {}) {
  const looked = look(change, rules);
  return looked.kind === 'open' ? 'open' : [looked.event.code, looked.event.figures];
}

function noted(change: Partial<MarketFacts>) {
  const looked = look(change);
  return looked.kind === 'open' ? looked.notes.map(({ code, figures }) => [code, figures]) : looked.code;
}

const bidsFrom = (best: string, ...further: string[]): MarketFacts['bids'] => [best, ...further].map((price) => [price, '1']);

it('a market with nothing against it is open, with its best prices and their middle', () => {
  const looked = look({});
  expect(looked).toMatchObject({ kind: 'open', notes: [] });
  if (looked.kind === 'closed') return;
  expect([looked.bestBid.toString(), looked.bestAsk.toString(), looked.mid.toString()]).toEqual(['100000000', '100100000', '100050000']);
});

describe('what closes a market, with the figures by which it does', () => {
  const zeros: Partial<MarketFacts> = { bids: market.bids.map(([price]) => [price, '0']), asks: [['100100000', '0']] };

  it.each<[string, Record<string, string>, Partial<MarketFacts>, Partial<PolicyFacts>?]>([
    ['market_closed', {}, { acceptsOrders: false }],
    ['market_danger', {}, { flags: ['caution', 'danger'] }],
    ['wallet_halted', {}, { walletState: 'halted' }],
    ['own_orders_open', { orders: '2' }, { strangeOrders: 2 }],
    ['clock_skewed', { skewMs: '5001', limitMs: '5000' }, { clockSkewMs: 5_001 }],
    ['clock_skewed', { skewMs: '-5001', limitMs: '5000' }, { clockSkewMs: -5_001 }],
    ['book_stale', { ageMs: '10001', limitMs: '10000' }, { changedAt: later(-10.001) }],
    ['book_ahead_of_clock', { ageMs: '-10001', limitMs: '10000' }, { changedAt: later(10.001) }],
    ['book_empty', { bids: '0', asks: '0' }, { bids: [], asks: [] }],
    ['book_empty', { bids: '0', asks: '1' }, { bids: [] }],
    ['book_empty', { bids: '3', asks: '0' }, { asks: [] }],
    ['book_empty', { bids: '0', asks: '0' }, zeros],
    // A price of zero is how some venues fill up the shorter side.
    ['book_empty', { bids: '0', asks: '1' }, { bids: [['0', '5']] }],
    ['book_crossed', { bestBid: '100000000', bestAsk: '100000000' }, { asks: [['100000000', '1']] }],
    ['book_crossed', { bestBid: '100000000', bestAsk: '99000000' }, { asks: [['99000000', '1']] }],
    ['book_thin', { bids: '2', least: '3' }, { bids: market.bids.slice(0, 2) }],
    ['book_thin', { bids: '2', least: '3' }, { bids: [['100000000', '0'], ...market.bids.slice(1)] }],
    ['spread_wide', { spread: '0.02020202', limit: '0.02' }, { bids: bidsFrom('98000', '97000', '96000'), asks: [['100000', '1']] }],
    ['tick_unknown', { bestBid: '100000000' }, { ticks: [] }],
    ['tick_unknown', { bestBid: '100000000' }, { ticks: [{ from: '200000000', tick: '1000' }] }],
    ['tick_unknown', { bestBid: '100000000' }, { ticks: [{ from: '0', tick: '0' }] }],
    ['tick_misfit', { bestBid: '100000000', bestAsk: '100100000', tick: '3000' }, { ticks: [{ from: '0', tick: '3000' }] }],
    [
      'price_off_reference',
      { mid: '100050000', reference: '97000000', deviation: '0.031443298', limit: '0.03' },
      { reference: { price: '97000000', venues: ['bithumb', 'coinone'] } },
    ],
    [
      'price_off_reference',
      { mid: '100050000', reference: '104000000', deviation: '-0.037980769', limit: '0.03' },
      { reference: { price: '104000000', venues: ['bithumb', 'coinone'] } },
    ],
  ])('%s %j', (code, figures, change, rules) => {
    expect(spoken(change, rules)).toEqual([code, figures]);
  });

  it('closes a book whose age is no number', () => {
    expect(look({ changedAt: 'yesterday' })).toMatchObject({ kind: 'closed', code: 'book_stale' });
  });

  it('closes on a reference of nothing', () => {
    expect(look({ reference: { price: '0', venues: ['bithumb', 'coinone'] } })).toMatchObject({ code: 'price_off_reference' });
  });

  it.each<[string, Partial<MarketFacts>]>([
    ['a book as old as is allowed', { changedAt: later(-10) }],
    ['a book as far ahead as is allowed', { changedAt: later(10) }],
    ['clocks that differ as much as is allowed', { clockSkewMs: -5_000 }],
    ['a skew that nobody has measured', { clockSkewMs: null }],
    ['a wallet that lets coins in', { walletState: 'deposits_only' }],
    ['a wallet that lets coins out', { walletState: 'withdrawals_only' }],
    ['a spread as wide as is allowed', { bids: bidsFrom('99000', '98000', '97000'), asks: [['101000', '1']], reference: null }],
    // (100,050,000 - x) / x is exactly 0.03 at no tick; just within it is open.
    ['a price just near enough to the reference', { reference: { price: '97136000', venues: ['bithumb', 'coinone'] } }],
    // A falling market is no broken one.
    ['a price half of what it was', { bids: bidsFrom('50000000', '49950000', '49900000'), asks: [['50050000', '1']], reference: null }],
  ])('%s does not', (_, change) => {
    expect(spoken(change)).toBe('open');
  });
});

describe('what is noticed and closes nothing', () => {
  it.each<[string, Record<string, string>, Partial<MarketFacts>]>([
    ['no_reference', {}, { reference: null }],
    ['market_caution', {}, { flags: ['caution'] }],
    ['market_warning', {}, { flags: ['warning'] }],
    ['support_ending', {}, { flags: ['delisting'] }],
    ['levels_of_zero', { levels: '1' }, { bids: [...market.bids, ['97000000', '0']] }],
    [
      'levels_of_zero',
      { levels: '2' },
      {
        bids: [['100050000', '0'], ...market.bids],
        asks: [['100060000', '0'], ...market.asks],
      },
    ],
  ])('%s %j', (code, figures, change) => {
    expect(noted(change)).toEqual([[code, figures]]);
  });

  it('is told together', () => {
    expect(noted({ flags: ['delisting', 'warning'], reference: null })).toEqual([
      ['no_reference', {}],
      ['market_warning', {}],
      ['support_ending', {}],
    ]);
  });

  it('a best level of no size is no price', () => {
    const looked = look({ bids: [['100050000', '0'], ...market.bids] });
    expect(looked.kind === 'open' && looked.bestBid.toString()).toBe('100000000');
  });
});

describe('steps of the price', () => {
  /** Upbit tells one step: the one at its present price. At 1,000,000 won and above it is 1,000, below 500. */
  const atBoundary = (tick: string, bid: string, ask: string) =>
    spoken({ ticks: [{ from: '0', tick }], bids: bidsFrom(bid, '990000', '980000'), asks: [[ask, '1']], reference: null });

  it.each([
    ['1000', '1000000', '1001000'],
    ['1000', '999500', '1000000'],
    ['500', '999000', '999500'],
    ['500', '999500', '1000000'],
    // Read before the price rose.
    ['500', '1000000', '1001000'],
  ])('of %s fit %s and %s around a boundary', (tick, bid, ask) => {
    expect(atBoundary(tick, bid, ask)).toBe('open');
  });

  it('that fit neither best price are outdated', () => {
    // Read before the price fell: both lie on steps of 500 now.
    expect(atBoundary('1000', '998500', '999500')).toEqual(['tick_misfit', { bestBid: '998500', bestAsk: '999500', tick: '1000' }]);
  });

  it('of a table hold from their floors', () => {
    const view = readMarket(
      'BTC',
      {
        ...market,
        ticks: [
          { from: '1000000', tick: '1000' },
          { from: '500000', tick: '500' },
          { from: '0.1', tick: '0.001' },
        ],
      },
      'upbit',
    );
    const [best] = view.bids;
    if (best === undefined) throw new Error('no bids');
    const tickAt = (price: string) => view.tickAt(best.price.minus(best.price).plus(readPrice(price)))?.toString();
    expect(['1000000', '999999', '500000', '499999', '0.1', '0.09'].map(tickAt)).toEqual([
      '1000',
      '500',
      '500',
      '0.001',
      '0.001',
      undefined,
    ]);
  });
});

function readPrice(figure: string) {
  const [level] = readMarket('BTC', { ...market, bids: [[figure, '1']] }, 'upbit').bids;
  if (level === undefined) throw new Error('no price');
  return level.price;
}

describe('figures at the end of all scales', () => {
  it.each<[string, string, Partial<MarketFacts>]>([
    [
      'a coin at 0.00004 won',
      'open',
      {
        bids: bidsFrom('0.00004', '0.0000399', '0.0000398'),
        asks: [['0.0000401', '9']],
        ticks: [{ from: '0', tick: '0.0000001' }],
        reference: null,
      },
    ],
    [
      'a step larger than the price',
      'spread_wide',
      { bids: bidsFrom('0.00004', '0.00003', '0.00002'), asks: [['1', '9']], ticks: [{ from: '0', tick: '1' }] },
    ],
    [
      'a step larger than both prices',
      'tick_misfit',
      { bids: bidsFrom('0.4', '0.3', '0.2'), asks: [['0.401', '9']], ticks: [{ from: '0', tick: '1' }] },
    ],
    [
      'the least price there is',
      'spread_wide',
      { bids: bidsFrom('0.000000000000000001', '0.000000000000000001', '0.000000000000000001'), asks: [['1000000000000000000000', '1']] },
    ],
    [
      'quantities beyond all coins',
      'open',
      { bids: bidsFrom('100000000', '99000000', '98000000').map(([price]) => [price, '1000000000000000000000000000000']) },
    ],
  ])('%s: %s', (_, code, change) => {
    const looked = look(change);
    expect(looked.kind === 'open' ? 'open' : looked.code).toBe(code);
    expect(JSON.stringify(looked.kind === 'open' ? looked.notes : looked.event)).not.toContain('NaN');
  });
});
