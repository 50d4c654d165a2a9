import { appendAudit } from '../audit/append.ts';
import type { SaleWish } from '../database/generated/client.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { type CoinAmount, Price } from '../kernel/money.ts';
import { coinBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { readPolicy } from '../policy/book.ts';
import { farPriceRate } from '../policy/definitions/wish.ts';
import { type CaseWithParts, lockCase } from '../seizure/locked-case.ts';
import { assertFormDay, assertMayChoose, provenReference } from './choice.ts';
import { isRiskNoticeVersion, RISK_NOTICES } from './letters/wish-risk-notice.ts';
import { endWish, reviewWishes } from './wish-review.ts';
import { isFarFromMarket, LIVE_WISH_STATES } from './wish-rules.ts';

/** Within the open window: `limit` is not sold below its price; `stop` is sold at the market once the last trade is at or below it. */
export interface PriceWishTerms {
  readonly kind: 'limit' | 'stop';
  readonly price: Price;
  /** Absent: as much as the debt needs. */
  readonly maximumQuantity?: CoinAmount | undefined;
  /** An official has compared a price far from the market with the paper. */
  readonly isFarPriceConfirmed: boolean;
}

export type WishTerms = PriceWishTerms | { readonly kind: 'coin_order'; readonly assets: readonly string[] };

export interface WishInput {
  readonly caseId: number;
  readonly terms: WishTerms;
  /** Day on which the taxpayer signed or handed in the form. */
  readonly madeOn: CivilDate;
  /** Where the signed form is filed: number of its receipt. */
  readonly reference: string;
  /** The version that stands on the form he signed. */
  readonly riskNoticeVersion: string;
}

/**
 * Records what the taxpayer wishes on the signed form, on which he has read the risks. A new wish takes the place of a live one of the
 * same kind and asset; the same told twice is one. Errors: those of `assertMayChoose`; `PROOF_REQUIRED` without a reference;
 * `INPUT_INVALID` for an unknown risk notice or a price or quantity of zero; `CONFLICT` for a coin the city does not hold for him and
 * for a price once he has let the city sell at once; `WISH_FAR_FROM_MARKET` unless confirmed; `NOT_FOUND`.
 */
export async function recordWish(work: Work, input: WishInput): Promise<{ readonly wishId: number }> {
  const { terms } = input;
  const seizureCase = await lockCase(work, input.caseId);
  await assertMayChoose(work, seizureCase, { kind: terms.kind, madeOn: input.madeOn });
  const signed = { ...input, reference: provenReference(input.reference) };
  if (!isRiskNoticeVersion(input.riskNoticeVersion)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `There is no risk notice ${JSON.stringify(input.riskNoticeVersion)}; give the version printed on the form: ${Object.keys(RISK_NOTICES).join(', ')}.`,
    );
  }
  await assertWindowAllows(work, seizureCase, terms.kind);
  const known = await liveOf(work, input.caseId, terms);
  if (known !== undefined && isSame(known, signed)) return { wishId: known.id };
  if (terms.kind === 'coin_order') await assertOrderOfHeld(work, seizureCase, terms.assets);
  else await assertPriceWish(work, seizureCase, terms);
  if (known !== undefined) await endWish(work, known, { state: 'revoked', reason: 'replaced', revokeReference: signed.reference });
  const wish = await createWish(work, signed, known);
  await reviewWishes(work, seizureCase, await work.tx.saleWindow.findUnique({ where: { caseId: input.caseId } }));
  work.ring('cases', input.caseId);
  return { wishId: wish.id };
}

/**
 * Takes a wish back, which the taxpayer may until it is carried out; what was sold under it stays sold. Errors: `CONFLICT` for one that
 * is over, `PROOF_REQUIRED`, `INPUT_INVALID`, `NOT_FOUND`.
 */
export async function revokeWish(
  work: Work,
  { wishId, revokedOn, reference }: { readonly wishId: number; readonly revokedOn: CivilDate; readonly reference: string },
): Promise<void> {
  const found = await work.tx.saleWish.findUnique({ where: { id: wishId }, select: { caseId: true } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no wish ${wishId}.`);
  await lockCase(work, found.caseId);
  const wish = await work.tx.saleWish.findUniqueOrThrow({ where: { id: wishId } });
  if (!LIVE_WISH_STATES.some((state) => state === wish.state)) {
    throw new CheongsanError('CONFLICT', `Wish ${wishId} is ${wish.state}; only one that is still to be carried out is taken back.`, {
      facts: { wishId, state: wish.state },
    });
  }
  assertFormDay(revokedOn, dayFromColumn(wish.madeOn), seoulDay(work.at));
  await endWish(work, wish, { state: 'revoked', reason: 'taken_back', revokeReference: provenReference(reference) });
}

/** The live wish in whose place a new one would step. */
async function liveOf(work: Work, caseId: number, terms: WishTerms): Promise<SaleWish | undefined> {
  const live = await work.tx.saleWish.findFirst({
    where: { caseId, kind: terms.kind, asset: assetOf(terms), state: { in: [...LIVE_WISH_STATES] } },
  });
  return live ?? undefined;
}

function assetOf(terms: WishTerms): string | null {
  return terms.kind === 'coin_order' ? null : terms.price.asset;
}

function isSame(known: SaleWish, { terms, madeOn, reference, riskNoticeVersion }: WishInput): boolean {
  const isOfForm = dayFromColumn(known.madeOn) === madeOn && known.reference === reference && known.riskNoticeVersion === riskNoticeVersion;
  if (terms.kind === 'coin_order') return isOfForm && known.assetOrder.join() === terms.assets.join();
  const maximum = known.maximumQuantity?.toFixed();
  return isOfForm && known.price?.toFixed() === terms.price.toString() && maximum === terms.maximumQuantity?.toString();
}

async function createWish(work: Work, { caseId, terms, ...signed }: WishInput, replaced: SaleWish | undefined): Promise<SaleWish> {
  const figures =
    terms.kind === 'coin_order'
      ? { assetOrder: [...terms.assets] }
      : { assetOrder: [], price: terms.price.toString(), maximumQuantity: terms.maximumQuantity?.toString() ?? null };
  const { madeOn, reference, riskNoticeVersion } = signed;
  const wish = await work.tx.saleWish.create({
    data: {
      caseId,
      kind: terms.kind,
      asset: assetOf(terms),
      ...figures,
      madeOn: dayToColumn(madeOn),
      reference,
      riskNoticeVersion,
      recordedById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'wish.recorded',
    subject: `sale_wish:${wish.id}`,
    ...(replaced === undefined ? {} : { before: replaced.state }),
    after: 'active',
    payload: {
      kind: terms.kind,
      asset: assetOf(terms) ?? undefined,
      ...figures,
      ...(terms.kind === 'coin_order' ? {} : { isFarPriceConfirmed: terms.isFarPriceConfirmed }),
      madeOn,
      riskNoticeVersion,
      replaced: replaced?.id,
    },
  });
  return wish;
}

async function assertOrderOfHeld(work: Work, seizureCase: CaseWithParts, assets: readonly string[]): Promise<void> {
  if (assets.length === 0 || new Set(assets).size !== assets.length) {
    throw new CheongsanError('INPUT_INVALID', `An order of coins names each once, got [${assets.join(', ')}].`);
  }
  for (const asset of assets) await assertHeld(work, seizureCase, asset);
}

async function assertPriceWish(work: Work, seizureCase: CaseWithParts, terms: PriceWishTerms): Promise<void> {
  const { price, maximumQuantity, kind } = terms;
  if (!price.isPositive() || maximumQuantity?.isPositive() === false) {
    throw new CheongsanError('INPUT_INVALID', `A ${kind} needs a price and a quantity above zero, got ${price} and ${maximumQuantity}.`);
  }
  await assertHeld(work, seizureCase, price.asset);
  await assertNotFar(work, seizureCase, terms);
}

/** A price is wished for until the window ends or he has let the city sell at once; the order of coins matters then as well. */
async function assertWindowAllows(work: Work, { id: caseId, number }: CaseWithParts, kind: WishTerms['kind']): Promise<void> {
  const state = (await work.tx.saleWindow.findUnique({ where: { caseId } }))?.state ?? 'open';
  const isWaived =
    state === 'waived' || (await work.tx.windowChoice.count({ where: { caseId, kind: 'let_city_sell', revokedAt: null } })) > 0;
  if (kind === 'coin_order' ? state === 'open' || isWaived : state === 'open' && !isWaived) return;
  throw new CheongsanError(
    'CONFLICT',
    isWaived
      ? `The taxpayer of case ${number} has let the city sell at once; he takes that back before he wishes for a price.`
      : `The window of case ${number} is ${state}; nothing is left to wish for.`,
    { facts: { caseId, window: state, isWaived } },
  );
}

/** Coins that are being sold are held until they are. */
async function assertHeld(work: Work, { id: caseId, number, holdings }: CaseWithParts, asset: string): Promise<void> {
  for (const { id } of holdings.filter((holding) => holding.asset === asset)) {
    for (const chart of [CHART.coinsHeld, CHART.coinsOnOrder]) {
      if ((await coinBalance(work.tx, { chart, subject: `holding:${id}` }, asset)).isPositive()) return;
    }
  }
  throw new CheongsanError('CONFLICT', `The city holds no ${asset} for case ${number}; a wish is for coins that it holds.`, {
    facts: { caseId, asset },
  });
}

/** The market is what the coins were last valued at: no exchange is asked in a unit of work, and wrong digits show all the same. */
async function assertNotFar(work: Work, { id: caseId, holdings }: CaseWithParts, { price, isFarPriceConfirmed }: PriceWishTerms) {
  if (isFarPriceConfirmed) return;
  const { asset } = price;
  const holdingId = { in: holdings.filter((holding) => holding.asset === asset).map(({ id }) => id) };
  const valuation = await work.tx.valuation.findFirst({ where: { caseId, holdingId }, orderBy: { id: 'desc' } });
  const marketPrice = valuation === null ? undefined : Price.of(asset, valuation.price.toFixed());
  if (!isFarFromMarket(price, marketPrice, (await readPolicy(work.tx)).get(farPriceRate, seoulDay(work.at)))) return;
  throw new CheongsanError(
    'WISH_FAR_FROM_MARKET',
    `A price of ${price} won for ${asset} is far from ${marketPrice === undefined ? 'a market that nobody has valued' : `the last valuation of ${marketPrice}`}; compare it with the paper and confirm it.`,
    { facts: { caseId, asset, price: price.toString(), marketPrice: marketPrice?.toString(), valuedAt: valuation?.priceAt.toISOString() } },
  );
}
