import type { Clock } from '../kernel/clock.ts';
import type { Route } from './route.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { demoRoutes } from './routes/demo.ts';
import { identityRoutes } from './routes/identity.ts';
import { policyRoutes } from './routes/policy.ts';
import { systemRoutes } from './routes/system.ts';

/** Every route of the service; those of a demo only where the database is one. */
export function routes(installation: {
  readonly kind: 'real' | 'demo';
  readonly clock: Clock;
  sweep(): Promise<number>;
}): readonly Route[] {
  const everywhere = [...systemRoutes, ...identityRoutes, ...approvalRoutes, ...policyRoutes];
  return installation.kind === 'demo' ? [...everywhere, ...demoRoutes(installation)] : everywhere;
}
