import { accountDueSource, answeredDemandDueSource } from '../src/custody/due.ts';
import { walletDueSource } from '../src/custody/wallet/due.ts';
import type { Database } from '../src/database/work.ts';
import { approvalDueSource } from '../src/identity/approval.ts';
import { alertDueSource } from '../src/intent/alert.ts';
import { alertChannels } from '../src/intent/alert-channel.ts';
import type { Config } from '../src/kernel/config.ts';
import { coverageDueSource } from '../src/liquidation/coverage-due.ts';
import { deskDueSource, pausedSaleDueSource } from '../src/liquidation/progress.ts';
import { publicNoticeDueSource } from '../src/notice/public-notice.ts';
import type { DueSource } from '../src/queue/due.ts';
import { seizureDueSource } from '../src/seizure/progress.ts';
import { distributionDueSource } from '../src/treasury/distribution.ts';
import { marketDueSource } from '../src/valuation/watched-market.ts';
import { windowDueSource } from '../src/voluntary-sale/progress.ts';
import { wishDueSource } from '../src/voluntary-sale/wish-look.ts';

/** Everything that can fall due or be forgotten, for the sweeper. */
export function dueSources({ config, database }: { config: Config; database: Database }): readonly DueSource[] {
  return [
    windowDueSource(database),
    wishDueSource(database),
    publicNoticeDueSource(database, 'cases', 'case'),
    deskDueSource(database),
    pausedSaleDueSource(database),
    coverageDueSource(database),
    accountDueSource(database),
    walletDueSource(database),
    marketDueSource(database),
    answeredDemandDueSource(database),
    seizureDueSource(database),
    distributionDueSource(database),
    approvalDueSource(database),
    alertDueSource(database, alertChannels(config)),
  ];
}
