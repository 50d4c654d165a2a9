import type { Services } from '../src/http/services.ts';
import { expireApproval } from '../src/identity/approval.ts';

/** `approval:ID`: its time is over. */
export async function answerApproval({ database }: Services, approvalId: number): Promise<void> {
  await expireApproval(database, approvalId);
}
