import type { Actor, Database, Transaction, Work } from '../database/work.ts';
import type { DepositAddress, ExchangePort } from '../exchange/port.ts';
import { raiseAlert } from '../intent/alert.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { digestOfAddress } from './address-digest.ts';
import { OWN_DEPOSITS } from './own-deposit.ts';

/** By what one account of an exchange is told from another: nothing of it ever stands in two of them. */
export interface AccountSigns {
  readonly addresses: readonly DepositAddress[];
  readonly depositIds: readonly string[];
  readonly withdrawalIds: readonly string[];
}

/** Of an account's deposits those that its exchange has listed. */
const LISTED = { NOT: { OR: OWN_DEPOSITS.map((own) => ({ depositId: { startsWith: own } })) } };

/** How far back an account's movements are asked for at least. */
const LOOK_BACK_MS = 30 * 86_400_000;
/** A deposit may be credited so long after it was created, by which exchanges list them. */
const CREDITING_MS = 7 * 86_400_000;

/** Asks the exchange for what tells the account of the key apart. Errors: those of the port. */
export async function askSigns(
  port: Pick<ExchangePort, 'capabilities' | 'depositAddresses' | 'deposits' | 'withdrawals'>,
  since: Date,
): Promise<AccountSigns> {
  const { tellsDepositAddresses, depositsReadable, withdrawalsReadable } = port.capabilities;
  const addresses = tellsDepositAddresses ? await port.depositAddresses() : [];
  const deposits = depositsReadable ? await port.deposits(since) : [];
  const withdrawals = withdrawalsReadable ? await port.withdrawals(since) : [];
  return {
    addresses,
    depositIds: deposits.map(({ depositId }) => depositId),
    withdrawalIds: withdrawals.map(({ withdrawalId }) => withdrawalId),
  };
}

/** From when movements must be asked for, so that the latest known one of every account of the venue would be among them. */
export async function signsSince(reader: SignReader, venueCode: string, at: Date): Promise<Date> {
  const venueAccountId = { in: await accountsAt(reader, venueCode) };
  const deposits = await reader.venueDeposit.groupBy({
    by: ['venueAccountId'],
    where: { venueAccountId, ...LISTED },
    _max: { creditedAt: true },
  });
  const withdrawals = await reader.venueWithdrawal.groupBy({
    by: ['venueAccountId'],
    where: { venueAccountId },
    _max: { createdAt: true },
  });
  const latest = [...deposits.map(({ _max }) => _max.creditedAt), ...withdrawals.map(({ _max }) => _max.createdAt)];
  return new Date(
    Math.min(at.getTime() - LOOK_BACK_MS, ...latest.flatMap((instant) => (instant === null ? [] : [instant.getTime() - CREDITING_MS]))),
  );
}

type SignReader = Pick<Transaction, 'venueAccount' | 'venueDeposit' | 'venueWithdrawal'>;

/** Accounts registered for a venue, ids ascending. */
export async function accountsAt(reader: Pick<Transaction, 'venueAccount'>, venueCode: string): Promise<number[]> {
  const rows = await reader.venueAccount.findMany({ where: { venueCode }, select: { id: true }, orderBy: { id: 'asc' } });
  return rows.map(({ id }) => id);
}

/**
 * Refuses a key whose exchange account is registered already, under whatever other key: both rows would book every deposit. `accountId`
 * is the account that may have it. Error: `EXCHANGE_ACCOUNT_TWICE`.
 */
export async function assertNoTwin(
  tx: Transaction,
  { venueCode, accountId }: { readonly venueCode: string; readonly accountId: number | undefined },
  signs: AccountSigns,
): Promise<void> {
  const others = (await accountsAt(tx, venueCode)).filter((id) => id !== accountId);
  const [twin] = (await knownSigns(tx, others)).filter(isAmong(signs));
  if (twin !== undefined) throw registeredTwice(twin.accountId, accountId, twin.kind);
}

/**
 * Refuses a key that shows nothing of what is known of the account it is to serve. Where nothing is known yet, any is accepted. Error:
 * `KEY_OF_ANOTHER_ACCOUNT`.
 */
export async function assertSameAccount(tx: Transaction, accountId: number, signs: AccountSigns): Promise<void> {
  const known = await knownSigns(tx, [accountId]);
  if (known.length === 0 || known.some(isAmong(signs))) return;
  throw new CheongsanError(
    'KEY_OF_ANOTHER_ACCOUNT',
    `The new key shows none of the deposit addresses, deposits and withdrawals known of account ${accountId}. Issue it at that account.`,
    { facts: { accountId } },
  );
}

/** The exchange account of two rows. `accountId` is undefined while the second is about to be registered. */
export function registeredTwice(known: number, accountId: number | undefined, by: string): CheongsanError {
  const accounts = accountId === undefined ? [known] : [known, accountId];
  return new CheongsanError(
    'EXCHANGE_ACCOUNT_TWICE',
    `Account ${known} has the same ${by} as ${accountId === undefined ? 'that of this key' : `account ${accountId}`}: they are one account of the exchange. Keep one.`,
    { facts: { accounts, by } },
  );
}

/**
 * Refuses to book a deposit that another account of the venue has booked. All accounts of the venue must be locked. Error:
 * `EXCHANGE_ACCOUNT_TWICE`.
 */
export async function assertBookedNowhereElse(
  tx: Transaction,
  { accountId, venueCode, depositId }: { readonly accountId: number; readonly venueCode: string; readonly depositId: string },
): Promise<void> {
  const others = (await accountsAt(tx, venueCode)).filter((id) => id !== accountId);
  const twin = await tx.venueDeposit.findFirst({ where: { venueAccountId: { in: others }, depositId } });
  if (twin !== null) throw registeredTwice(twin.venueAccountId, accountId, 'deposit');
}

/** Does something with an account; that it turns out to be registered twice is told to a person before it fails. */
export async function tellingOfTwin<Result>(database: Database, actor: Actor, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (thrown) {
    if (thrown instanceof CheongsanError && thrown.code === 'EXCHANGE_ACCOUNT_TWICE') {
      await database.work(actor, (work) => alertTwin(work, thrown.facts['accounts']));
    }
    throw thrown;
  }
}

async function alertTwin(work: Work, accounts: unknown): Promise<void> {
  const ids = Array.isArray(accounts) ? accounts.filter((id): id is number => typeof id === 'number') : [];
  await raiseAlert(work, {
    code: 'venue_account_twice',
    severity: 'critical',
    subject: `venue_account:${Math.max(...ids)}`,
    text: '한 거래소 계정이 두 번 등록되어 있습니다. 다른 계정으로 이미 적은 입금이나 입금 주소가 나와 읽기를 멈추었습니다. 거래소 화면에서 두 키가 어느 계정의 것인지 확인하고, 잘못 등록한 쪽의 키를 맞는 계정의 키로 바꾸십시오.',
    facts: { accounts: ids },
  });
}

interface KnownSign {
  readonly accountId: number;
  readonly kind: 'deposit address' | 'deposit' | 'withdrawal';
  readonly value: string;
}

/** What the books know of accounts; an address that officials typed is their word, not the exchange's. */
async function knownSigns(tx: Transaction, accountIds: readonly number[]): Promise<KnownSign[]> {
  const venueAccountId = { in: [...accountIds] };
  const addresses = await tx.venueDepositAddress.findMany({ where: { venueAccountId, isReadBySite: false } });
  const deposits = await tx.venueDeposit.findMany({
    where: { venueAccountId, ...LISTED },
    select: { venueAccountId: true, depositId: true },
  });
  const withdrawals = await tx.venueWithdrawal.findMany({
    where: { venueAccountId },
    select: { venueAccountId: true, withdrawalId: true },
  });
  return [
    ...addresses.map((row) => ({
      accountId: row.venueAccountId,
      kind: 'deposit address' as const,
      value: digestOfAddress({ address: row.address, secondaryAddress: row.secondaryAddress ?? undefined }),
    })),
    ...deposits.map((row) => ({ accountId: row.venueAccountId, kind: 'deposit' as const, value: row.depositId })),
    ...withdrawals.map((row) => ({ accountId: row.venueAccountId, kind: 'withdrawal' as const, value: row.withdrawalId })),
  ];
}

function isAmong({ addresses, depositIds, withdrawalIds }: AccountSigns): (known: KnownSign) => boolean {
  const shown = {
    'deposit address': new Set(addresses.map(digestOfAddress)),
    deposit: new Set(depositIds),
    withdrawal: new Set(withdrawalIds),
  };
  return ({ kind, value }) => shown[kind].has(value);
}
