import { appendAudit } from '../audit/append.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';

const MEDIA_TYPES = ['application/pdf', 'image/png', 'image/jpeg', 'image/tiff'];
const DOCUMENT_BYTES_MAX = 20 * 1024 * 1024;

/**
 * Keeps a file as evidence, sealed under the installation's key. The same bytes of the same kind are kept once. Error:
 * `INPUT_INVALID` for an empty or oversized file or a type that is no picture of a paper.
 */
export async function storeDocument(
  work: Work,
  keys: MasterKey,
  { kind, mediaType, bytes }: { kind: string; mediaType: string; bytes: Uint8Array },
): Promise<{ readonly id: number; readonly sha256: string }> {
  if (bytes.length === 0 || bytes.length > DOCUMENT_BYTES_MAX) {
    throw new CheongsanError('INPUT_INVALID', `A document has 1 to ${DOCUMENT_BYTES_MAX} bytes, this one has ${bytes.length}.`);
  }
  if (!MEDIA_TYPES.includes(mediaType)) {
    throw new CheongsanError('INPUT_INVALID', `A document is one of ${MEDIA_TYPES.join(', ')}, not ${JSON.stringify(mediaType)}.`);
  }
  const sha256 = sha256Hex(bytes);
  const known = await work.tx.storedDocument.findFirst({ where: { sha256, kind }, select: { id: true } });
  if (known !== null) return { id: known.id, sha256 };
  const { id } = await work.tx.storedDocument.create({
    data: {
      kind,
      mediaType,
      sha256,
      sizeBytes: bytes.length,
      contentCipher: keys.seal(bytes, sealContext(sha256)),
      uploadedById: userIdOf(work.actor),
      createdAt: work.at,
    },
    select: { id: true },
  });
  return { id, sha256 };
}

function sealContext(sha256: string): string {
  return `stored_document:${sha256}`;
}

/** Opens a kept document for a stated purpose and logs that it was seen. Errors: `NOT_FOUND`, `KEY_UNAVAILABLE`. */
export async function readDocument(
  work: Work,
  keys: MasterKey,
  { documentId, purpose }: { documentId: number; purpose: string },
): Promise<{ readonly mediaType: string; readonly bytes: Buffer }> {
  const document = await work.tx.storedDocument.findUnique({ where: { id: documentId } });
  if (document === null) throw new CheongsanError('NOT_FOUND', `There is no document ${documentId}.`);
  const bytes = keys.open(document.contentCipher, sealContext(document.sha256));
  await appendAudit(work, {
    stream: 'system',
    action: 'document.viewed',
    subject: `document:${documentId}`,
    recordDigest: document.sha256,
    payload: { purpose },
  });
  return { mediaType: document.mediaType, bytes };
}
