import type { Clock } from '../kernel/clock.ts';
import type { Route } from './route.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { bankLineRoutes } from './routes/bank-lines.ts';
import { billUpdateRoutes } from './routes/bill-updates.ts';
import { billRoutes } from './routes/bills.ts';
import { bookDifferenceRoutes } from './routes/book-differences.ts';
import { caseUpkeepRoutes } from './routes/case-upkeep.ts';
import { caseRoutes } from './routes/cases.ts';
import { closingRoutes } from './routes/closings.ts';
import { coinTransferRoutes } from './routes/coin-transfers.ts';
import { coverageRoutes } from './routes/coverage.ts';
import { demoRoutes } from './routes/demo.ts';
import { depositAllocationRoutes } from './routes/deposit-allocations.ts';
import { depositRoutes } from './routes/deposits.ts';
import { distributionRoutes } from './routes/distributions.ts';
import { executionReportRoutes } from './routes/execution-report.ts';
import { identityRoutes } from './routes/identity.ts';
import { importFileRoutes } from './routes/import-files.ts';
import { uploadRoutes } from './routes/imports.ts';
import { inquiryRoutes } from './routes/inquiries.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { matchRoutes } from './routes/matches.ts';
import { noticeRoutes } from './routes/notices.ts';
import { objectionRoutes } from './routes/objections.ts';
import { oversightRoutes } from './routes/oversight.ts';
import { personRoutes } from './routes/persons.ts';
import { policyRoutes } from './routes/policy.ts';
import { receiptExportRoutes } from './routes/receipt-exports.ts';
import { receiptRoutes } from './routes/receipts.ts';
import { reconciliationRoutes } from './routes/reconciliation.ts';
import { refundRoutes } from './routes/refunds.ts';
import { restingHoldingRoutes } from './routes/resting-holdings.ts';
import { saleControlRoutes } from './routes/sale-control.ts';
import { salePlanRoutes } from './routes/sale-plans.ts';
import { saleRecordRoutes } from './routes/sale-record.ts';
import { saleRoutes } from './routes/sales.ts';
import { seizureDocumentRoutes } from './routes/seizure-documents.ts';
import { seizureRoutes } from './routes/seizures.ts';
import { serviceRoutes } from './routes/service.ts';
import { settlementRoutes } from './routes/settlement.ts';
import { systemRoutes } from './routes/system.ts';
import { traceRoutes } from './routes/trace.ts';
import { tradingRoutes } from './routes/trading.ts';
import { venueAccountRoutes } from './routes/venue-accounts.ts';
import { venueTroubleRoutes } from './routes/venue-troubles.ts';
import { walletRoutes } from './routes/wallets.ts';
import { windowRoutes } from './routes/windows.ts';
import { wishRoutes } from './routes/wishes.ts';
import { withdrawalAddressRoutes } from './routes/withdrawal-addresses.ts';
import { withdrawalRoutes } from './routes/withdrawals.ts';

/** In the order of the main way, as the description of the API shows them. */
const EVERYWHERE: readonly Route[] = [
  ...systemRoutes,
  ...identityRoutes,
  ...approvalRoutes,
  ...policyRoutes,
  ...uploadRoutes,
  ...importFileRoutes,
  ...receiptExportRoutes,
  ...personRoutes,
  ...billRoutes,
  ...billUpdateRoutes,
  ...bookDifferenceRoutes,
  ...inquiryRoutes,
  ...matchRoutes,
  ...seizureRoutes,
  ...seizureDocumentRoutes,
  ...caseRoutes,
  ...caseUpkeepRoutes,
  ...noticeRoutes,
  ...serviceRoutes,
  ...venueAccountRoutes,
  ...reconciliationRoutes,
  ...venueTroubleRoutes,
  ...restingHoldingRoutes,
  ...depositRoutes,
  ...depositAllocationRoutes,
  ...walletRoutes,
  ...receiptRoutes,
  ...withdrawalAddressRoutes,
  ...coinTransferRoutes,
  ...tradingRoutes,
  ...windowRoutes,
  ...wishRoutes,
  ...saleRoutes,
  ...saleRecordRoutes,
  ...salePlanRoutes,
  ...saleControlRoutes,
  ...coverageRoutes,
  ...executionReportRoutes,
  ...withdrawalRoutes,
  ...bankLineRoutes,
  ...distributionRoutes,
  ...closingRoutes,
  ...objectionRoutes,
  ...refundRoutes,
  ...settlementRoutes,
  ...ledgerRoutes,
  ...traceRoutes,
  ...oversightRoutes,
];

/** Every route of the service; those of a demo only where the database is one. */
export function routes(installation: {
  readonly kind: 'real' | 'demo';
  readonly clock: Clock;
  sweep(): Promise<number>;
}): readonly Route[] {
  return installation.kind === 'demo' ? [...EVERYWHERE, ...demoRoutes(installation)] : EVERYWHERE;
}
