import { z } from 'zod';
import {
  askScreening,
  HIT_CATEGORIES,
  lastScreenings,
  SCREENING_ADVICE,
  type ScreeningOutcomeText,
  screenSource,
} from '../../custody/screening.ts';
import { confirmAddress, revokeAddress } from '../../custody/withdrawal-address.ts';
import { proposeAddress, proposeSeizedAccount } from '../../custody/withdrawal-address-proposal.ts';
import { isVouchedFor, viewAddress } from '../../custody/withdrawal-address-row.ts';
import { fingerprintOf } from '../../custody/withdrawal-address-seal.ts';
import type { AddressScreening, WithdrawalAddress } from '../../database/generated/client.ts';
import { AddressCheck, AddressOwner, AddressState, ScreeningOutcome, ScreeningPurpose } from '../../database/generated/enums.ts';
import { approvalExpiry } from '../../policy/approval-expiry.ts';
import { bulk, nothingToPrepare } from '../bulk.ts';
import { action, command, NONE, type Route, read } from '../route.ts';
import {
  assetCode,
  DONE,
  done,
  instantText,
  lineText,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathId,
  purposeText,
  reasonText,
  rowId,
  toPage,
} from '../schemas.ts';

const networkText = lineText(30, 'ETH').meta({ description: '거래소가 부르는 네트워크 이름, 같은 거래소의 계정이면 internal' });
const addressText = lineText(200, '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed').meta({ description: '받을 주소나 계정 (암호화하여 보관)' });
const secondaryText = lineText(100, '12345').meta({ description: '태그나 메모 (암호화하여 보관)' });
const proofText = lineText(200, '소유 확인서 2026-0001').meta({ description: '누구의 주소인지 증명하는 문서의 번호 (주소는 적지 않음)' });
const registrationText = lineText(200, '업비트 출금주소 등록 2026-03-16').meta({
  description: '거래소 출금 주소 등록과 트래블룰 확인의 참조',
});

const ownerInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('taxpayer'), caseId: rowId }),
  z.strictObject({ kind: z.literal('right_holder'), caseId: rowId, personId: rowId }),
  z.strictObject({ kind: z.literal('sender'), depositId: rowId }),
]);
type OwnerInput = z.output<typeof ownerInput>;

function toOwner(owner: OwnerInput) {
  return owner.kind === 'sender' ? { kind: owner.kind, depositRowId: owner.depositId } : owner;
}

const outcomeText = z
  .enum(ScreeningOutcome)
  .meta({ description: 'clear 없음, hit 목록에 있음, no_list 목록을 두지 않음, unavailable 목록을 읽지 못함' });
const fingerprintText = z
  .string()
  .meta({ description: '주소를 대신하여 부르는 식별값 (같은 주소와 네트워크이면 같음)', example: '3f1c-6a0e' });

const screeningAnswer = z.object({
  id: rowId,
  purpose: z.enum(ScreeningPurpose),
  fingerprint: fingerprintText,
  outcome: outcomeText,
  hits: z.array(z.object({ category: z.enum(HIT_CATEGORIES), reference: z.string() })).meta({ example: [] }),
  addressId: rowId.nullable(),
  transferId: rowId.nullable(),
  depositId: rowId.nullable(),
  screenedAt: instantText,
});

const storedHits = z.array(z.object({ category: z.enum(HIT_CATEGORIES), reference: z.string() }));

function toScreening(row: AddressScreening): z.input<typeof screeningAnswer> {
  const { id, purpose, fingerprint, outcome, addressId, transferId, depositRowId } = row;
  return {
    id,
    purpose,
    fingerprint,
    outcome,
    hits: storedHits.parse(row.hits),
    addressId,
    transferId,
    depositId: depositRowId,
    screenedAt: row.screenedAt.toISOString(),
  };
}

const addressAnswer = z
  .object({
    id: rowId,
    accountId: rowId,
    asset: assetCode,
    network: z.string().meta({ example: 'internal' }),
    fingerprint: fingerprintText,
    owner: z.enum(AddressOwner),
    personId: rowId.nullable(),
    depositId: rowId.nullable(),
    ownAccountId: rowId.nullable(),
    check: z.enum(AddressCheck).meta({
      description:
        'checksum 검사합 확인, seized_account 압류한 그 계정, own_account 거래소가 알려 준 시 계정, form 모양만 확인, none 확인하지 못함',
    }),
    screening: outcomeText
      .nullable()
      .meta({ description: '위험 주소 목록과 대조한 마지막 결과, 대조하지 않았으면 없음', example: 'clear' }),
    needsConfirmation: z.boolean().meta({ description: '다른 사람이 다시 입력하여 확인해야 함', example: false }),
    ownershipProof: z.string(),
    registrationReference: z.string(),
    state: z.enum(AddressState),
    approvalId: rowId.nullable(),
    createdAt: instantText,
    usableFrom: instantText.nullable().meta({ description: '대기 시간이 끝나 쓸 수 있는 때' }),
    endReason: z.string().nullable().meta({ example: null }),
  })
  .meta({ id: 'WithdrawalAddress', description: '출금 주소' });

function toAnswer(row: WithdrawalAddress, screening: ScreeningOutcomeText | null): z.input<typeof addressAnswer> {
  const { id, asset, network, owner, personId, ownAccountId, check, ownershipProof, registrationReference, state, approvalId, endReason } =
    row;
  return {
    id,
    accountId: row.venueAccountId,
    asset,
    network,
    fingerprint: fingerprintOf(row),
    owner,
    personId,
    depositId: row.depositRowId,
    ownAccountId,
    check,
    screening,
    needsConfirmation: state === 'requested' && !isVouchedFor(row) && row.confirmedAt === null,
    ownershipProof,
    registrationReference,
    state,
    approvalId,
    createdAt: row.createdAt.toISOString(),
    usableFrom: row.usableFrom?.toISOString() ?? null,
    endReason,
  };
}

const addressParams = z.object({ addressId: pathId });
const proposedAnswer = z.object({ addressId: rowId, approvalId: rowId.nullable() });

const listingRoutes: readonly Route[] = [
  action({
    operationId: 'proposeWithdrawalAddress',
    tag: 'custody',
    summary: '출금 주소를 등록하는 결재를 올리고 위험 주소 목록과 대조 (같은 주소를 다시 올리면 처음 것을 답함)',
    path: '/withdrawal-addresses',
    permission: 'coin_transfer.propose',
    params: NONE,
    query: NONE,
    body: z.strictObject({
      accountId: rowId.meta({ description: '가상자산이 나갈 시 계정' }),
      asset: assetCode,
      network: networkText,
      address: addressText,
      secondaryAddress: secondaryText.exactOptional(),
      withoutSecondary: z.boolean().exactOptional().meta({ description: '받는 사람의 지갑이 태그나 메모를 쓰지 않음' }),
      owner: ownerInput,
      ownershipProof: proofText,
      registrationReference: registrationText,
      reason: reasonText,
    }),
    answer: proposedAnswer.extend({ screening: z.enum(ScreeningOutcome) }),
    handle: async ({ services: { database, keys, screening }, principal, body: { owner, ...body } }) => {
      const screened = await askScreening(screening, body);
      const proposed = await database.work(principal.actor, async (work) =>
        proposeAddress(work, keys, { ...body, owner: toOwner(owner), expiresAt: await approvalExpiry(work), screened }),
      );
      return { ...proposed, screening: screened.outcome };
    },
  }),
  bulk({
    operationId: 'proposeSeizedAccounts',
    tag: 'custody',
    summary: '압류한 그 계정을 출금 주소로 등록하는 결재를 올림',
    path: '/withdrawal-addresses/seized-accounts',
    permission: 'coin_transfer.propose',
    item: rowId.meta({ description: '압류 자산', example: 7 }),
    idOf: (holdingId) => holdingId,
    common: z.object({ ownershipProof: proofText, registrationReference: registrationText, reason: reasonText }),
    result: proposedAnswer,
    prepare: nothingToPrepare,
    handle: async (work, { services: { keys }, body: { ownershipProof, registrationReference, reason } }, holdingId) =>
      proposeSeizedAccount(work, keys, { holdingId, ownershipProof, registrationReference, reason, expiresAt: await approvalExpiry(work) }),
  }),
  read({
    operationId: 'listWithdrawalAddresses',
    tag: 'custody',
    summary: '출금 주소 목록 (주소는 보이지 않음)',
    path: '/withdrawal-addresses',
    permission: 'venue.read',
    params: NONE,
    query: z.object({ ...pageQuery, state: z.enum(AddressState).exactOptional(), personId: pathId.exactOptional() }),
    answer: pageAnswer(addressAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const rows = await database.read.withdrawalAddress.findMany({ ...page, where: { ...where, ...filter } });
      const screenings = await lastScreenings(
        database.read,
        rows.map(({ id }) => id),
      );
      return toPage(rows, { limit }, (row) => toAnswer(row, screenings.get(row.id) ?? null));
    },
  }),
];

const decisionRoutes: readonly Route[] = [
  command({
    operationId: 'viewWithdrawalAddress',
    tag: 'custody',
    summary: '출금 주소를 열어 증빙과 대조 (열람이 기록됨)',
    path: '/withdrawal-addresses/{addressId}/view',
    permission: 'person.read',
    params: addressParams,
    query: NONE,
    body: z.object({ purpose: purposeText }),
    answer: z.object({ network: z.string().meta({ example: 'ETH' }), address: z.string(), secondaryAddress: z.string().nullable() }),
    handle: (work, { services: { keys }, params: { addressId }, body: { purpose } }) => viewAddress(work, keys, { addressId, purpose }),
  }),
  command({
    operationId: 'confirmWithdrawalAddress',
    tag: 'custody',
    summary: '검사합이 없는 주소를 등록한 사람이 아닌 담당자가 다시 입력하여 확인',
    path: '/withdrawal-addresses/{addressId}/confirmation',
    permission: 'person.read',
    params: addressParams,
    query: NONE,
    body: z.strictObject({ address: addressText, secondaryAddress: secondaryText.exactOptional() }),
    answer: done,
    handle: async (work, { services: { keys }, params: { addressId }, body }) => {
      await confirmAddress(work, keys, { addressId, ...body });
      return DONE;
    },
  }),
  command({
    operationId: 'revokeWithdrawalAddress',
    tag: 'custody',
    summary: '출금 주소의 허용을 바로 취소 (누구나)',
    path: '/withdrawal-addresses/{addressId}/revocation',
    permission: 'trading.tighten',
    params: addressParams,
    query: NONE,
    body: z.object({ reason: reasonText }),
    answer: done,
    handle: async (work, { params: { addressId }, body: { reason } }) => {
      await revokeAddress(work, { addressId, reason });
      return DONE;
    },
  }),
];

const screeningRoutes: readonly Route[] = [
  action({
    operationId: 'screenSource',
    tag: 'custody',
    summary: '받기 전이나 받은 뒤 보낸 곳의 주소를 위험 주소 목록과 대조 (알림만 하고 막지 않음)',
    path: '/address-screenings',
    permission: 'custody.record',
    params: NONE,
    query: NONE,
    body: z.strictObject({ address: addressText, network: networkText.exactOptional(), depositId: rowId.exactOptional() }),
    answer: screeningAnswer.pick({ id: true, outcome: true, hits: true, fingerprint: true }).extend({
      advice: z.string().meta({ description: '할 일', example: SCREENING_ADVICE.clear }),
    }),
    handle: async ({ services: { database, keys, screening }, principal, body: { address, network, depositId } }) => {
      const source = { address, network, depositRowId: depositId };
      const { hits, ...stored } = await screenSource(database, principal.actor, { keys, screening }, source);
      return { ...stored, hits: [...hits], advice: SCREENING_ADVICE[stored.outcome] };
    },
  }),
  read({
    operationId: 'listAddressScreenings',
    tag: 'custody',
    summary: '위험 주소 대조의 결과',
    path: '/address-screenings',
    permission: 'venue.read',
    params: NONE,
    query: z.object({
      ...pageQuery,
      outcome: z.enum(ScreeningOutcome).exactOptional(),
      transferId: pathId.exactOptional(),
      addressId: pathId.exactOptional(),
    }),
    answer: pageAnswer(screeningAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const rows = await database.read.addressScreening.findMany({ ...page, where: { ...where, ...filter } });
      return toPage(rows, { limit }, toScreening);
    },
  }),
];

export const withdrawalAddressRoutes: readonly Route[] = [...listingRoutes, ...decisionRoutes, ...screeningRoutes];
