import { z } from 'zod';
import { recordExcess } from '../../custody/excess.ts';
import type { AssetReading } from '../../custody/reconcile.ts';
import { tendAccount } from '../../custody/tend.ts';
import { TradingState } from '../../database/generated/enums.ts';
import { KEY_PERMISSIONS, VENUE_CODES } from '../../exchange/port.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import {
  assertKeyAcceptable,
  assertKeyLives,
  listVenueAccounts,
  readVenueAccount,
  registerVenueAccount,
  rotateVenueKey,
  type VenueAccountView,
} from '../../venue/account.ts';
import { NEEDED_PERMISSIONS } from '../../venue/account-rules.ts';
import { checkDepositAddresses } from '../../venue/deposit-address.ts';
import type { ExchangeDirectory } from '../../venue/exchange-directory.ts';
import { judgedAddresses, readAddressesIfOld, WITHHELD } from '../../venue/shown-address.ts';
import { action, NONE, type Route, read } from '../route.ts';
import { assetCode, DONE, dayInput, dayText, decimalText, done, instantText, lineText, pathId, rowId, venueText } from '../schemas.ts';
import type { Services } from '../services.ts';

const accountParams = z.object({ accountId: pathId });

/** A key goes in and never comes out again. */
const key = {
  accessKey: lineText(200, 'sample-access-key'),
  secretKey: lineText(500, 'sample-secret-key'),
  keyExpiresOn: dayInput.exactOptional().meta({ description: '거래소가 정한 키의 마지막 날' }),
  permissions: z
    .array(z.enum(KEY_PERMISSIONS))
    .meta({ description: '거래소의 키 관리 화면에 표시된 권한', example: [...NEEDED_PERMISSIONS] }),
};

const accountAnswer = z
  .object({
    id: rowId,
    venueCode: venueText,
    label: z.string().meta({ example: '표본시 업비트' }),
    owner: z.string().meta({ description: '거래소에 등록된 명의', example: '표본시' }),
    purpose: z.string().meta({ description: '계정의 용도', example: '압류한 가상자산의 수령과 매각' }),
    baseUrl: z.string().meta({ example: 'http://127.0.0.1:9100' }),
    accessKeyHint: z.string().meta({ description: '접근 키의 끝자리', example: '-key' }),
    keyExpiresOn: dayText.nullable(),
    keyPermissions: z.array(z.string()).meta({ example: [...NEEDED_PERMISSIONS] }),
    keyPermissionsFound: z
      .boolean()
      .meta({ description: '권한을 거래소가 알려 주었음 (아니면 등록한 사람이 적은 대로임)', example: false }),
    keyBoundAddresses: z.array(z.string()).meta({ description: '거래소가 알려 준, 키를 쓸 수 있는 접속 주소', example: [] }),
    keyReadAt: instantText.nullable().meta({ description: '거래소에 키를 마지막으로 물은 때' }),
    paper: z.boolean().meta({ description: '모의 거래소', example: true }),
    training: z.boolean().meta({ example: false }),
    tradingState: z.enum(TradingState),
    tradingStateReason: z.string().nullable().meta({ example: null }),
    depositsReadAt: instantText.nullable(),
    reconciledAt: instantText.nullable(),
    failedPolls: z.int().meta({ example: 0 }),
    capabilities: z
      .object({
        privatePart: z
          .enum(['documented', 'unverified'])
          .meta({ description: '주문·입출금 연동의 근거: 거래소의 현행 문서, 또는 확인되지 않은 자료' }),
        depositsReadable: z.boolean(),
        withdrawalsReadable: z.boolean(),
        tellsDepositAddresses: z
          .boolean()
          .meta({ description: '입금 주소를 알려 줌 (아니면 두 담당자가 거래소 화면에서 옮겨 적음)', example: true }),
      })
      .nullable()
      .meta({ description: '거래소 연동으로 할 수 있는 것. 키를 열 수 없으면 null' }),
  })
  .meta({ id: 'VenueAccount', description: '거래소에 있는 시의 계정' });

const addressAnswer = z.object({
  asset: assetCode,
  network: z.string().meta({ example: 'BTC' }),
  address: z.string().nullable().meta({ description: '확인되지 않은 주소는 보이지 않음', example: 'bc1qsample' }),
  secondaryAddress: z.string().nullable().meta({ description: '태그나 메모', example: null }),
  checkedAt: instantText,
  withheld: z
    .object({ code: z.string(), title: z.string() })
    .nullable()
    .meta({ description: '보이지 않는 까닭과 할 일', example: { code: 'stale', title: WITHHELD.stale.title } }),
});

const readingAnswer = z.object({
  asset: z.string().meta({ example: 'BTC' }),
  venueQuantity: decimalText,
  ledgerQuantity: decimalText,
  agrees: z.boolean(),
  breaksInRow: z.int().meta({ example: 0 }),
  isFrozen: z.boolean().meta({ example: false }),
});

function toReading({ asset, venueQuantity, ledgerQuantity, agrees, breaksInRow, isFrozen }: AssetReading): z.input<typeof readingAnswer> {
  return { asset, venueQuantity, ledgerQuantity, agrees, breaksInRow, isFrozen };
}

async function toAccount({ database, exchanges }: Services, account: VenueAccountView): Promise<z.input<typeof accountAnswer>> {
  const { keyExpiresOn, depositsReadAt, reconciledAt, keyPermissions, keyReadAt, keyBoundAddresses, ...plain } = account;
  const { tradingState, tradingStateReason } = await database.read.venueAccount.findUniqueOrThrow({ where: { id: account.id } });
  return {
    ...plain,
    tradingState,
    tradingStateReason,
    keyReadAt: keyReadAt?.toISOString() ?? null,
    keyBoundAddresses: [...keyBoundAddresses],
    keyExpiresOn: keyExpiresOn ?? null,
    keyPermissions: [...keyPermissions],
    depositsReadAt: depositsReadAt?.toISOString() ?? null,
    reconciledAt: reconciledAt?.toISOString() ?? null,
    capabilities: await capabilitiesOf(exchanges, account.id),
  };
}

/** Without the key, or with one of another installation, nobody can say: the list is shown all the same. */
async function capabilitiesOf(exchanges: ExchangeDirectory, accountId: number) {
  try {
    const { capabilities } = await exchanges.exchangeFor(accountId);
    const { privatePart, depositsReadable, withdrawalsReadable, tellsDepositAddresses } = capabilities;
    return { privatePart, depositsReadable, withdrawalsReadable, tellsDepositAddresses };
  } catch (thrown) {
    if (thrown instanceof CheongsanError && UNOPENED.some((code) => code === thrown.code)) return null;
    throw thrown;
  }
}

const UNOPENED = ['KEY_UNAVAILABLE', 'LIVE_KEY_IN_DEMO', 'TRAINING_FLAG_MISSING'] as const;

const keyRoutes: readonly Route[] = [
  action({
    operationId: 'registerVenueAccount',
    tag: 'custody',
    summary: '거래소 계정과 키 등록 (출금 권한이 있는 키와 이미 등록된 거래소 계정은 거절)',
    path: '/venue-accounts',
    permission: 'venue.manage',
    params: NONE,
    query: NONE,
    body: z.object({
      venueCode: z.enum(VENUE_CODES),
      label: lineText(80, '표본시 업비트'),
      owner: lineText(80, '표본시').meta({ description: '거래소에 등록된 명의' }),
      purpose: lineText(200, '압류한 가상자산의 수령과 매각').meta({ description: '계정의 용도' }),
      baseUrl: z.url({ protocol: /^https?$/ }).meta({ example: 'http://127.0.0.1:9100' }),
      paper: z.boolean().meta({ description: '모의 거래소', example: true }),
      training: z.boolean().default(false).meta({ description: '실제 설치에서 쓰는 교육용 모의 계정', example: false }),
      ...key,
    }),
    answer: z.object({ accountId: rowId }),
    handle: async ({ services: { database, keys, exchanges }, principal, body }) => {
      const day = seoulDay(database.clock.now());
      await assertKeyAcceptable(database.read, day, body.permissions);
      assertKeyLives(day, body.keyExpiresOn);
      const proof = await exchanges.proveKey(body);
      return { accountId: await database.work(principal.actor, (work) => registerVenueAccount(work, keys, body, proof)) };
    },
  }),
  action({
    operationId: 'rotateVenueKey',
    tag: 'custody',
    summary: '거래소 키를 새 키로 바꿈 (거래소가 새 키를 받아들이는지, 같은 계정의 것인지 먼저 확인)',
    path: '/venue-accounts/{accountId}/key',
    permission: 'venue.manage',
    params: accountParams,
    query: NONE,
    body: z.object(key),
    answer: done,
    handle: async ({ services: { database, keys, exchanges }, principal, params: { accountId }, body }) => {
      const day = seoulDay(database.clock.now());
      await assertKeyAcceptable(database.read, day, body.permissions);
      assertKeyLives(day, body.keyExpiresOn);
      const { venueCode, baseUrl, paper, training } = await readVenueAccount(database.read, accountId);
      const proof = await exchanges.proveKey({ venueCode, baseUrl, paper, training, ...body });
      await database.work(principal.actor, (work) => rotateVenueKey(work, keys, { accountId, key: body, proof }));
      return DONE;
    },
  }),
];

/** An exchange that does not answer leaves its addresses as old as they are, and the answer says so. */
function asOld(thrown: unknown): void {
  if (thrown instanceof CheongsanError && thrown.code === 'EXCHANGE_UNAVAILABLE') return;
  throw thrown;
}

const readRoutes: readonly Route[] = [
  read({
    operationId: 'listVenueAccounts',
    tag: 'custody',
    summary: '거래소 계정 목록 (키는 보이지 않음)',
    path: '/venue-accounts',
    permission: 'venue.read',
    params: NONE,
    query: NONE,
    answer: z.array(accountAnswer),
    handle: async ({ services }) =>
      Promise.all((await listVenueAccounts(services.database.read)).map((account) => toAccount(services, account))),
  }),
  read({
    operationId: 'listDepositAddresses',
    tag: 'custody',
    summary: '계정의 입금 주소 (오래되었으면 거래소에서 다시 읽고, 확인되지 않은 것은 보이지 않음)',
    path: '/venue-accounts/{accountId}/addresses',
    permission: 'venue.read',
    params: accountParams,
    query: NONE,
    answer: z.array(addressAnswer),
    handle: async ({ services: { database, exchanges }, principal, params: { accountId } }) => {
      await readAddressesIfOld(database, principal.actor, await exchanges.exchangeFor(accountId), accountId).catch(asOld);
      const addresses = await judgedAddresses(database.read, { accountId, at: database.clock.now() });
      return addresses.map(({ asset, network, address, secondaryAddress, checkedAt, withheld }) => ({
        asset,
        network,
        address: withheld === undefined ? address : null,
        secondaryAddress: withheld === undefined ? (secondaryAddress ?? null) : null,
        checkedAt: checkedAt.toISOString(),
        withheld: withheld === undefined ? null : { code: withheld, title: WITHHELD[withheld].title },
      }));
    },
  }),
];

export const venueAccountRoutes: readonly Route[] = [
  ...keyRoutes,
  ...readRoutes,
  action({
    operationId: 'refreshDepositAddresses',
    tag: 'custody',
    summary: '거래소에서 입금 주소를 다시 읽음',
    path: '/venue-accounts/{accountId}/addresses',
    permission: 'account.reconcile',
    params: accountParams,
    query: NONE,
    body: NONE,
    answer: z.object({ addresses: z.int().meta({ example: 4 }) }),
    handle: async ({ services: { database, exchanges }, principal, params: { accountId } }) => {
      const port = await exchanges.exchangeFor(accountId);
      return { addresses: (await checkDepositAddresses(database, principal.actor, port, accountId)).length };
    },
  }),
  action({
    operationId: 'tendAccount',
    tag: 'custody',
    summary: '계정의 입출금과 잔액을 지금 읽어 장부와 대조',
    path: '/venue-accounts/{accountId}/readings',
    permission: 'account.reconcile',
    params: accountParams,
    query: NONE,
    body: NONE,
    answer: z.array(readingAnswer),
    handle: async ({ services: { database, exchanges }, params: { accountId } }) =>
      (await tendAccount(database, await exchanges.exchangeFor(accountId), accountId)).map(toReading),
  }),
  action({
    operationId: 'recordExcess',
    tag: 'custody',
    summary: '장부보다 거래소에 더 있는 것을 미확인 입금으로 받아들임',
    path: '/venue-accounts/{accountId}/excess',
    permission: 'account.reconcile',
    params: accountParams,
    query: NONE,
    body: NONE,
    answer: z.object({ assets: z.array(z.string()).meta({ example: ['BTC'] }) }),
    handle: async ({ services: { database, exchanges }, principal, params: { accountId } }) => {
      const port = await exchanges.exchangeFor(accountId);
      return { assets: await recordExcess(database, principal.actor, port, accountId) };
    },
  }),
];
