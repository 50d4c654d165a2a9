import { requestApproval } from '../../src/identity/approval.ts';
import type { Canonical } from '../../src/kernel/digest.ts';
import { applyPolicyChange, policyChangeSchema } from '../../src/policy/book.ts';
import { POLICY_DEFINITIONS } from '../../src/policy/definitions/index.ts';
import { proxyAsset, watchNewMarkets } from '../../src/valuation/watched-market.ts';
import { readWatchedMarkets } from '../../src/valuation/watched-market-reading.ts';
import { createOfficial } from '../identity/officials.ts';
import type { SaleDesk } from '../support/sale-desk.ts';

/** Flags, wallets and the hours that are over, of every coin in custody, as the service reads them beside the sales. */
export async function watchMarkets(city: SaleDesk): Promise<void> {
  await watchNewMarkets(city.database, await proxyAsset(city.database, city.clock.now()));
  await readWatchedMarkets(city.database, city.desk.port, city.accountId);
}

/** One official proposes, another agrees: from today the city's rule is another. */
export async function changePolicy(city: SaleDesk, key: string, value: Canonical): Promise<void> {
  const administrator = await createOfficial(city.database, `administrator-${key}`, ['administrator']);
  const content = policyChangeSchema.parse({ key, value, validFrom: city.today, source: '시장 방침(표본)' });
  const approval = await city.database.work(administrator.actor, (work) =>
    requestApproval(work, {
      kind: 'policy_change',
      subjectType: 'policy',
      subjectId: POLICY_DEFINITIONS.findIndex((definition) => definition.key === key) + 1,
      summary: `기준값 변경: ${key}`,
      content,
      reason: '표본',
      expiresAt: new Date(work.at.getTime() + 86_400_000),
    }),
  );
  await city.decide(approval, 'approve', (work, decided) => applyPolicyChange(work, decided.id, policyChangeSchema.parse(decided.content)));
}
