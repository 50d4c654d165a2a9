import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import { isUniqueViolation } from '../database/errors.ts';
import type { VenueAccount } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { type Transaction, userIdOf, type Work } from '../database/work.ts';
import { KEY_PERMISSIONS, type KeyPermission, VENUE_CODES } from '../exchange/port.ts';
import { type CivilDate, civilDate, dayFromColumn, dayToColumn, isCivilDate, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { readPolicy } from '../policy/book.ts';
import { withdrawingKeysAllowed } from '../policy/definitions/venue.ts';
import { checkAccountAddress, checkKeyPermissions } from './account-rules.ts';
import { assertNoTwin, assertSameAccount } from './account-signs.ts';
import { keepDepositAddresses } from './deposit-address.ts';
import { type KeyProof, type ProvenKey, provenColumns } from './key-proof.ts';
import { nextRowId } from './next-row-id.ts';

const HINT_CHARACTERS = 4;

const keySchema = z.object({
  accessKey: z.string().trim().min(8).max(200),
  secretKey: z.string().trim().min(8).max(500),
  /** Last day on which the exchange accepts the key, where it tells one. */
  keyExpiresOn: z.string().refine(isCivilDate, 'a calendar day in the form YYYY-MM-DD').transform(civilDate).optional(),
  /** As shown by the exchange's key management; where the exchange tells them itself, what it tells counts. */
  permissions: z.array(z.enum(KEY_PERMISSIONS)),
});
export type VenueKey = z.input<typeof keySchema>;

/** A new account, as an administrator enters it. */
const venueAccountSchema = keySchema.extend({
  venueCode: z.enum(VENUE_CODES),
  /** The owner as officers call it: the city and, where it has several accounts, which. */
  label: z.string().trim().min(1).max(80),
  /** In whose name the exchange keeps it: the city, as a corporate customer. */
  owner: z.string().trim().min(1).max(80),
  /** Why the city has it, such as receiving and selling seized assets. */
  purpose: z.string().trim().min(1).max(200),
  baseUrl: z.string(),
  paper: z.boolean(),
  training: z.boolean().default(false),
});
export type NewVenueAccount = z.input<typeof venueAccountSchema>;

/** An account without its key: what may be shown. */
export interface VenueAccountView {
  readonly id: number;
  readonly venueCode: string;
  readonly label: string;
  readonly owner: string;
  readonly purpose: string;
  readonly baseUrl: string;
  readonly accessKeyHint: string;
  readonly keyExpiresOn: CivilDate | undefined;
  readonly keyPermissions: readonly string[];
  /** True where the exchange told the permissions itself. */
  readonly keyPermissionsFound: boolean;
  /** Addresses from which alone the exchange takes the key, as far as it tells. */
  readonly keyBoundAddresses: readonly string[];
  readonly keyReadAt: Date | undefined;
  readonly paper: boolean;
  readonly training: boolean;
  readonly depositsReadAt: Date | undefined;
  readonly reconciledAt: Date | undefined;
  readonly failedPolls: number;
}

/**
 * Registers the city's account at an exchange and seals its key, which nobody sees again. What moved there before this instant
 * is no fact of the books. `proof` is what the exchange told of the key and its account (`proveKey`).
 * Errors: `KEY_MAY_WITHDRAW`, `EXCHANGE_KEY_EXPIRED`, `LIVE_KEY_IN_DEMO`, `TRAINING_FLAG_MISSING`, `INPUT_INVALID`, `CONFLICT` for a key
 * or label that is registered already, `EXCHANGE_ACCOUNT_TWICE` for another key of an account that is.
 */
export async function registerVenueAccount(work: Work, keys: MasterKey, input: NewVenueAccount, proof?: ProvenKey): Promise<number> {
  const account = parse(venueAccountSchema, input);
  await assertKeyAcceptable(work.tx, seoulDay(work.at), proof?.permissions ?? account.permissions);
  assertKeyLives(seoulDay(work.at), proof?.expiresOn ?? account.keyExpiresOn);
  const installation = await work.tx.installation.findUniqueOrThrow({ where: { id: 1 } });
  checkAccountAddress(installation.kind, account);
  if (proof !== undefined) await assertNoTwin(work.tx, { venueCode: account.venueCode, accountId: undefined }, proof.signs);
  const id = await nextRowId(work.tx, 'venue_account');
  // Exchanges tell the time of a transfer in whole seconds.
  const begin = new Date(Math.floor(work.at.getTime() / 1_000) * 1_000);
  try {
    await work.tx.venueAccount.create({
      data: {
        id,
        venueCode: account.venueCode,
        label: account.label,
        owner: account.owner,
        purpose: account.purpose,
        baseUrl: account.baseUrl,
        paper: account.paper,
        training: account.training,
        ...sealed(keys, id, account.venueCode, account, work.at),
        ...(proof === undefined ? {} : provenColumns(proof)),
        depositsSettledUntil: begin,
        withdrawalsSettledUntil: begin,
        createdById: userIdOf(work.actor),
        createdAt: work.at,
      },
    });
  } catch (thrown) {
    throw keyConflict(thrown);
  }
  const { label, owner, purpose, baseUrl, paper, training } = account;
  await appendAudit(work, {
    stream: `account:${id}`,
    action: 'account.registered',
    subject: `venue_account:${id}`,
    after: { venueCode: account.venueCode, label, owner, purpose, baseUrl, paper, training },
    payload: { venueCode: account.venueCode, label, owner, purpose, baseUrl, paper, training, ...keyFacts(account, proof) },
  });
  // By them another key of this account is known, from now on.
  if (proof !== undefined) await keepDepositAddresses(work, { accountId: id, venue: account.venueCode, listed: proof.signs.addresses });
  work.ring('custody', id);
  return id;
}

/**
 * Puts a new key in place of the old one, whose sealed text is overwritten. What was asked with the old one is answered; what is asked
 * from now on is asked with the new one: nothing stands still meanwhile. Errors as for registering; `KEY_OF_ANOTHER_ACCOUNT`;
 * `NOT_FOUND`.
 */
export async function rotateVenueKey(
  work: Work,
  keys: MasterKey,
  input: { readonly accountId: number; readonly key: VenueKey; readonly proof?: ProvenKey | undefined },
): Promise<void> {
  const { accountId, proof } = input;
  const key = parse(keySchema, input.key);
  await assertKeyAcceptable(work.tx, seoulDay(work.at), proof?.permissions ?? key.permissions);
  assertKeyLives(seoulDay(work.at), proof?.expiresOn ?? key.keyExpiresOn);
  await lockRows(work, 'venue_account', [accountId]);
  const before = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: accountId } });
  if (proof !== undefined) {
    await assertNoTwin(work.tx, { venueCode: before.venueCode, accountId }, proof.signs);
    await assertSameAccount(work.tx, accountId, proof.signs);
  }
  try {
    await work.tx.venueAccount.update({
      where: { id: accountId },
      data: {
        ...sealed(keys, accountId, before.venueCode, key, work.at),
        ...(proof === undefined ? { keyReadAt: null, keyPermissionsFound: false, keyBoundAddresses: [] } : provenColumns(proof)),
      },
    });
  } catch (thrown) {
    throw keyConflict(thrown);
  }
  await appendAudit(work, {
    stream: `account:${accountId}`,
    action: 'account.key_rotated',
    subject: `venue_account:${accountId}`,
    before: { hint: before.accessKeyHint },
    after: keyFacts(key, proof),
    payload: { previousHint: before.accessKeyHint, ...keyFacts(key, proof) },
  });
  work.ring('custody', accountId);
}

/** Every account as it may be shown, oldest first. */
export async function listVenueAccounts(reader: Pick<Transaction, 'venueAccount'>): Promise<VenueAccountView[]> {
  const rows = await reader.venueAccount.findMany({ orderBy: { id: 'asc' } });
  return rows.map(viewOf);
}

/** Error: `NOT_FOUND`. */
export async function readVenueAccount(reader: Pick<Transaction, 'venueAccount'>, accountId: number): Promise<VenueAccount> {
  const row = await reader.venueAccount.findUnique({ where: { id: accountId } });
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no venue account ${accountId}.`);
  return row;
}

/** Errors: those of `checkKeyPermissions` under the city's policy of the day. */
export async function assertKeyAcceptable(
  reader: Pick<Transaction, 'policyValue'>,
  day: CivilDate,
  permissions: readonly KeyPermission[],
): Promise<void> {
  const mayWithdraw = permissions.includes('withdraw') && (await readPolicy(reader)).get(withdrawingKeysAllowed, day);
  checkKeyPermissions(permissions, mayWithdraw);
}

/** Error: `EXCHANGE_KEY_EXPIRED` for a key whose last day has passed. */
export function assertKeyLives(day: CivilDate, expiresOn: CivilDate | undefined): void {
  if (expiresOn === undefined || expiresOn >= day) return;
  throw new CheongsanError('EXCHANGE_KEY_EXPIRED', `The key ended on ${expiresOn}. Issue another one, or correct its last day.`, {
    facts: { keyExpiresOn: expiresOn },
  });
}

/** What binds a sealed key to its row and column: it does not open in another's place. */
export function keyContext(accountId: number, column: 'access_key' | 'secret_key'): string {
  return `venue_account:${accountId}:${column}`;
}

function sealed(keys: MasterKey, id: number, venueCode: string, key: z.output<typeof keySchema>, at: Date) {
  return {
    accessKeyCipher: keys.seal(key.accessKey, keyContext(id, 'access_key')),
    secretKeyCipher: keys.seal(key.secretKey, keyContext(id, 'secret_key')),
    accessKeyIndex: keys.blindIndex(`venue access key of ${venueCode}`, key.accessKey),
    accessKeyHint: key.accessKey.slice(-HINT_CHARACTERS),
    keyExpiresOn: key.keyExpiresOn === undefined ? null : dayToColumn(key.keyExpiresOn),
    keyPermissions: key.permissions,
    keySetAt: at,
    keyExpiryWarnedAt: null,
  };
}

function keyFacts(key: z.output<typeof keySchema>, proof: KeyProof | undefined) {
  return {
    hint: key.accessKey.slice(-HINT_CHARACTERS),
    permissions: [...(proof?.permissions ?? key.permissions)],
    permissionsFound: proof?.permissions !== undefined,
    keyExpiresOn: proof?.expiresOn ?? key.keyExpiresOn,
  };
}

function viewOf(row: VenueAccount): VenueAccountView {
  const { id, venueCode, label, owner, purpose, baseUrl, accessKeyHint, keyPermissions, paper, training, failedPolls } = row;
  return {
    id,
    venueCode,
    label,
    owner,
    purpose,
    baseUrl,
    accessKeyHint,
    keyExpiresOn: row.keyExpiresOn === null ? undefined : dayFromColumn(row.keyExpiresOn),
    keyPermissions,
    keyPermissionsFound: row.keyPermissionsFound,
    keyBoundAddresses: row.keyBoundAddresses,
    keyReadAt: row.keyReadAt ?? undefined,
    paper,
    training,
    depositsReadAt: row.depositsReadAt ?? undefined,
    reconciledAt: row.reconciledAt ?? undefined,
    failedPolls,
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, input: z.input<Schema>): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new CheongsanError('INPUT_INVALID', `The venue account cannot be used. ${reasons}.`);
}

function keyConflict(thrown: unknown): unknown {
  if (!isUniqueViolation(thrown)) return thrown;
  return new CheongsanError(
    'CONFLICT',
    'An account with this key or label is registered already; one exchange account is registered once.',
    {
      cause: thrown,
    },
  );
}
