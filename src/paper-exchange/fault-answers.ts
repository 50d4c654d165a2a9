import type { Disturbance } from './core/order-entry.ts';
import type { Fault, FaultKind } from './faults.ts';
import type { FaceRequest, FaceResponse, VenueFace } from './venue-face.ts';

type FaultAnswers = Readonly<Partial<Record<FaultKind, (face: VenueFace, request: FaceRequest) => FaceResponse>>>;

/** Answers of faults that keep a request from being carried out. */
const PREVENTING: FaultAnswers = {
  server_error: (face, request) => face.refuse(request, 'internal'),
  too_many_requests: (face, request) => face.refuse(request, 'too_many_requests'),
  blocked: (face, request) => face.refuse(request, 'blocked'),
  maintenance: (face, request) => face.refuse(request, 'maintenance'),
  gateway_error: () => ({
    status: 502,
    headers: { 'Content-Type': 'text/html' },
    body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
    placed: undefined,
  }),
};

/** Answers of faults that strike after a request was carried out. */
const REPLACING: FaultAnswers = {
  server_error_after_acceptance: (face, request) => face.refuse(request, 'internal'),
  empty_answer: () => ({ status: 200, headers: {}, body: '', placed: undefined }),
};

/** The answer instead of carrying the request out; undefined when it is to be carried out. */
export function preventingAnswer(face: VenueFace, request: FaceRequest, fault: Fault | undefined): FaceResponse | undefined {
  return fault === undefined ? undefined : PREVENTING[fault.kind]?.(face, request);
}

/** The answer instead of the one that carrying the request out gave; undefined when that one is to be sent. */
export function replacingAnswer(face: VenueFace, request: FaceRequest, fault: Fault | undefined): FaceResponse | undefined {
  return fault === undefined ? undefined : REPLACING[fault.kind]?.(face, request);
}

/** What the fault does to the orders of a request, inside the exchange. */
export function disturbanceOf(fault: Fault | undefined): Disturbance | undefined {
  if (fault?.kind === 'partial_fill') return { kind: 'partial_fill', share: fault.share };
  if (fault?.kind === 'delivered_twice' || fault?.kind === 'refused_after_claim') return { kind: fault.kind };
  return undefined;
}
