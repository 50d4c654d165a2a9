import { appendAudit } from '../audit/append.ts';
import type { VenueAccount } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import type { ExchangePort, KeyFacts, KeyPermission } from '../exchange/port.ts';
import { warnOnce } from '../intent/alert.ts';
import { type CivilDate, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { keyReadingHours, withdrawingKeysAllowed } from '../policy/definitions/venue.ts';
import { type AccountSigns, askSigns } from './account-signs.ts';

const HOUR_MS = 3_600_000;

/** What the venue itself said of a key that it accepted. What it does not tell is undefined. */
export interface KeyProof {
  readonly readAt: Date;
  readonly permissions: readonly KeyPermission[] | undefined;
  readonly expiresOn: CivilDate | undefined;
  readonly boundAddresses: readonly string[] | undefined;
}

/** A key that is about to be kept, with what shows whose it is. */
export interface ProvenKey extends KeyProof {
  readonly signs: AccountSigns;
}

/**
 * Asks the venue with a key before it is kept, so that one that does not work never takes the place of one that does, and what the
 * account shows since an instant. Goes over the network: never inside a unit of work. Errors: `EXCHANGE_KEY_REFUSED` when the venue does
 * not take the key, `EXCHANGE_KEY_UNPROVEN` when nothing that speaks its language answers.
 */
export async function proveKey(port: ExchangePort, { readAt, since }: { readonly readAt: Date; readonly since: Date }): Promise<ProvenKey> {
  try {
    // Every venue answers this only to a key that it knows and that may look; of the key itself most tell little or nothing.
    await port.balances();
    return { ...proofOf(await port.keyFacts(), readAt), signs: await askSigns(port, since) };
  } catch (thrown) {
    throw notProven(thrown);
  }
}

/** Whoever registers a key can mend it now; what the port says is meant for an account that has worked before. */
function notProven(thrown: unknown): unknown {
  if (!(thrown instanceof CheongsanError)) return thrown;
  if (thrown.code === 'EXCHANGE_REFUSED') {
    return new CheongsanError('EXCHANGE_KEY_REFUSED', `The exchange does not take the key. ${thrown.message}`, { cause: thrown });
  }
  if (thrown.code === 'EXCHANGE_UNAVAILABLE') {
    return new CheongsanError('EXCHANGE_KEY_UNPROVEN', `The key could not be proven. ${thrown.message}`, { cause: thrown });
  }
  return thrown;
}

function proofOf({ permissions, expiresAt, boundAddresses }: KeyFacts, readAt: Date): KeyProof {
  return { readAt, permissions, expiresOn: expiresAt === undefined ? undefined : seoulDay(expiresAt), boundAddresses };
}

/** The columns that a proof fills; what the venue does not tell stays as it was declared. */
export function provenColumns({ readAt, permissions, expiresOn, boundAddresses }: KeyProof) {
  return {
    keyReadAt: readAt,
    keyPermissionsFound: permissions !== undefined,
    keyBoundAddresses: [...(boundAddresses ?? [])],
    ...(permissions === undefined ? {} : { keyPermissions: [...permissions] }),
    ...(expiresOn === undefined ? {} : { keyExpiresOn: dayToColumn(expiresOn) }),
  };
}

/**
 * Reads again what the venue tells of an account's key, once in the policy's time. A key that has come to be able to withdraw is told to
 * a person at once: it goes on selling, since that needs no such right, until somebody replaces it. Of a venue that would not tell, which
 * says nothing of its books, a person is told once, and it is asked again after the same time.
 */
export async function rereadKey(database: Database, actor: Actor, port: ExchangePort, accountId: number): Promise<void> {
  const now = database.clock.now();
  const { keyReadAt, accessKeyIndex } = await database.read.venueAccount.findUniqueOrThrow({ where: { id: accountId } });
  const hours = (await readPolicy(database.read)).get(keyReadingHours, seoulDay(now));
  if (keyReadAt !== null && now.getTime() - keyReadAt.getTime() < hours * HOUR_MS) return;
  const facts = await askedOf(port);
  await database.work(actor, async (work) => {
    await lockRows(work, 'venue_account', [accountId]);
    const before = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: accountId } });
    // Another key has taken its place meanwhile: this answer is about the one before.
    if (before.accessKeyIndex !== accessKeyIndex) return;
    if (facts instanceof CheongsanError) await noteUntold(work, accountId, facts);
    else await takeOver(work, before, proofOf(facts, now));
  });
}

/** What the venue tells of the key, or why it does not. */
async function askedOf(port: ExchangePort): Promise<KeyFacts | CheongsanError> {
  try {
    return await port.keyFacts();
  } catch (thrown) {
    if (thrown instanceof CheongsanError && (thrown.code === 'EXCHANGE_UNAVAILABLE' || thrown.code === 'EXCHANGE_REFUSED')) return thrown;
    throw thrown;
  }
}

async function noteUntold(work: Work, accountId: number, { code }: CheongsanError): Promise<void> {
  await work.tx.venueAccount.update({ where: { id: accountId }, data: { keyReadAt: work.at } });
  await warnOnce(work, {
    code: 'venue_key_untold',
    subject: `venue_account:${accountId}`,
    text: '거래소가 키의 권한과 만료일을 알려 주지 않았습니다. 잔액의 대조는 계속됩니다. 되풀이되면 거래소 사이트에서 키의 권한을 확인하십시오.',
    facts: { accountId, code },
  });
}

async function takeOver(work: Work, before: VenueAccount, proof: KeyProof): Promise<void> {
  const accountId = before.id;
  const after = await work.tx.venueAccount.update({ where: { id: accountId }, data: provenColumns(proof) });
  const facts = (row: VenueAccount) => ({ permissions: row.keyPermissions, expiresOn: row.keyExpiresOn?.toISOString() ?? null });
  if (JSON.stringify(facts(before)) !== JSON.stringify(facts(after))) {
    await appendAudit(work, {
      stream: `account:${accountId}`,
      action: 'account.key_found_changed',
      subject: `venue_account:${accountId}`,
      before: facts(before),
      after: facts(after),
      payload: facts(after),
    });
  }
  await warnOfWithdrawal(work, accountId, after.keyPermissions);
}

async function warnOfWithdrawal(work: Work, accountId: number, permissions: readonly string[]): Promise<void> {
  if (!permissions.includes('withdraw') || (await readPolicy(work.tx)).get(withdrawingKeysAllowed, seoulDay(work.at))) return;
  await warnOnce(work, {
    code: 'venue_key_may_withdraw',
    subject: `venue_account:${accountId}`,
    text: '거래소 키에 출금 권한이 있습니다. 출금 권한이 없는 키를 발급받아 교체하고, 이 키는 거래소에서 삭제하십시오.',
    facts: { accountId, permissions: [...permissions] },
  });
}
