import type { SaleWish } from '../../src/database/generated/client.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { CURRENT_RISK_NOTICE } from '../../src/voluntary-sale/letters/wish-risk-notice.ts';
import { type PriceWishTerms, recordWish, revokeWish, type WishInput, type WishTerms } from '../../src/voluntary-sale/wish.ts';
import { testActor } from '../support/database.ts';
import type { SaleOffice } from './sale-case.ts';

export function priceWish(
  kind: 'limit' | 'stop',
  won: string,
  more: Partial<PriceWishTerms> & { units?: string; asset?: string } = {},
): WishTerms {
  const { units, asset = 'BTC', ...terms } = more;
  return {
    kind,
    price: Price.of(asset, won),
    isFarPriceConfirmed: false,
    ...(units === undefined ? {} : { maximumQuantity: CoinAmount.of(asset, units) }),
    ...terms,
  };
}

/** The counter at which signed forms are handed in. */
export class WishCounter {
  readonly office: SaleOffice;
  #serial = 0;

  constructor(office: SaleOffice) {
    this.office = office;
  }

  wish(caseId: number, terms: WishTerms, input: Partial<WishInput> = {}): Promise<number> {
    const { test, room } = this.office;
    this.#serial += 1;
    const reference = `접수 2026-${this.#serial}`;
    const signed = { caseId, terms, madeOn: room.today, reference, riskNoticeVersion: CURRENT_RISK_NOTICE, ...input };
    return test.database.work(testActor, async (work) => (await recordWish(work, signed)).wishId);
  }

  revoke(wishId: number, reference = '접수 2026-철회'): Promise<void> {
    const { test, room } = this.office;
    return test.database.work(testActor, (work) => revokeWish(work, { wishId, revokedOn: room.today, reference }));
  }

  read(wishId: number): Promise<SaleWish> {
    return this.office.test.database.read.saleWish.findUniqueOrThrow({ where: { id: wishId } });
  }

  async stateOf(wishId: number): Promise<string> {
    return (await this.read(wishId)).state;
  }

  /** Actions of the audit log about a wish, in their order. */
  async eventsOf(wishId: number): Promise<string[]> {
    const events = await this.office.test.database.read.auditEvent.findMany({
      where: { subject: `sale_wish:${wishId}` },
      orderBy: { sequence: 'asc' },
    });
    return events.map(({ action }) => action);
  }
}
