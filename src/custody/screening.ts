import { appendAudit } from '../audit/append.ts';
import type { Prisma } from '../database/generated/client.ts';
import type { ScreeningPurpose } from '../database/generated/enums.ts';
import { jsonColumn } from '../database/json.ts';
import { type Actor, type Database, userIdOf, type Work } from '../database/work.ts';
import { raiseAlert, warnOnce } from '../intent/alert.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { openDestination } from './withdrawal-address-seal.ts';

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

export type ScreeningOutcomeText = ScreeningAnswer['outcome'] | 'unavailable';

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
  return screenAndStore(database, actor, screening, { subject, asked: await destinationOf(database, keys, transfer.addressId) });
}

/** Asks about an address of the allow list, so that its approver knows. Errors as above. */
export async function screenListedAddress(
  database: Database,
  actor: Actor,
  { keys, screening }: { readonly keys: MasterKey; readonly screening: AddressScreening },
  addressId: number,
): Promise<ScreeningOutcomeText> {
  const asked = await destinationOf(database, keys, addressId);
  return screenAndStore(database, actor, screening, { subject: { purpose: 'return', addressId }, asked });
}

/**
 * Asks about the address from which coins come or have come: with the deposit where it is known already, before a receipt without.
 * Error: `NOT_FOUND` for a deposit that is not there.
 */
export async function screenSource(
  database: Database,
  actor: Actor,
  screening: AddressScreening,
  source: ScreenedAddress & { readonly depositRowId?: number | undefined },
): Promise<ScreeningOutcomeText> {
  const { depositRowId, address, network } = source;
  if (depositRowId !== undefined && (await database.read.venueDeposit.count({ where: { id: depositRowId } })) === 0) {
    throw new CheongsanError('NOT_FOUND', `There is no deposit ${depositRowId}.`);
  }
  const subject = { purpose: 'receipt', ...(depositRowId === undefined ? {} : { depositRowId }) } as const;
  return screenAndStore(database, actor, screening, { subject, asked: { address, network } });
}

/** Error: `TRANSFER_UNSCREENED` for a transfer about whose destination nobody has asked. What was answered is for a person to judge. */
export async function requireScreened(work: Work, transferId: number): Promise<void> {
  if ((await work.tx.addressScreening.count({ where: { transferId } })) > 0) return;
  throw new CheongsanError('TRANSFER_UNSCREENED', `The destination of transfer ${transferId} was held against no list; screen it first.`);
}

async function destinationOf(database: Database, keys: MasterKey, addressId: number): Promise<ScreenedAddress> {
  const row = await database.read.withdrawalAddress.findUnique({ where: { id: addressId } });
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no withdrawal address ${addressId}.`);
  const { address, network } = await openDestination(database.read, keys, row);
  return { address, network };
}

async function screenAndStore(
  database: Database,
  actor: Actor,
  screening: AddressScreening,
  { subject, asked }: { readonly subject: ScreeningSubject; readonly asked: ScreenedAddress },
): Promise<ScreeningOutcomeText> {
  const answer = await answerOf(screening, asked);
  await database.work(actor, (work) => store(work, subject, answer));
  return answer.outcome;
}

type StoredAnswer = ScreeningAnswer | { readonly outcome: 'unavailable'; readonly code: string };

/** A list that does not answer is told to a person like a hit, and stops as little. */
async function answerOf(screening: AddressScreening, asked: ScreenedAddress): Promise<StoredAnswer> {
  try {
    return await screening.screenAddress(asked);
  } catch (thrown) {
    return { outcome: 'unavailable', code: thrown instanceof CheongsanError ? thrown.code : 'INTERNAL' };
  }
}

async function store(work: Work, subject: ScreeningSubject, answer: StoredAnswer): Promise<void> {
  const { purpose, addressId, transferId, depositRowId } = subject;
  const hits = answer.outcome === 'hit' ? answer.hits.map(({ category, reference }) => ({ category, reference })) : [];
  const data: Prisma.AddressScreeningUncheckedCreateInput = {
    purpose,
    addressId: addressId ?? null,
    transferId: transferId ?? null,
    depositRowId: depositRowId ?? null,
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
    payload: { purpose, about, ...('listDigest' in answer ? { listDigest: answer.listDigest } : {}) },
  });
  if (answer.outcome === 'hit')
    await alertHit(work, about, { screeningId: id, ...subject, categories: hits.map(({ category }) => category) });
  if (answer.outcome === 'unavailable') await warnUnavailable(work, answer.code);
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
