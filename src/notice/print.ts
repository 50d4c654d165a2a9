import { appendAudit } from '../audit/append.ts';
import type { Notice } from '../database/generated/client.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import { renderPrintFile } from '../document/pdf.ts';
import type { PrintDocument } from '../document/print-document.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey, SealingKey } from '../kernel/master-key.ts';
import { personKeys } from '../person/person-key.ts';
import { contentContext } from './issue.ts';
import { contentFromText } from './notice-content.ts';
import { auditStreamOf } from './notice-subject.ts';

/**
 * The letters as one PDF to print, in the order of the ids given, and logs that they were seen. The same letters give the same
 * bytes. Errors: `NOT_FOUND`, `PERSON_ERASED`, `INPUT_INVALID` for an empty list.
 */
export async function renderNotices(database: Database, keys: MasterKey, actor: Actor, noticeIds: readonly number[]): Promise<Buffer> {
  const opened = await database.work(actor, async (work) => {
    const notices = await readNotices(work, noticeIds);
    const contents = await openContents(work, keys, notices);
    await recordPrint(work, notices);
    return { documents: contents.flat(), createdAt: latest(notices) };
  });
  return renderPrintFile(opened.documents, { createdAt: opened.createdAt });
}

/** Notices in the order of the ids. Errors: `NOT_FOUND`, `INPUT_INVALID` for an empty list. */
export async function readNotices(work: Work, noticeIds: readonly number[]): Promise<Notice[]> {
  if (noticeIds.length === 0) throw new CheongsanError('INPUT_INVALID', 'Name at least one notice.');
  const found = new Map((await work.tx.notice.findMany({ where: { id: { in: [...noticeIds] } } })).map((notice) => [notice.id, notice]));
  return noticeIds.map((id) => {
    const notice = found.get(id);
    if (notice === undefined) throw new CheongsanError('NOT_FOUND', `There is no notice ${id}.`);
    return notice;
  });
}

/** What each notice says, opened with its recipient's key. Whoever shows it logs it. Error: `PERSON_ERASED`. */
export async function openContents(
  work: Work,
  keys: MasterKey,
  notices: readonly Notice[],
): Promise<readonly (readonly PrintDocument[])[]> {
  const personIds = notices.flatMap(({ recipientId }) => recipientId ?? []);
  const recipientKeys = await personKeys(work.tx, keys, personIds);
  return notices.map((notice) => {
    const key: SealingKey | undefined = notice.recipientId === null ? keys : recipientKeys.get(notice.recipientId);
    if (key === undefined) {
      throw new CheongsanError('PERSON_ERASED', `Notice ${notice.number} can no longer be read: its recipient's data has been erased.`);
    }
    return contentFromText(key.openText(notice.contentCipher, contentContext(notice.id)));
  });
}

async function recordPrint(work: Work, notices: readonly Notice[]): Promise<void> {
  const [first] = notices;
  if (first === undefined) return;
  const isOne = notices.length === 1;
  await appendAudit(work, {
    stream: isOne ? auditStreamOf(first) : 'system',
    action: 'notice.printed',
    subject: isOne ? `notice:${first.id}` : 'notice:many',
    recordDigest: digestOf(notices.map(({ contentDigest }) => contentDigest)),
    payload: { count: notices.length, firstId: first.id, lastId: notices.at(-1)?.id },
  });
}

function latest(notices: readonly Notice[]): Date {
  return new Date(Math.max(...notices.map(({ createdAt }) => createdAt.getTime())));
}
