import { appendFileSync, closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { Decimal, isPlainDecimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import type { Account } from './accounts.ts';
import type { Order } from './orders.ts';
import { TRANSFER_KINDS, type Transfer, type WalletState } from './transfers.ts';

const decimal = z
  .string()
  .refine(isPlainDecimal)
  .transform((text) => new Decimal(text));
const instant = z.number().int();

const fill = z.object({
  fillId: z.string(),
  price: decimal,
  quantity: decimal,
  funds: decimal,
  fee: decimal,
  takerSide: z.enum(['buy', 'sell']),
  filledAtMs: instant,
});

const terms = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('limit'),
    price: decimal,
    quantity: decimal,
    execution: z.enum(['rest', 'immediate_or_cancel', 'fill_or_kill', 'post_only']),
  }),
  z.object({ kind: z.literal('market_sell'), quantity: decimal }),
  z.object({ kind: z.literal('market_buy'), budget: decimal }),
]);

const order = z.object({
  orderId: z.string(),
  sequence: z.number().int(),
  accountId: z.string(),
  asset: z.string(),
  side: z.enum(['buy', 'sell']),
  terms,
  reference: z.string().optional(),
  origin: z.enum(['interface', 'person']),
  createdAtMs: instant,
  visibleFromMs: instant.default(0),
  reservedFee: decimal,
  state: z.enum(['open', 'filled', 'cancelled']),
  closedAtMs: instant.optional(),
  executedQuantity: decimal,
  executedFunds: decimal,
  paidFee: decimal,
  lockedLeft: decimal,
  queueAhead: decimal.default(new Decimal(0)),
  cancelDueAtMs: instant.optional(),
  fills: z.array(fill),
});

const account = z.object({
  accountId: z.string(),
  holder: z.enum(['person', 'corporate', 'boundary']),
  frozen: z.boolean(),
  balances: z.array(z.tuple([z.string(), z.object({ free: decimal, locked: decimal })])),
});

const transfer = z.object({
  transferId: z.string(),
  sequence: z.number().int(),
  kind: z.enum(TRANSFER_KINDS),
  asset: z.string(),
  quantity: decimal,
  fee: decimal,
  from: z.string(),
  to: z.string(),
  network: z.string().optional(),
  transactionId: z.string(),
  createdAtMs: instant,
  dueAtMs: instant,
  doneAtMs: instant.optional(),
});

const wallet = z.object({
  depositsHalted: z.boolean(),
  withdrawalsHalted: z.boolean(),
  depositsResumedAtMs: instant,
});

const entry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('origin'), startAtMs: instant }),
  z.object({ kind: z.literal('advanced'), atMs: instant }),
  z.object({ kind: z.literal('account'), account }),
  z.object({ kind: z.literal('order'), order }),
  z.object({ kind: z.literal('transfer'), transfer }),
  z.object({ kind: z.literal('wallet'), asset: z.string(), wallet }),
  z.object({ kind: z.literal('reference'), accountId: z.string(), reference: z.string() }),
  z.object({ kind: z.literal('closing'), asset: z.string(), closesAtMs: instant.nullable() }),
]);

/** One thing as it is after a command. The last entry of a thing is its state. */
export type StateEntry =
  | { readonly kind: 'origin'; readonly startAtMs: number }
  | { readonly kind: 'advanced'; readonly atMs: number }
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'transfer'; readonly transfer: Transfer }
  | { readonly kind: 'wallet'; readonly asset: string; readonly wallet: WalletState }
  | { readonly kind: 'reference'; readonly accountId: string; readonly reference: string }
  /** Null: the market goes on. */
  | { readonly kind: 'closing'; readonly asset: string; readonly closesAtMs: number | null };

/**
 * Lets an installation for training survive a restart: an append-only file, one line a command, each line all things the
 * command changed as they are afterwards. A line is written before the command is answered, so what a client was told is
 * there after a SIGKILL; a line torn by it is dropped, since nobody was told. Writing costs what changed, not what exists,
 * which is why this is not a snapshot. At opening the last state of every thing is kept and the file rewritten. Identities of
 * persons and secrets of keys are never in it, nor what the market's book has lost to orders and not got back, nor faults.
 */
export class StateFile {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Opens or creates the file. Errors: `FILE_FORMAT` for a line that is none of ours, naming it. */
  static open(path: string): { file: StateFile; entries: readonly StateEntry[] } {
    const entries = existsSync(path) ? lastOfEach(read(path)) : [];
    const fresh = `${path}.new`;
    writeFileSync(fresh, entries.length === 0 ? '' : `${line(entries)}\n`);
    renameSync(fresh, path);
    return { file: new StateFile(openSync(path, 'a')), entries };
  }

  append(entries: readonly StateEntry[]): void {
    appendFileSync(this.#descriptor, `${line(entries)}\n`);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function read(path: string): StateEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const complete = lines.slice(0, -1); // What follows the last line break is nothing, or a line torn by a kill.
  return complete.flatMap((text, index) => {
    const parsed = z.array(entry).safeParse(parseJson(text));
    if (!parsed.success)
      throw new CheongsanError(
        'FILE_FORMAT',
        `${path}, line ${index + 1} is no state of the paper exchange; remove the file to begin anew.`,
      );
    return parsed.data.map(revive);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Absent keys become undefined ones, and lists of balances maps again. */
function revive(parsed: z.infer<typeof entry>): StateEntry {
  if (parsed.kind === 'account') return { kind: 'account', account: { ...parsed.account, balances: new Map(parsed.account.balances) } };
  if (parsed.kind === 'order') {
    const { reference, closedAtMs, cancelDueAtMs, ...rest } = parsed.order;
    return { kind: 'order', order: { ...rest, reference, closedAtMs, cancelDueAtMs } };
  }
  if (parsed.kind === 'transfer') {
    const { network, doneAtMs, ...rest } = parsed.transfer;
    return { kind: 'transfer', transfer: { ...rest, network, doneAtMs } };
  }
  return parsed;
}

function lastOfEach(entries: readonly StateEntry[]): StateEntry[] {
  return [...new Map(entries.map((one) => [keyOf(one), one])).values()];
}

export function keyOf(one: StateEntry): string {
  if (one.kind === 'account') return `account/${one.account.accountId}`;
  if (one.kind === 'order') return `order/${one.order.orderId}`;
  if (one.kind === 'transfer') return `transfer/${one.transfer.transferId}`;
  if (one.kind === 'wallet') return `wallet/${one.asset}`;
  if (one.kind === 'closing') return `closing/${one.asset}`;
  if (one.kind === 'reference') return `reference/${one.accountId}/${one.reference}`;
  return one.kind;
}

function line(entries: readonly StateEntry[]): string {
  return JSON.stringify(entries, (_key, value: unknown) => (value instanceof Map ? [...value] : value));
}
