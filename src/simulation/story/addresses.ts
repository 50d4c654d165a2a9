import { z } from 'zod';
import { approveAll, caseRow, casesIn, toAll } from './answers.ts';
import type { Stage } from './stage.ts';

const heldCoins = caseRow.extend({ holdings: z.array(z.object({ id: z.int(), demandedQuantity: z.string() })) });

/**
 * The accounts from which coins were seized are listed as soon as the coins are here: whatever is not needed goes back there weeks
 * later, and no address may be used on the day it is approved.
 */
export async function listReturnAddresses(stage: Stage): Promise<void> {
  const { office, cast } = stage;
  const holdingIds: number[] = [];
  for (const { id } of await casesIn(stage, 'in_custody')) {
    const { holdings } = heldCoins.parse(await office.get(`/cases/${id}`, cast.officer));
    holdingIds.push(...holdings.filter(({ demandedQuantity }) => /[1-9]/.test(demandedQuantity)).map(({ id: holdingId }) => holdingId));
  }
  const common = {
    ownershipProof: '거래소 보유 회신 (표본)',
    registrationReference: '거래소 출금 주소 등록 (표본)',
    reason: '압류한 계정으로만 돌려줌 (표본)',
  };
  const listed = await toAll(stage, '/withdrawal-addresses/seized-accounts', {
    items: holdingIds,
    common,
    official: cast.officer,
    result: z.unknown(),
  });
  await approveAll(stage, 'coin_transfer');
  stage.tell(`돌려줄 때 쓸 출금 주소 ${listed.length}건을 등록하고 결재하였습니다. 대기 시간이 지나야 쓸 수 있습니다.`);
}
