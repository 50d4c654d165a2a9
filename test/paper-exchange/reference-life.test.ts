import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { BOUNDARY } from '../../src/paper-exchange/core/accounts.ts';
import { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import type { Order } from '../../src/paper-exchange/core/orders.ts';
import { StateFile } from '../../src/paper-exchange/core/state-file.ts';
import type { ReferenceLife } from '../../src/paper-exchange/core/trading-rules.ts';
import { GeneratedMarket } from '../../src/paper-exchange/market/generator.ts';
import { Market } from '../../src/paper-exchange/market/market.ts';
import { UPBIT_RULES } from '../../src/paper-exchange/upbit-face/venue-rules.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { START } from './support.ts';

const DAY_MS = 86_400_000;
const FAR = '9000000';
/** Refused at every venue: no tick fits. */
const OFF_TICK = '9000000.5';

let clock: DrivenClock;
let path: string;
let core: ExchangeCore;

function open(referenceLife: ReferenceLife): void {
  const rules = { ...UPBIT_RULES, referenceLife };
  const { file, entries } = StateFile.open(path);
  core = new ExchangeCore({
    clock,
    market: new Market(new GeneratedMarket('1'), '1', rules),
    rules,
    stateFile: file,
    entries,
    takenHalfLifeMs: 60_000,
  });
}

/** As after a kill: what was answered is in the file. */
function restart(referenceLife: ReferenceLife): void {
  core.close();
  open(referenceLife);
}

beforeEach(() => {
  clock = new DrivenClock(START);
  path = join(temporaryFolder(), 'exchange.jsonl');
});

function begin(referenceLife: ReferenceLife): void {
  open(referenceLife);
  for (const accountId of ['one', 'two']) {
    core.accounts.open(accountId, 'corporate');
    const coins = { kind: 'chain_deposit', asset: 'ETH', quantity: new Decimal(100), fee: new Decimal(0), from: BOUNDARY.outside } as const;
    core.beginTransfer({ ...coins, to: accountId, network: undefined, transactionId: 'x', delayMs: 0 });
  }
}

function sell(reference: string, price = FAR, accountId = 'one'): Order | string {
  const terms = { kind: 'limit', price: new Decimal(price), quantity: new Decimal(1), execution: 'rest' } as const;
  const placed = core.placeOrder({ accountId, asset: 'ETH', side: 'sell', terms, reference, origin: 'interface' });
  return 'code' in placed ? placed.code : placed;
}

function isPlaced(placed: Order | string): placed is Order {
  return typeof placed !== 'string';
}

function end(reference: string): void {
  const order = core.shownOrder('one', { reference });
  expect(order !== undefined && core.cancelOrder(order)).toBe(true);
}

const LIVES: readonly (readonly [name: string, life: ReferenceLife])[] = [
  ['an attempt', { of: 'attempt' }],
  ['an order for ever', { of: 'order', rememberedMs: undefined }],
  ['an order for a day and a half', { of: 'order', rememberedMs: 1.5 * DAY_MS }],
  ['an open order', { of: 'open_order' }],
];

describe.each(LIVES)('a reference that lives as long as %s', (_name, life) => {
  it('is refused while its order is open, also after a restart, and is another account’s affair not at all', () => {
    begin(life);
    expect(isPlaced(sell('a'))).toBe(true);
    expect(sell('a')).toBe('reference_used');
    expect(isPlaced(sell('a', FAR, 'two'))).toBe(true);
    restart(life);
    expect(sell('a')).toBe('reference_used');
    expect(sell('a', FAR, 'two')).toBe('reference_used');
    core.close();
  });

  it('after its order is over is free only where that is the rule, also after a restart', () => {
    begin(life);
    sell('a');
    end('a');
    const isFree = life.of === 'open_order';
    restart(life);
    expect(isPlaced(sell('a'))).toBe(isFree);
    clock.advanceBy(1.5 * DAY_MS - 1);
    if (isFree) end('a');
    expect(isPlaced(sell('a'))).toBe(isFree);
    clock.advanceBy(1);
    if (isFree) end('a');
    restart(life);
    expect(isPlaced(sell('a'))).toBe(isFree || (life.of === 'order' && life.rememberedMs !== undefined));
    core.close();
  });

  it('names the newest order of that name', () => {
    begin(life);
    const first = sell('a');
    end('a');
    clock.advanceBy(2 * DAY_MS);
    const second = sell('a');
    const named = core.shownOrder('one', { reference: 'a' });
    expect(named?.orderId).toBe(isPlaced(second) ? second.orderId : isPlaced(first) ? first.orderId : '');
    restart(life);
    expect(core.shownOrder('one', { reference: 'a' })?.orderId).toBe(named?.orderId);
    core.close();
  });

  it('after an order that was refused is used up only where the attempt counts, also after a restart', () => {
    begin(life);
    expect(sell('a', OFF_TICK)).toBe('price_off_tick');
    restart(life);
    expect(isPlaced(sell('a'))).toBe(life.of !== 'attempt');
    core.close();
  });

  it('is used up for ever by an order that was kept out after it had claimed it', () => {
    begin(life);
    const { keptOut, accepted } = core.disturb({ kind: 'refused_after_claim' }, () => sell('a'));
    expect([keptOut, accepted]).toEqual([true, []]);
    restart(life);
    clock.advanceBy(9 * DAY_MS);
    expect(sell('a')).toBe('reference_used');
    expect(core.shownOrder('one', { reference: 'a' })).toBeUndefined();
    core.close();
  });

  it('lets nothing of it be carried out twice that is delivered twice while it rests', () => {
    begin(life);
    const { result, accepted } = core.disturb({ kind: 'delivered_twice' }, () => sell('a'));
    expect(result).toBe('reference_used');
    expect(accepted.map(({ reference }) => reference)).toEqual(['a']);
    expect(core.orders.all()).toHaveLength(1);
    core.close();
  });
});
