import { appendAudit } from '../audit/append.ts';
import type { VenueDepositAddress } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Actor, Database, Transaction, Work } from '../database/work.ts';
import type { DepositAddress, ExchangePort } from '../exchange/port.ts';
import { raiseAlert } from '../intent/alert.ts';
import { accountsAt, registeredTwice, tellingOfTwin } from './account-signs.ts';
import { digestOfAddress } from './address-digest.ts';
import { lapseProofs } from './source-proof.ts';

/**
 * Reads the account's deposit addresses from the exchange and keeps them. An address that changed is believed, since the
 * exchange decides, but a person is told at once, it is shown to nobody until a person confirmed it, and what test transfers proved for
 * the earlier one ends. Errors: those of the port; `EXCHANGE_ACCOUNT_TWICE`, told to a person
 * as well, when another account has one of the addresses.
 */
export async function checkDepositAddresses(
  database: Database,
  actor: Actor,
  port: Pick<ExchangePort, 'venue' | 'depositAddresses'>,
  accountId: number,
): Promise<readonly DepositAddress[]> {
  const listed = await port.depositAddresses();
  await tellingOfTwin(database, actor, () =>
    database.work(actor, (work) => keepDepositAddresses(work, { accountId, venue: port.venue, listed })),
  );
  return listed;
}

/** Keeps what the exchange has told, as `checkDepositAddresses` does after asking. */
export async function keepDepositAddresses(
  work: Work,
  { accountId, venue, listed }: { readonly accountId: number; readonly venue: string; readonly listed: readonly DepositAddress[] },
): Promise<void> {
  await lockRows(work, 'venue_account', [accountId]);
  await assertOwnAddresses(work.tx, accountId, venue, listed);
  const known = await work.tx.venueDepositAddress.findMany({ where: { venueAccountId: accountId } });
  const changes = listed.flatMap((address) => {
    const before = known.find(({ asset, network }) => asset === address.asset && network === address.network);
    return before !== undefined && isSame(before, address) ? [] : [{ address, before }];
  });
  for (const { address, before } of changes) {
    await store(work, accountId, address);
    if (before === undefined) continue;
    const addressDigest = digestOfAddress({ address: before.address, secondaryAddress: before.secondaryAddress ?? undefined });
    await lapseProofs(work, { accountId, asset: before.asset, addressDigest });
  }
  await work.tx.venueDepositAddress.updateMany({
    where: { venueAccountId: accountId, OR: listed.map(({ asset, network }) => ({ asset, network })) },
    data: { checkedAt: work.at },
  });
  if (changes.length === 0) return;
  await appendAudit(work, {
    stream: `account:${accountId}`,
    action: 'address.changed',
    subject: `venue_account:${accountId}`,
    payload: {
      addresses: changes.map(({ address, before }) => ({
        ...place(address),
        digest: digestOfAddress(address),
        isNew: before === undefined,
      })),
    },
  });
  const replaced = changes.filter(({ before }) => before !== undefined).map(({ address }) => place(address));
  if (replaced.length > 0) await alertReplaced(work, accountId, replaced);
}

async function assertOwnAddresses(tx: Transaction, accountId: number, venue: string, listed: readonly DepositAddress[]): Promise<void> {
  const others = (await accountsAt(tx, venue)).filter((id) => id !== accountId);
  const foreign = await tx.venueDepositAddress.findMany({ where: { venueAccountId: { in: others } } });
  const twin = foreign.find((row) => listed.some((address) => isAt(row, address) && isSame(row, address)));
  if (twin !== undefined) throw registeredTwice(twin.venueAccountId, accountId, `${twin.asset} address`);
}

async function store(work: Work, accountId: number, { asset, network, address, secondaryAddress }: DepositAddress): Promise<void> {
  const told = { address, secondaryAddress: secondaryAddress ?? null, checkedAt: work.at, isReadBySite: false, enteredById: null };
  await work.tx.venueDepositAddress.upsert({
    where: { venueAccountId_asset_network: { venueAccountId: accountId, asset, network } },
    create: { venueAccountId: accountId, asset, network, ...told },
    update: { ...told, changedAt: work.at, confirmedNetwork: null, confirmedById: null, confirmedAt: null },
  });
}

async function alertReplaced(work: Work, accountId: number, replaced: readonly { asset: string; network: string }[]): Promise<void> {
  await raiseAlert(work, {
    code: 'deposit_address_changed',
    severity: 'critical',
    subject: `venue_account:${accountId}`,
    text: '거래소가 알려 준 입금 주소가 전과 다릅니다. 이미 보낸 이전 요구서의 주소를 확인하고, 거래소 화면과 대조하여 확인하기 전에는 새 주소를 쓰지 마십시오.',
    facts: { accountId, addresses: replaced.map(({ asset, network }) => `${asset}/${network}`) },
  });
}

function isAt(row: VenueDepositAddress, address: DepositAddress): boolean {
  return row.asset === address.asset && row.network === address.network;
}

function isSame(row: VenueDepositAddress, address: DepositAddress): boolean {
  return row.address === address.address && (row.secondaryAddress ?? undefined) === address.secondaryAddress;
}

function place({ asset, network }: DepositAddress): { asset: string; network: string } {
  return { asset, network };
}
