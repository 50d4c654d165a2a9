import { appendAudit } from '../audit/append.ts';
import type { Actor, Database } from '../database/work.ts';
import { renderPdf } from '../document/pdf.ts';
import { dayFromColumn } from '../kernel/civil-date.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { readPerson } from '../person/read.ts';
import { lockCase } from '../seizure/locked-case.ts';
import { assertChoosing } from './choice.ts';
import { wishForm } from './letters/wish-form.ts';
import { CURRENT_RISK_NOTICE } from './letters/wish-risk-notice.ts';
import { readSaleFacts } from './sale-facts.ts';

/**
 * The form to sign for one case as a PDF, with the risk notice in its current version; who printed it for whom is logged. It is no notice:
 * nothing is served by it, and it may be printed as often as somebody asks. Errors: `PHASE_WRONG`, `NOT_FOUND`, `PERSON_ERASED`.
 */
export async function printWishForm(database: Database, keys: MasterKey, actor: Actor, caseId: number): Promise<Buffer> {
  const { document, createdAt } = await database.work(actor, async (work) => {
    const seizureCase = await lockCase(work, caseId);
    assertChoosing(seizureCase);
    const window = await work.tx.saleWindow.findUnique({ where: { caseId } });
    const { name, sample } = await readPerson(work, keys, seizureCase.personId, 'notice.wish_form');
    const facts = await readSaleFacts(work, seizureCase);
    await appendAudit(work, {
      stream: `case:${caseId}`,
      action: 'wish_form.printed',
      subject: `case:${caseId}`,
      payload: { riskNoticeVersion: CURRENT_RISK_NOTICE },
    });
    const endsOn = window === null ? undefined : dayFromColumn(window.endsOn);
    return { document: wishForm({ ...facts, debtorName: name, endsOn, isSample: sample }), createdAt: work.at };
  });
  return renderPdf(document, { createdAt });
}
