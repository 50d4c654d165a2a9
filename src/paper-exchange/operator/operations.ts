import { z } from 'zod';
import { isCivilDate } from '../../kernel/civil-date.ts';
import { isPlainDecimal } from '../../kernel/decimal.ts';
import { SCOPES } from '../core/api-keys.ts';
import { BOOK_FAULTS } from '../core/book-faults.ts';
import { CAUTIONS, FURTHER_EVENTS } from '../core/market-events.ts';
import { TRANSFER_KINDS } from '../core/transfers.ts';
import { FAULT_KINDS, faultSchema } from '../faults.ts';
import { QUOTE_VENUES } from '../quote-faces/quote-venue.ts';

const figure = z.string().refine(isPlainDecimal, 'must be a plain decimal such as "0.5"');
const positive = figure.refine((text) => !/^[-0.]*$/.test(text) && !text.startsWith('-'), 'must be more than zero');
const accountId = z.string().min(1).max(64);
const asset = z.string().min(1).max(16);
const instant = z.iso.datetime();
const seconds = z.number().int().min(0);

const identity = z.object({
  name: z.string().min(1),
  birthDate: z.string().refine(isCivilDate, 'must be a calendar day'),
  phone: z.string().min(1),
  registrationNumber: z.string().min(1).optional(),
});
const reference = z.string().min(1);

const fill = z.object({ fillId: z.string(), price: figure, quantity: figure, funds: figure, fee: figure, filledAt: instant });
const order = z.object({
  orderId: z.string(),
  accountId,
  identifier: z.string().nullable(),
  origin: z.enum(['interface', 'person']),
  asset,
  side: z.enum(['buy', 'sell']),
  state: z.enum(['open', 'filled', 'cancelled']),
  price: figure.nullable(),
  quantity: figure.nullable(),
  executedQuantity: figure,
  executedFunds: figure,
  paidFee: figure,
  createdAt: instant,
  fills: z.array(fill),
});
const transfer = z.object({
  transferId: z.string(),
  kind: z.enum(TRANSFER_KINDS),
  asset,
  quantity: figure,
  fee: figure,
  from: z.string(),
  to: z.string(),
  network: z.string().nullable(),
  transactionId: z.string(),
  createdAt: instant,
  doneAt: instant.nullable(),
});
const done = z.object({});

/**
 * Everything that the exchange's staff, its customers at the website and the world outside do, apart from the interface the
 * service uses. Figures are plain decimals, instants ISO 8601. One definition for the calls in this process and over HTTP.
 */
const SPECIFICATIONS = {
  /** Opens a person's account, or attaches the identity to the account of that id again after a restart. */
  openAccount: { input: z.object({ accountId: accountId.optional(), identity }), output: z.object({ accountId }) },
  /** Opens a city's account with a key for the service. */
  openCorporateAccount: {
    input: z.object({
      accountId,
      accessKey: z.string().min(1),
      secretKey: z.string().min(1),
      scopes: z.array(z.enum(SCOPES)).default([...SCOPES]),
      expiresAt: instant.optional(),
    }),
    output: z.object({ accountId }),
  },
  balances: { input: z.object({ accountId }), output: z.array(z.object({ asset, free: figure, locked: figure })) },
  /** What the exchange's site shows its customer: also the network, where the interface tells none, and all of it where it tells nothing. */
  depositAddresses: {
    input: z.object({ accountId }),
    output: z.array(z.object({ asset, network: z.string(), address: z.string(), secondaryAddress: z.string().nullable() })),
  },
  /** Freezing takes the account's orders from the book. */
  setFrozen: { input: z.object({ accountId, frozen: z.boolean() }), output: done },
  /** Coins arrive from outside, from whoever; credited after the network's confirmations unless told otherwise. */
  depositFromChain: {
    input: z.object({
      accountId,
      asset,
      quantity: positive,
      network: z.string().min(1).optional(),
      transactionId: z.string().min(1).optional(),
      confirmationSeconds: seconds.optional(),
    }),
    output: transfer,
  },
  /** Coins leave for an address outside, by the account's person at the website; the fee comes on top. Done after the network's confirmations. */
  withdrawToChain: {
    input: z.object({
      accountId,
      asset,
      quantity: positive,
      fee: figure.default('0'),
      network: z.string().min(1).optional(),
      transactionId: z.string().min(1).optional(),
      confirmationSeconds: seconds.optional(),
    }),
    output: transfer,
  },
  depositWon: { input: z.object({ accountId, amount: positive }), output: transfer },
  /** A move within the exchange, by staff on an authority's demand (also from a frozen account) or by the owner at the website. */
  transferInternally: {
    input: z.object({ fromAccountId: accountId, toAccountId: accountId, asset, quantity: positive, by: z.enum(['staff', 'owner']) }),
    output: transfer,
  },
  /** Won to the account's own bank account, by its person at the website; the fee comes on top of the amount. */
  withdrawWon: { input: z.object({ accountId, amount: positive }), output: transfer },
  /** What has reached the bank accounts, for a sample bank statement. */
  bankCredits: {
    input: z.object({ accountId: accountId.optional() }),
    output: z.array(z.object({ transferId: z.string(), transactionId: z.string(), accountId, amount: figure, creditedAt: instant })),
  },
  /** An order placed by hand at the website. Limit needs price and quantity, a market sell a quantity, a market buy a budget. */
  placeOrder: {
    input: z.object({
      accountId,
      asset,
      side: z.enum(['buy', 'sell']),
      price: positive.optional(),
      quantity: positive.optional(),
      budget: positive.optional(),
      execution: z.enum(['rest', 'immediate_or_cancel', 'fill_or_kill', 'post_only']).default('rest'),
    }),
    output: order,
  },
  cancelOrder: { input: z.object({ orderId: z.string() }), output: z.object({ cancelled: z.boolean() }) },
  /** The exchange's own book of orders with all fills, oldest first: what the service's book is judged by. */
  orders: { input: z.object({ accountId: accountId.optional() }), output: z.array(order) },
  transfers: { input: z.object({ accountId: accountId.optional() }), output: z.array(transfer) },
  /** Answers an authority's inquiry with the holdings of the persons it names, at last prices. */
  answerInquiry: {
    input: z.object({ items: z.array(identity.extend({ reference })) }),
    output: z.object({
      answeredAt: instant,
      rows: z.array(
        z.object({
          reference,
          matchedBy: z.enum(['registration_number', 'name_birth_phone']),
          accountId,
          name: z.string(),
          birthDate: z.string(),
          phone: z.string(),
          asset,
          quantity: figure,
          lockedQuantity: figure,
          price: figure,
          value: figure,
        }),
      ),
      withoutHoldings: z.array(reference),
      notFound: z.array(reference),
    }),
  },
  haltWallet: { input: z.object({ asset, deposits: z.boolean(), withdrawals: z.boolean() }), output: done },
  setStaleBook: { input: z.object({ asset, stale: z.boolean() }), output: done },
  /** Null mends the book. */
  setBookFault: { input: z.object({ asset, fault: z.enum(BOOK_FAULTS).nullable() }), output: done },
  /** `further` are events that Upbit does not show today. */
  setMarketEvent: {
    input: z.object({
      asset,
      warning: z.boolean().default(false),
      cautions: z.array(z.enum(CAUTIONS)).default([]),
      further: z.array(z.enum(FURTHER_EVENTS)).default([]),
    }),
    output: done,
  },
  /**
   * `cancelDelaySeconds` (of the exchange's clock) lie between hearing of a cancellation and its effect. An order that should only make
   * and would take is accepted and cancelled at once, as Upbit's guide has it, or refused. `clockAheadSeconds` is what the exchange's
   * time is wrong by: in the dates of answers, where it tells the time, and where it checks time stamps. `hiddenSeconds` (of the
   * exchange's clock): an accepted order is in no look-up and no list for a time drawn evenly from zero to this. `partialIocWord` is how
   * an order for immediate execution is shown that was executed in part. Each call says all of it anew.
   */
  setManners: {
    input: z.object({
      cancelDelaySeconds: seconds.default(0),
      refusesTakingPostOnly: z.boolean().default(false),
      clockAheadSeconds: z.number().default(0),
      hiddenSeconds: z.number().min(0).default(0),
      partialIocWord: z.enum(['cancelled', 'filled']).default('cancelled'),
    }),
    output: done,
  },
  /**
   * Delists a coin: at that instant of the exchange's clock its market closes, open orders are cancelled, further ones refused, and it is
   * no longer among the markets. Its wallet goes on: it can be withdrawn. Null lists it again.
   */
  setDelisting: { input: z.object({ asset, closesAt: instant.nullable() }), output: done },
  /** The account's own list of balances shows so much more of the asset, or less below zero; "0" mends it. Only the list is wrong. */
  setWrongBalance: { input: z.object({ accountId, asset, wrongBy: figure }), output: done },
  /**
   * What another venue's quotations look like: `shift` moves its prices by that share of them, `stale` lets book and trades stand still,
   * `isDown` answers nothing but errors. Each call says all of it anew.
   */
  setQuoteVenue: {
    input: z.object({
      venue: z.enum(QUOTE_VENUES),
      shift: figure.default('0'),
      stale: z.boolean().default(false),
      isDown: z.boolean().default(false),
    }),
    output: done,
  },
  injectFault: { input: faultSchema, output: done },
  /** Ends what `injectFault` and `setWrongBalance` began. */
  clearFaults: { input: z.object({}), output: done },
  /** How often each kind of injected fault has struck. */
  faultsStruck: { input: z.object({}), output: z.partialRecord(z.enum(FAULT_KINDS), z.number().int()) },
  /** Sum of every asset over all accounts and the exchange's own counter-accounts: zero unless the exchange is broken. */
  totals: { input: z.object({}), output: z.record(z.string(), figure) },
  statistics: { input: z.object({}), output: z.object({ requests: z.number().int(), ordersAccepted: z.number().int() }) },
} as const;

type Specifications = typeof SPECIFICATIONS;
export type OperationName = keyof Specifications;
/** What a caller gives. */
export type Given = { [Name in OperationName]: z.input<Specifications[Name]['input']> };
/** The same after checking, defaults filled in. */
export type Checked = { [Name in OperationName]: z.output<Specifications[Name]['input']> };
export type Result = { [Name in OperationName]: z.output<Specifications[Name]['output']> };

/** The same table in the shape in which one generic function can serve every operation. */
export const OPERATIONS: {
  readonly [Name in OperationName]: { readonly input: z.ZodType<Checked[Name]>; readonly output: z.ZodType<Result[Name]> };
} = SPECIFICATIONS;

export function isOperationName(text: string): text is OperationName {
  return Object.hasOwn(SPECIFICATIONS, text);
}
