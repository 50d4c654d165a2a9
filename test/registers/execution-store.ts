import type { Prisma } from '../../src/database/generated/client.ts';
import type { DecisionOutcome } from '../../src/database/generated/enums.ts';
import { jsonColumn } from '../../src/database/json.ts';
import type { Database } from '../../src/database/work.ts';
import type { Canonical } from '../../src/kernel/digest.ts';
import type { NoteCode } from '../../src/liquidation/codes.ts';
import type { PersonDetails } from '../../src/person/details.ts';
import { registerPersons } from '../../src/person/register.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { testActor } from '../support/database.ts';
import { storeLawfulCase } from '../support/sale-case.ts';
import { testKeys } from '../support/test-keys.ts';

const HOUR_MS = 3_600_000;

export interface StoredHolding {
  readonly caseId: number;
  readonly holdingId: number;
  readonly saleId: number;
  readonly accountId: number;
  readonly asset: string;
  /** Whose coins they were. */
  readonly person: PersonDetails;
}

export interface StoredOrder {
  readonly style?: 'cross' | 'passive';
  readonly decidedAt: Date;
  /** Best bid and ask of the book the decision was made from; without one its market was not read. */
  readonly book?: readonly [bid: string, ask: string];
  readonly codes?: readonly string[];
  /** What the guards noted of the coin besides. */
  readonly notes?: readonly NoteCode[];
  readonly fills: readonly { readonly at: Date; readonly quantity: string; readonly price: string; readonly fee?: string }[];
}

export interface StoredPlan {
  readonly version?: number;
  readonly reason?: string;
  readonly isWished?: boolean;
  readonly madeAt: Date;
  readonly planned: string;
  readonly arrival: string;
  readonly supersededAt?: Date;
}

let serial = 0;

/** Rows of sales as the desk leaves them, stored by hand, so that every figure of a report is known beforehand. */
export class ExecutionStore {
  readonly #database: Database;
  #accountId: number | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A case whose window opened on 2025-11-29, with coins in custody and a sale that began. */
  async sale(assets: readonly string[], change: Partial<Prisma.LiquidationUncheckedCreateInput> = {}): Promise<StoredHolding[]> {
    serial += 1;
    const person = samplePerson(serial, { name: `표본 납세자 ${serial}` });
    return this.#database.work(testActor, async (work) => {
      const { ids } = await registerPersons(work, testKeys, [person], { sample: true });
      const caseId = await storeLawfulCase(work, { personId: ids[0] ?? 0, officerId: 1, billIds: [] });
      const accountId = await this.#account();
      const startedAt = change.startedAt ?? new Date('2026-01-05T00:00:00Z');
      const sale = await work.tx.liquidation.create({
        data: { caseId, mandateId: 1, venueAccountId: accountId, state: 'running', nextStepAt: startedAt, startedAt, ...change },
      });
      const holdings: StoredHolding[] = [];
      for (const asset of assets) {
        const { id } = await work.tx.holding.create({
          data: {
            caseId,
            asset,
            venueAccountId: accountId,
            accountReference: `taxpayer-${caseId}`,
            seizedQuantity: '100',
            demandedQuantity: '100',
            state: 'selling',
            stateSince: startedAt,
          },
        });
        holdings.push({ caseId, holdingId: id, saleId: sale.id, accountId, asset, person });
      }
      return holdings;
    });
  }

  async #account(): Promise<number> {
    if (this.#accountId !== undefined) return this.#accountId;
    const at = new Date('2026-01-01T00:00:00Z');
    const { id } = await this.#database.read.venueAccount.create({
      data: {
        venueCode: 'upbit',
        label: '표본시 계정',
        baseUrl: 'http://127.0.0.1:1',
        accessKeyCipher: Buffer.from(''),
        secretKeyCipher: Buffer.from(''),
        accessKeyIndex: 'sample',
        accessKeyHint: '',
        keySetAt: at,
        keyPermissions: [],
        paper: true,
        depositsSettledUntil: at,
        withdrawalsSettledUntil: at,
        createdAt: at,
      },
    });
    this.#accountId = id;
    return id;
  }

  /** The next decision of a sale; its inputs hold only what a report reads of them. */
  async decision(
    { caseId, saleId, holdingId, asset }: StoredHolding,
    decidedAt: Date,
    outcome: DecisionOutcome,
    { codes = [], notes = [], book }: Pick<StoredOrder, 'codes' | 'notes' | 'book'> = {},
  ): Promise<number> {
    const level = (price: string) => [
      ['1', '0'],
      [price, '0.5'],
    ];
    const market: Canonical = book === undefined ? 'unreadable' : { bids: level(book[0]), asks: level(book[1]) };
    const { id } = await this.#database.read.saleDecision.create({
      data: {
        liquidationId: saleId,
        caseId,
        stepNumber: (await this.#database.read.saleDecision.count({ where: { liquidationId: saleId } })) + 1,
        decidedAt,
        ruleVersion: 'sample',
        policyVersion: '1',
        inputs: jsonColumn({ holdings: [{ holdingId, asset, market }] }),
        inputsDigest: '',
        outcome,
        codes: [...codes],
        result: jsonColumn({ guards: notes.map((code) => ({ code, asset, figures: {} })) }),
      },
    });
    return id;
  }

  /** An order of one or several cases, each with a decision of its own, and its trades. Answers the order's id. */
  async order(
    holding: StoredHolding,
    { style = 'cross', decidedAt, fills, ...rest }: StoredOrder,
    others: readonly StoredHolding[] = [],
  ): Promise<number> {
    serial += 1;
    const shares = [];
    for (const { caseId, holdingId, ...each } of [holding, ...others]) {
      const decisionId = await this.decision({ caseId, holdingId, ...each }, decidedAt, 'order', rest);
      shares.push({ decisionId, caseId, holdingId, quantity: '100', maximumProceeds: '1' });
    }
    const order = await this.#database.read.saleOrder.create({
      data: {
        intentId: serial,
        venueAccountId: holding.accountId,
        symbol: `KRW-${holding.asset}`,
        asset: holding.asset,
        style,
        quantity: '100',
        limitPrice: '1',
        restUntil: style === 'passive' ? decidedAt : null,
        createdAt: decidedAt,
        shares: { create: shares },
      },
    });
    for (const [index, { at, quantity, price, fee = '0' }] of fills.entries()) {
      for (const { caseId, holdingId } of [holding, ...others]) {
        await this.#database.read.orderFill.create({
          data: {
            orderId: order.id,
            caseId,
            holdingId,
            venueAccountId: holding.accountId,
            tradeId: `=trade-${order.id}-${index}`,
            quantity,
            price,
            proceeds: (Number(quantity) * Number(price)).toString(),
            fee,
            filledAt: at,
            ledgerEntryId: 1,
            createdAt: at,
          },
        });
      }
    }
    return order.id;
  }

  async plan(
    { caseId, saleId, holdingId, asset }: StoredHolding,
    {
      version = 1,
      reason = version === 1 ? 'begun' : 'need_changed',
      isWished = false,
      madeAt,
      planned,
      arrival,
      supersededAt,
    }: StoredPlan,
  ): Promise<void> {
    const { _max } = await this.#database.read.saleOrder.aggregate({ _max: { id: true } });
    const ordersBefore = _max.id ?? 0;
    await this.#database.read.salePlan.create({
      data: {
        liquidationId: saleId,
        caseId,
        holdingId,
        asset,
        version,
        reason,
        madeAt,
        ruleVersion: 'sample',
        policyVersion: '1',
        plannedQuantity: planned,
        arrivalPrice: arrival,
        inputs: isWished ? { why: 'wished' } : {},
        inputsDigest: '',
        result: {},
        ordersBefore,
        supersededAt: supersededAt ?? null,
        slices: {
          create: [0, 1].map((hour) => ({
            startsAt: new Date(madeAt.getTime() + hour * HOUR_MS),
            endsAt: new Date(madeAt.getTime() + (hour + 1) * HOUR_MS),
            quantity: (Number(planned) / 2).toString(),
            ordersBefore,
            inputs: {},
            inputsDigest: '',
            result: {},
          })),
        },
      },
    });
  }

  async candle(asset: string, startAt: Date, close: number, barMs = HOUR_MS): Promise<void> {
    const { read } = this.#database;
    await read.candle.create({
      data: { venueCode: 'upbit', asset, barMs, startAt, open: close, high: close, low: close, close, volume: 1 },
    });
  }

  async valuation({ caseId, holdingId }: StoredHolding, at: Date, price: string): Promise<void> {
    await this.#database.read.valuation.create({
      data: {
        caseId,
        holdingId,
        occasion: 'seizure',
        takenAt: at,
        priceSource: '표본',
        priceAt: at,
        quantity: '1',
        price,
        depthKrw: 0n,
        depthCovers: true,
        valueKrw: 0n,
      },
    });
  }
}
