import { randomUUID } from 'node:crypto';
import { Decimal } from '../../kernel/decimal.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { listingOf, QUOTE_ASSET } from '../core/listings.ts';
import type { Identity } from '../core/persons.ts';
import { assertCoin, type Desk, type DeskPart, type DeskParts, DONE, iso } from './desk-parts.ts';
import type { Checked, Result } from './operations.ts';
import { orderOperations } from './order-desk.ts';
import { transferOperations } from './transfer-desk.ts';

const KEY_LIFE_MS = 365 * 86_400_000;

/** Carries the operations out. */
export function createDesk(parts: DeskParts): Desk {
  return { ...accountOperations(parts), ...transferOperations(parts), ...orderOperations(parts), ...exchangeOperations(parts) };
}

function accountOperations({
  core,
  keys,
  depositAddress,
}: DeskParts): DeskPart<'openAccount' | 'openCorporateAccount' | 'balances' | 'depositAddresses' | 'setFrozen' | 'answerInquiry'> {
  return {
    openAccount: ({ accountId = randomUUID(), identity }) =>
      core.run(() => {
        core.persons.admit(accountId, identityOf(identity));
        return { accountId };
      }),
    openCorporateAccount: ({ accountId, accessKey, secretKey, scopes, expiresAt }) =>
      core.run((nowMs) => {
        core.accounts.open(accountId, 'corporate');
        const end = expiresAt === undefined ? new Date(nowMs + KEY_LIFE_MS) : new Date(expiresAt);
        keys.add({ accountId, accessKey, secretKey, scopes, expiresAt: end });
        return { accountId };
      }),
    balances: ({ accountId }) =>
      core.run(() =>
        [...core.accounts.get(accountId).balances].map(([asset, balance]) => ({
          asset,
          free: balance.free.toFixed(),
          locked: balance.locked.toFixed(),
        })),
      ),
    depositAddresses: ({ accountId }) =>
      core.run(() => {
        core.accounts.get(accountId);
        return core.market.assets.map((asset) => {
          return { asset, network: listingOf(asset).network.netType, ...depositAddress(accountId, asset) };
        });
      }),
    setFrozen: ({ accountId, frozen }) => {
      core.setFrozen(accountId, frozen);
      return DONE;
    },
    answerInquiry: ({ items }) => answerInquiry(core, items),
  };
}

function answerInquiry(core: ExchangeCore, items: Checked['answerInquiry']['items']): Result['answerInquiry'] {
  return core.run((nowMs) => {
    const answers = core.persons.answer(items.map((item) => ({ ...identityOf(item), reference: item.reference })));
    const rows = answers.flatMap((answer) => {
      if (!answer.found) return [];
      const { reference, matchedBy, accountId, identity } = answer;
      return answer.holdings.map((holding) => {
        const price = holding.asset === QUOTE_ASSET ? new Decimal(1) : core.lastPrice(holding.asset);
        return {
          reference,
          matchedBy,
          accountId,
          name: identity.name,
          birthDate: identity.birthDate,
          phone: identity.phone,
          asset: holding.asset,
          quantity: holding.quantity.toFixed(),
          lockedQuantity: holding.lockedQuantity.toFixed(),
          price: price.toFixed(),
          value: price.times(holding.quantity).integerValue(Decimal.ROUND_DOWN).toFixed(),
        };
      });
    });
    return {
      answeredAt: iso(nowMs),
      rows,
      withoutHoldings: answers.filter((answer) => answer.found && answer.holdings.length === 0).map(({ reference }) => reference),
      notFound: answers.filter((answer) => !answer.found).map(({ reference }) => reference),
    };
  });
}

function exchangeOperations({
  core,
  faults,
  marketEvents,
  quoteVenues,
  statistics,
}: DeskParts): DeskPart<
  | 'setStaleBook'
  | 'setBookFault'
  | 'setMarketEvent'
  | 'setManners'
  | 'setDelisting'
  | 'setWrongBalance'
  | 'setQuoteVenue'
  | 'injectFault'
  | 'clearFaults'
  | 'faultsStruck'
  | 'totals'
  | 'statistics'
> {
  return {
    setStaleBook: ({ asset, stale }) => {
      assertCoin(core, asset);
      core.run((nowMs) => core.trading.setStale(asset, stale ? nowMs : undefined));
      return DONE;
    },
    setBookFault: ({ asset, fault }) => {
      assertCoin(core, asset);
      core.run(() => core.trading.setBookFault(asset, fault ?? undefined));
      return DONE;
    },
    setMarketEvent: ({ asset, ...event }) => {
      assertCoin(core, asset);
      marketEvents.set(asset, event);
      return DONE;
    },
    setManners: ({ cancelDelaySeconds, refusesTakingPostOnly, clockAheadSeconds, hiddenSeconds, partialIocWord }) => {
      core.setManners({
        cancelDelayMs: cancelDelaySeconds * 1_000,
        refusesTaking: refusesTakingPostOnly,
        hiddenMs: Math.round(hiddenSeconds * 1_000),
        showsPartialAsFilled: partialIocWord === 'filled',
        clockAheadMs: Math.round(clockAheadSeconds * 1_000),
      });
      return DONE;
    },
    setDelisting: ({ asset, closesAt }) => {
      assertCoin(core, asset);
      core.setClosing(asset, closesAt === null ? undefined : new Date(closesAt).getTime());
      return DONE;
    },
    setWrongBalance: ({ accountId, asset, wrongBy }) => {
      core.setWrongBalance(accountId, asset, new Decimal(wrongBy));
      return DONE;
    },
    setQuoteVenue: ({ venue, shift, stale, isDown }) => {
      core.run((nowMs) => quoteVenues[venue].setFault({ shift: Number(shift), staleSinceMs: stale ? nowMs : undefined, isDown }));
      return DONE;
    },
    injectFault: (fault) => {
      faults.inject(fault);
      return DONE;
    },
    clearFaults: () => {
      faults.clear();
      core.clearWrongBalances();
      return DONE;
    },
    faultsStruck: () => faults.struck(),
    totals: () => core.run(() => Object.fromEntries([...core.accounts.totals()].map(([asset, total]) => [asset, total.toFixed()]))),
    statistics,
  };
}

function identityOf(given: Checked['openAccount']['identity']): Identity {
  const { name, birthDate, phone, registrationNumber } = given;
  return { name, birthDate, phone, registrationNumber };
}
