import type { SeizedWallet } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { CaseWithParts } from './locked-case.ts';
import { moveCase } from './phase.ts';
import type { Sight } from './settle.ts';
import { staysAgainst } from './stay.ts';

/*
 * A wallet in the taxpayer's own hands has no third debtor who could be served: the official seizes it by taking it (LTCA 48(1)), under
 * the record of the search (LTCA 38). What the service is told of it has happened already, so nothing is waited for but the approval
 * of somebody else. The transfer is demanded of the taxpayer himself, for which the law asks no letter (LTCA 61(3)): the record that he
 * is given says so, and since the city has the key it moves the coins itself.
 */

/** The seizure of a wallet takes effect on the day on which it was taken, as soon as it is approved. Returns whether it did. */
export async function seizeByPossession(work: Work, seizureCase: CaseWithParts): Promise<boolean> {
  if (seizureCase.origin !== 'wallet' || seizureCase.phase !== 'approved') return false;
  const { id: walletId, seizedAt, foundReference } = await takenWallet(work, seizureCase.id);
  const possession = { wallet: walletId, takenAt: seizedAt.toISOString(), record: foundReference };
  await moveCase(work, seizureCase.id, ['approved'], 'seized', {
    action: 'seizure.took_effect',
    recordDigest: digestOf(possession),
    payload: possession,
    changes: { seizedOn: dayToColumn(seoulDay(seizedAt)) },
  });
  await work.tx.holding.updateMany({
    where: { caseId: seizureCase.id, state: 'proposed' },
    data: { state: 'seized', stateSince: work.at },
  });
  return true;
}

/**
 * From the demand on the coins of a wallet are outstanding, and credited where they have arrived already: its wallets are rung to book
 * them. A stay that stops transfers holds it up. Returns whether it was demanded.
 */
export async function demandOfTaxpayer(work: Work, seizureCase: CaseWithParts): Promise<boolean> {
  if (!(await isDemandable(work, seizureCase))) return false;
  const { id: walletId, foundReference } = await takenWallet(work, seizureCase.id);
  await moveCase(work, seizureCase.id, ['seized'], 'transfer_demanded', {
    action: 'transfer.demanded',
    payload: { ofTaxpayer: true, wallet: walletId, record: foundReference },
  });
  const wallets = await work.tx.seizedWallet.findMany({ where: { caseId: seizureCase.id, endedAt: null }, select: { id: true } });
  for (const { id } of wallets) work.ring('wallets', id);
  return true;
}

/** True when a case that began with a wallet moves by itself. */
export async function isPossessionDue(sight: Sight, seizureCase: CaseWithParts): Promise<boolean> {
  const { origin, phase } = seizureCase;
  return (origin === 'wallet' && phase === 'approved') || isDemandable(sight, seizureCase);
}

async function isDemandable({ tx, at }: Sight, { id, origin, phase }: CaseWithParts): Promise<boolean> {
  if (origin !== 'wallet' || phase !== 'seized') return false;
  return (await staysAgainst(tx, [id], 'transfer', seoulDay(at))).length === 0;
}

/** The wallet from which a case began: its first. */
export async function takenWallet({ tx }: Pick<Work, 'tx'>, caseId: number): Promise<SeizedWallet> {
  const wallet = await tx.seizedWallet.findFirst({ where: { caseId }, orderBy: { id: 'asc' } });
  if (wallet === null) throw new CheongsanError('INTERNAL', `Case ${caseId} began with a wallet and has none.`);
  return wallet;
}
