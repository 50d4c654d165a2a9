import type { Work } from '../database/work.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import type { ProofForm } from './service-rules.ts';
import { storeDocument } from './stored-document.ts';

/** Evidence of what became of a letter: the paper itself, or the number under which the post or an organisation keeps its record. */
export type ServiceProof =
  | { readonly form: 'document'; readonly mediaType: string; readonly bytes: Uint8Array }
  | { readonly form: 'reference'; readonly reference: string };

/** A proof as an attempt keeps it. The digest is of the document's bytes, or of the reference with its tracking number. */
export interface KeptProof {
  readonly proofDocumentId: number | null;
  readonly proofReference: string | null;
  readonly proofDigest: string;
}

const REFERENCE_CHARACTERS_MAX = 200;

/** The form of a proof, or undefined for one that is empty and proves nothing. */
export function proofFormOf(proof: ServiceProof | undefined): ProofForm | undefined {
  if (proof === undefined) return undefined;
  const isEmpty = proof.form === 'document' ? proof.bytes.length === 0 : proof.reference.trim() === '';
  return isEmpty ? undefined : proof.form;
}

/** Keeps a proof: a document is sealed and stored, a reference is noted. Error: `INPUT_INVALID`. */
export async function keepProof(
  work: Work,
  keys: MasterKey,
  { proof, trackingNumber }: { proof: ServiceProof; trackingNumber: string | null },
): Promise<KeptProof> {
  if (proof.form === 'reference') {
    const reference = proof.reference.trim();
    if (reference.length > REFERENCE_CHARACTERS_MAX) {
      throw new CheongsanError('INPUT_INVALID', `A proof's reference has at most ${REFERENCE_CHARACTERS_MAX} characters.`);
    }
    return { proofDocumentId: null, proofReference: reference, proofDigest: digestOf({ reference, trackingNumber }) };
  }
  const stored = await storeDocument(work, keys, { kind: 'service_proof', mediaType: proof.mediaType, bytes: proof.bytes });
  return { proofDocumentId: stored.id, proofReference: null, proofDigest: stored.sha256 };
}
