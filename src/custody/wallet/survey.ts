import type { GasPriceCaps } from '../../chain/port.ts';
import { type SweepSurvey, surveySweep } from '../../chain/sweep-survey.ts';
import type { Transaction } from '../../database/work.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { Price } from '../../kernel/money.ts';
import { readPolicy } from '../../policy/book.ts';
import { walletWorthOfFee } from '../../policy/definitions/wallet.ts';
import { checkDepositAddresses } from '../../venue/deposit-address.ts';
import { CUSTODIAN } from '../custodian.ts';
import { cityAddresses, usableAddress } from './destination.ts';
import { gasCaps, reserveOf, tokensOf, type WalletParts, type WalletWithAssets } from './rows.ts';
import { testsFor } from './test-first.ts';

export interface WalletSurvey {
  readonly survey: SweepSurvey;
  /** The most that policy allows for gas. */
  readonly caps: GasPriceCaps;
  readonly policyVersion: string;
  /** Assets for which there is no address of this network, or none that may be sent to yet: they are not swept with the others. */
  readonly withoutAddress: readonly string[];
}

/**
 * Plans the emptying of a wallet to the addresses that the exchange names at this moment, with tests ahead where nothing has arrived yet,
 * unless they are given up. Nothing is stored but the addresses. Errors: those of `usableAddress` for the native coin, of the exchange and
 * of the chain.
 */
export async function surveyWallet(
  parts: WalletParts,
  wallet: WalletWithAssets,
  { withoutTest = false }: { readonly withoutTest?: boolean | undefined } = {},
): Promise<WalletSurvey> {
  const { database, chains } = parts;
  await readAddressesAnew(parts, wallet);
  const at = database.clock.now();
  const today = seoulDay(at);
  const policy = await readPolicy(database.read);
  const known = await cityAddresses(database.read, wallet, { assets: wallet.assets.map(({ asset }) => asset), at });
  const nativeDestination = usableAddress(known.get(wallet.nativeAsset), wallet, wallet.nativeAsset);
  const isUsable = (asset: string) => known.has(asset) && known.get(asset)?.withheld === undefined;
  const tokens = tokensOf(wallet)
    .filter(({ asset }) => isUsable(asset))
    .map((token) => ({ token, destination: usableAddress(known.get(token.asset), wallet, token.asset) }));
  const withoutAddress = tokensOf(wallet).flatMap(({ asset }) => (isUsable(asset) ? [] : [asset]));
  const caps = gasCaps(policy, wallet.network, today);
  const prices = await lastPrices(
    database.read,
    wallet.assets.map(({ asset }) => asset),
  );
  const receiving = [
    { asset: wallet.nativeAsset, destination: nativeDestination },
    ...tokens.map(({ token: { asset }, destination }) => ({ asset, destination })),
  ];
  const survey = await surveySweep(chains.portFor(wallet.network), {
    wallet: wallet.address,
    nativeDestination,
    tokens,
    caps,
    reserve: reserveOf(policy, wallet, today),
    prices,
    testOf: withoutTest ? undefined : await testsFor(database.read, wallet, { receiving, prices, at }),
    worthOfFeeMinimum: policy.get(walletWorthOfFee, today),
  });
  return { survey, caps, policyVersion: policy.version, withoutAddress };
}

/** An address that an exchange has changed is an alarm; the one it names now is the one that counts. */
export async function readAddressesAnew(
  { database, exchanges }: WalletParts,
  { venueAccountId }: { readonly venueAccountId: number },
): Promise<void> {
  await checkDepositAddresses(database, CUSTODIAN, await exchanges.exchangeFor(venueAccountId), venueAccountId);
}

/** Prices of the last valuations, whichever case they were made for. */
async function lastPrices(reader: Pick<Transaction, '$queryRaw'>, assets: readonly string[]): Promise<Map<string, Price>> {
  const rows = await reader.$queryRaw<{ asset: string; price: string }[]>`
    SELECT DISTINCT ON (h.asset) h.asset, trim_scale(v.price)::text AS price FROM valuation v JOIN holding h ON h.id = v.holding_id
     WHERE h.asset = ANY (${assets}) ORDER BY h.asset, v.taken_at DESC, v.id DESC`;
  return new Map(rows.map(({ asset, price }) => [asset, Price.of(asset, price)]));
}
