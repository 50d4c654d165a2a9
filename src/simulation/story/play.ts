import { formatWon } from '../../document/korean-format.ts';
import type { Won } from '../../kernel/money.ts';
import { listReturnAddresses } from './addresses.ts';
import { receiveCoins, releasePaid, serveExchanges, tellSeized } from './coins.ts';
import { importFiles, inquire, seize } from './intake.ts';
import { giveSaleNotice } from './letters.ts';
import { giveLeaveToSell, letWorkersSell, useWindow } from './selling.ts';
import { sendReleases, settle } from './settling.ts';
import { nextWorkingMorning, type Stage } from './stage.ts';

/** The scenes in order. `claimed` reads what is owed once the files are in. */
export async function play(stage: Stage, claimed: () => Promise<Won>): Promise<Won> {
  await importFiles(stage);
  const claim = await claimed();
  stage.tell(`체납액은 모두 ${formatWon(claim)}입니다.`);
  await releasePaid(stage);
  await inquire(stage);
  await seize(stage);
  await nextWorkingMorning(stage);
  await serveExchanges(stage);
  await tellSeized(stage);
  await nextWorkingMorning(stage, 2);
  await receiveCoins(stage);
  await listReturnAddresses(stage);
  await nextWorkingMorning(stage);
  await giveSaleNotice(stage);
  await useWindow(stage);
  await giveLeaveToSell(stage);
  await letWorkersSell(stage);
  await settle(stage);
  await sendReleases(stage);
  return claim;
}
