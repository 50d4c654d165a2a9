import { appendAudit } from '../audit/append.ts';
import type { Prisma } from '../database/generated/client.ts';
import type { ScreeningPurpose } from '../database/generated/enums.ts';
import { jsonColumn } from '../database/json.ts';
import { type Actor, type Database, type Transaction, userIdOf, type Work } from '../database/work.ts';
import { raiseAlert, warnOnce } from '../intent/alert.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { usualCase } from './address-check.ts';
import { destinationDigest, fingerprintOf, openDestination } from './withdrawal-address-seal.ts';

/*
 * Before coins are received from an address or sent to one, lists of sanctioned and tainted addresses are asked. What they said is
 * stored with the transfer, and a hit is told to a person; it holds nothing back by itself, for there is no ground in law to withhold
 * a return. What is asked must know no person: an address alone goes out.
 */

export interface ScreenedAddress {
  readonly address: string;
  readonly network: string | undefined;
}

export const HIT_CATEGORIES = ['sanctioned', 'tainted'] as const;

export interface ScreeningHit {
  readonly category: (typeof HIT_CATEGORIES)[number];
  /** What the list says of its entry: a programme, a date, a case. */
  readonly reference: string;
}

export type ScreeningAnswer =
  | { readonly outcome: 'clear'; readonly listDigest: string }
  | { readonly outcome: 'hit'; readonly listDigest: string; readonly hits: readonly ScreeningHit[] }
  /** The city has configured no list. */
  | { readonly outcome: 'no_list' };

/** Whoever knows which addresses are sanctioned or tainted. Throws what keeps it from answering. */
export interface AddressScreening {
  screenAddress(asked: ScreenedAddress): Promise<ScreeningAnswer>;
}

/** Rows with which a screening is stored. */
interface ScreeningSubject {
  readonly purpose: ScreeningPurpose;
  readonly addressId?: number;
  readonly transferId?: number;
  readonly depositRowId?: number;
}

/** A list that does not answer is an answer as well: it is stored and told like any other. */
export type AskedScreening = ScreeningAnswer | { readonly outcome: 'unavailable'; readonly code: string };
export type ScreeningOutcomeText = AskedScreening['outcome'];

/** A screening as it was stored. */
export interface StoredScreening {
  readonly id: number;
  readonly outcome: ScreeningOutcomeText;
  readonly hits: readonly ScreeningHit[];
  /** Eight digits that stand for the address: of a listed one its own, else under the installation's key. */
  readonly fingerprint: string;
}

/** Korean: what somebody has to do who reads an outcome. */
export const SCREENING_ADVICE: Readonly<Record<ScreeningOutcomeText, string>> = {
  clear: '위험 주소 목록에 없습니다. 그대로 처리하십시오.',
  hit: '위험 주소 목록에 있습니다. 받거나 보내기 전에 목록의 근거를 확인하고 책임자와 처리 방법을 정하십시오. 저절로 막지는 않습니다.',
  no_list: '시가 둔 위험 주소 목록이 없어 대조하지 못했습니다. 목록을 두려면 관리자에게 요청하십시오.',
  unavailable: '위험 주소 목록을 읽지 못해 대조하지 못했습니다. 관리자에게 알리고, 목록을 고친 뒤 다시 조회하십시오.',
};

/**
 * Asks about the destination of a transfer and stores the answer with it. Whoever instructs the transfer asks first. Errors: `NOT_FOUND`
 * for a transfer that is not there or has no listed address, `PERSON_ERASED`.
 */
export async function screenTransfer(
  database: Database,
  actor: Actor,
  { keys, screening }: { readonly keys: MasterKey; readonly screening: AddressScreening },
  transferId: number,
): Promise<ScreeningOutcomeText> {
  const transfer = await database.read.coinTransfer.findUnique({ where: { id: transferId }, select: { addressId: true } });
  if (transfer === null || transfer.addressId === null) {
    throw new CheongsanError('NOT_FOUND', `There is no coin transfer ${transferId} to a listed address.`);
  }
  const subject = { purpose: 'return', addressId: transfer.addressId, transferId } as const;
  const { asked, fingerprint } = await destinationOf(database, keys, transfer.addressId);
  const answer = await askScreening(screening, asked);
  return (await database.work(actor, (work) => storeScreening(work, subject, { answer, fingerprint }))).outcome;
}

/**
 * Asks about the address from which coins come or have come: with the deposit where it is known already, before a receipt without.
 * Error: `NOT_FOUND` for a deposit that is not there.
 */
export async function screenSource(
  database: Database,
  actor: Actor,
  { keys, screening }: { readonly keys: MasterKey; readonly screening: AddressScreening },
  source: ScreenedAddress & { readonly depositRowId?: number | undefined },
): Promise<StoredScreening> {
  const { depositRowId, address, network } = source;
  if (depositRowId !== undefined && (await database.read.venueDeposit.count({ where: { id: depositRowId } })) === 0) {
    throw new CheongsanError('NOT_FOUND', `There is no deposit ${depositRowId}.`);
  }
  const subject = { purpose: 'receipt', ...(depositRowId === undefined ? {} : { depositRowId }) } as const;
  const digest = destinationDigest(keys, { network: network ?? '', address: usualCase(address.trim()), secondaryAddress: null });
  const answer = await askScreening(screening, { address, network });
  return database.work(actor, (work) =>
    storeScreening(work, subject, { answer, fingerprint: fingerprintOf({ destinationDigest: digest }) }),
  );
}

/** Error: `TRANSFER_UNSCREENED` for a transfer about whose destination nobody has asked. What was answered is for a person to judge. */
export async function requireScreened(work: Work, transferId: number): Promise<void> {
  if ((await work.tx.addressScreening.count({ where: { transferId } })) > 0) return;
  throw new CheongsanError('TRANSFER_UNSCREENED', `The destination of transfer ${transferId} was held against no list; screen it first.`);
}

async function destinationOf(
  database: Database,
  keys: MasterKey,
  addressId: number,
): Promise<{ readonly asked: ScreenedAddress; readonly fingerprint: string }> {
  const row = await database.read.withdrawalAddress.findUnique({ where: { id: addressId } });
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no withdrawal address ${addressId}.`);
  const { address, network } = await openDestination(database.read, keys, row);
  return { asked: { address, network }, fingerprint: fingerprintOf(row) };
}

/** Asks without storing anything: outside of a transaction, since it may take its time. A list that does not answer stops nothing. */
export async function askScreening(screening: AddressScreening, asked: ScreenedAddress): Promise<AskedScreening> {
  try {
    return await screening.screenAddress(asked);
  } catch (thrown) {
    return { outcome: 'unavailable', code: thrown instanceof CheongsanError ? thrown.code : 'INTERNAL' };
  }
}

/** Keeps what was answered, and tells a person of a hit or of a list that cannot be read. */
export async function storeScreening(
  work: Work,
  subject: ScreeningSubject,
  { answer, fingerprint }: { readonly answer: AskedScreening; readonly fingerprint: string },
): Promise<StoredScreening> {
  const { purpose, addressId, transferId, depositRowId } = subject;
  const hits = answer.outcome === 'hit' ? answer.hits.map(({ category, reference }) => ({ category, reference })) : [];
  const data: Prisma.AddressScreeningUncheckedCreateInput = {
    purpose,
    addressId: addressId ?? null,
    transferId: transferId ?? null,
    depositRowId: depositRowId ?? null,
    fingerprint,
    outcome: answer.outcome,
    hits: jsonColumn(hits),
    listDigest: 'listDigest' in answer ? answer.listDigest : null,
    screenedById: userIdOf(work.actor),
    screenedAt: work.at,
  };
  const { id } = await work.tx.addressScreening.create({ data, select: { id: true } });
  const about = aboutOf(subject, id);
  await appendAudit(work, {
    stream: 'system',
    action: `screening.${answer.outcome}`,
    subject: `address_screening:${id}`,
    payload: { purpose, about, fingerprint, ...('listDigest' in answer ? { listDigest: answer.listDigest } : {}) },
  });
  if (answer.outcome === 'hit')
    await alertHit(work, about, { screeningId: id, ...subject, categories: hits.map(({ category }) => category) });
  if (answer.outcome === 'unavailable') await warnUnavailable(work, answer.code);
  return { id, outcome: answer.outcome, hits, fingerprint };
}

/** The last answer about each of these listed addresses that was ever held against a list. */
export async function lastScreenings(
  reader: Pick<Transaction, 'addressScreening'>,
  addressIds: readonly number[],
): Promise<ReadonlyMap<number, ScreeningOutcomeText>> {
  const rows = await reader.addressScreening.findMany({
    where: { addressId: { in: [...addressIds] } },
    orderBy: [{ addressId: 'asc' }, { id: 'desc' }],
    distinct: ['addressId'],
    select: { addressId: true, outcome: true },
  });
  return new Map(rows.flatMap(({ addressId, outcome }) => (addressId === null ? [] : [[addressId, outcome] as const])));
}

function aboutOf({ addressId, transferId, depositRowId }: ScreeningSubject, id: number): string {
  if (transferId !== undefined) return `coin_transfer:${transferId}`;
  if (depositRowId !== undefined) return `venue_deposit:${depositRowId}`;
  return addressId === undefined ? `address_screening:${id}` : `withdrawal_address:${addressId}`;
}

async function alertHit(
  work: Work,
  subject: string,
  facts: { readonly [key: string]: string | number | readonly string[] },
): Promise<void> {
  await raiseAlert(work, {
    code: 'address_screening_hit',
    severity: 'critical',
    subject,
    text: '제재 대상이거나 위험한 것으로 알려진 주소입니다. 받거나 보내기 전에 목록의 근거를 확인하고 처리 방법을 정하십시오. 이 알림은 처리를 멈추지 않습니다.',
    facts,
  });
}

async function warnUnavailable(work: Work, code: string): Promise<void> {
  await warnOnce(work, {
    code: 'screening_unavailable',
    subject: 'installation:1',
    text: '위험 주소 목록을 읽지 못해 주소를 조회하지 못했습니다. 목록 파일의 위치와 내용을 확인하십시오. 이체는 계속됩니다.',
    facts: { code },
  });
}
