import type { VenueDepositAddress } from '../database/generated/client.ts';
import type { Actor, Database, Transaction } from '../database/work.ts';
import { type ExchangePort, UNTOLD_NETWORK } from '../exchange/port.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readPolicy } from '../policy/book.ts';
import { addressCheckMinutes, siteCheckHours } from '../policy/definitions/receipt.ts';
import { digestOfAddress } from './address-digest.ts';
import { checkDepositAddresses } from './deposit-address.ts';

/** Why an address of the city's account is told to nobody, with what an official reads. */
export const WITHHELD = {
  changed: { title: '거래소가 알려 준 주소가 바뀌었습니다. 두 담당자가 각각 거래소 화면과 대조하여 확인하십시오.' },
  network_untold: { title: '거래소가 네트워크를 알려 주지 않습니다. 거래소 화면에서 네트워크를 보고 확인하십시오.' },
  entered: { title: '거래소 화면에서 옮겨 적은 주소입니다. 다른 담당자가 다시 대조하여 확인하십시오.' },
  stale: { title: '확인한 지 오래되었거나 거래소의 목록에 더는 없습니다. 다시 읽거나 거래소 화면과 대조하십시오.' },
} as const satisfies Record<string, { title: string }>;
export type Withheld = keyof typeof WITHHELD;

/** How old a check may be: by the exchange's interface, and by an official at its site. */
export interface AddressTerms {
  readonly at: Date;
  readonly checkMs: number;
  readonly siteCheckMs: number;
}

type JudgedRow = Pick<VenueDepositAddress, 'network' | 'isReadBySite' | 'checkedAt' | 'changedAt' | 'confirmedAt'>;

/** What stands against telling somebody an address; undefined when nothing does. What needs a person comes before what needs a reading. */
export function withheldFor(row: JudgedRow, { at, checkMs, siteCheckMs }: AddressTerms): Withheld | undefined {
  if (row.confirmedAt === null) {
    if (row.isReadBySite) return 'entered';
    if (row.changedAt !== null) return 'changed';
    if (row.network === UNTOLD_NETWORK) return 'network_untold';
  }
  return at.getTime() - row.checkedAt.getTime() > (row.isReadBySite ? siteCheckMs : checkMs) ? 'stale' : undefined;
}

/** An address of the city's account with what stands against telling it. */
export interface JudgedAddress {
  readonly asset: string;
  /** As confirmed, else as the venue names it. */
  readonly network: string;
  readonly address: string;
  readonly secondaryAddress: string | undefined;
  readonly checkedAt: Date;
  readonly withheld: Withheld | undefined;
  readonly digest: string;
}

/** The addresses of an account, of all or some assets, judged at an instant. */
export async function judgedAddresses(
  reader: Pick<Transaction, 'venueDepositAddress' | 'policyValue'>,
  { accountId, at, assets }: { readonly accountId: number; readonly at: Date; readonly assets?: readonly string[] | undefined },
): Promise<JudgedAddress[]> {
  const rows = await reader.venueDepositAddress.findMany({
    where: { venueAccountId: accountId, ...(assets === undefined ? {} : { asset: { in: [...assets] } }) },
    orderBy: [{ asset: 'asc' }, { network: 'asc' }],
  });
  const terms = await addressTerms(reader, at);
  return rows.map((row) => ({
    asset: row.asset,
    network: row.confirmedNetwork ?? row.network,
    address: row.address,
    secondaryAddress: row.secondaryAddress ?? undefined,
    checkedAt: row.checkedAt,
    withheld: withheldFor(row, terms),
    digest: digestOfAddress({ address: row.address, secondaryAddress: row.secondaryAddress ?? undefined }),
  }));
}

/** Those that may be told. */
export async function shownAddresses(
  reader: Pick<Transaction, 'venueDepositAddress' | 'policyValue'>,
  asked: { readonly accountId: number; readonly at: Date; readonly assets?: readonly string[] | undefined },
): Promise<JudgedAddress[]> {
  return (await judgedAddresses(reader, asked)).filter(({ withheld }) => withheld === undefined);
}

/**
 * The one address to which an asset is to be sent. Errors: `DEPOSIT_ADDRESS_WITHHELD` naming why, or that there is none; `INPUT_INVALID`
 * when there are several and none of the wanted network is asked for.
 */
export function chooseAddress(addresses: readonly JudgedAddress[], asset: string, network: string | undefined): JudgedAddress {
  const known = addresses.filter((address) => address.asset === asset && (network === undefined || address.network === network));
  const shown = known.filter(({ withheld }) => withheld === undefined);
  const [only, another] = shown;
  if (only === undefined) {
    const reasons = [...new Set(known.flatMap(({ withheld }) => withheld ?? []))];
    throw new CheongsanError(
      'DEPOSIT_ADDRESS_WITHHELD',
      `No address for ${asset}${network === undefined ? '' : ` over ${network}`} may be told: ${reasons.join(', ') || 'none is known'}.`,
      { facts: { asset, network, reasons } },
    );
  }
  if (another !== undefined) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `${asset} can come over ${shown.map((each) => each.network).join(', ')}; say over which network it is to be sent.`,
      { facts: { asset, networks: shown.map((each) => each.network) } },
    );
  }
  return only;
}

/**
 * Reads the addresses of an account again unless the last reading is young enough to be shown. True when it read. Errors: those of
 * `checkDepositAddresses`; then what is old stays withheld.
 */
export async function readAddressesIfOld(database: Database, actor: Actor, port: ExchangePort, accountId: number): Promise<boolean> {
  const { checkMs, at } = await addressTerms(database.read, database.clock.now());
  const newest = await database.read.venueDepositAddress.aggregate({
    where: { venueAccountId: accountId, isReadBySite: false },
    _max: { checkedAt: true },
  });
  const { checkedAt } = newest._max;
  if (checkedAt !== null && at.getTime() - checkedAt.getTime() <= checkMs) return false;
  await checkDepositAddresses(database, actor, port, accountId);
  return true;
}

async function addressTerms(reader: Pick<Transaction, 'policyValue'>, at: Date): Promise<AddressTerms> {
  const policy = await readPolicy(reader);
  const day = seoulDay(at);
  return { at, checkMs: policy.get(addressCheckMinutes, day) * 60_000, siteCheckMs: policy.get(siteCheckHours, day) * 3_600_000 };
}
