import type { AddressScreening } from '../custody/screening.ts';
import type { WalletChains } from '../custody/wallet/chains.ts';
import type { Database } from '../database/work.ts';
import type { ReferenceMarket } from '../exchange/reference/reference-market.ts';
import type { Config } from '../kernel/config.ts';
import type { Log } from '../kernel/log.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import type { DueSource } from '../queue/due.ts';
import type { JobQueues } from '../queue/queue.ts';
import type { ExchangeDirectory } from '../venue/exchange-directory.ts';

/** What a running service consists of; made once at start and handed to routes and workers. */
export interface Services {
  readonly config: Config;
  readonly database: Database;
  readonly keys: MasterKey;
  readonly exchanges: ExchangeDirectory;
  /** Other won venues, whose prices a sale is held against. */
  readonly references: readonly ReferenceMarket[];
  /** Whoever knows which addresses are sanctioned or tainted. */
  readonly screening: AddressScreening;
  /** Chains over the city's allowed nodes, and whoever signs for seized wallets. */
  readonly chains: WalletChains;
  readonly queues: JobQueues;
  readonly dueSources: readonly DueSource[];
  readonly log: Log;
  readonly startedAt: Date;
}
