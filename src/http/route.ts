import { z } from 'zod';
import type { Work } from '../database/work.ts';
import type { Permission } from '../identity/permission.ts';
import type { Principal } from '../identity/principal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { parsePart } from './request-part.ts';
import type { Services } from './services.ts';

/** A file that came as the body of a request, on disk until the request is over. */
export interface Upload {
  readonly path: string;
  readonly sizeBytes: number;
  /** As the request declares it, without parameters. */
  readonly mediaType: string;
}

/** A file as an answer. */
export interface Download {
  /** With the character set where it is a text in another one than UTF-8. */
  readonly mediaType: string;
  readonly fileName: string;
  readonly content: Uint8Array;
}

/** What the server found out before a route runs. */
export interface RouteRequest {
  readonly services: Services;
  /** Absent only on public routes. */
  readonly principal: Principal | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly upload: Upload | undefined;
  /** The unit of work of a command, which also stores the answer under the request's key. */
  readonly work: Work | undefined;
  /** What the client calls this request, where it has a name for it. */
  readonly idempotencyKey: string | undefined;
}

/**
 * `read` and `download` change nothing but the log of views. `command` changes something in one unit of work together with the
 * record of its `Idempotency-Key`: the same request again has the same answer and no second effect. `bulk` is many commands of
 * one kind, each in a unit of work and under a record of its own. `upload` takes a file and brings its own units of work; the
 * same file again changes nothing. `action` is what is no single unit of work, such as signing in; done again it changes nothing
 * that was done.
 */
export type RouteKind = 'read' | 'download' | 'command' | 'bulk' | 'upload' | 'action';

export interface Route {
  readonly kind: RouteKind;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly operationId: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly path: `/${string}`;
  readonly permission: RoutePermission;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | undefined;
  readonly answer: z.ZodType;
  /** Of the body of an upload, of the answer of a download. */
  readonly mediaTypes: readonly string[];
  readonly timeoutMs: number | undefined;
  run(request: RouteRequest): Promise<unknown>;
}

export const TAGS = {
  system: '서비스 상태와 API 설명',
  identity: '사용자, 로그인, 결재',
  policy: '기준값',
  import: '체납 자료 반입과 반출',
  person: '체납자와 권리자 (열람은 모두 기록됨)',
  bill: '체납 건과 납부지연가산세',
  seizure: '조회, 압류, 사건',
  notice: '통지와 송달',
  custody: '거래소 계정과 보관',
  sale: '자진 기간과 매각',
  treasury: '출금, 수납, 배분, 환급',
  trace: '추적과 장부',
  oversight: '알림, 감사 기록, 불변식',
} as const;
export type Tag = keyof typeof TAGS;

/** `public` needs nobody in particular; `any` needs somebody recognised; else that permission. */
export type RoutePermission = Permission | 'public' | 'any';

/** For a route whose path, query or body has no members. */
export const NONE = z.object({});

export interface Head<P extends z.ZodObject, Q extends z.ZodObject> {
  readonly operationId: string;
  readonly tag: Tag;
  /** One Korean line of what it does. */
  readonly summary: string;
  /** With `{name}` where a parameter stands. */
  readonly path: `/${string}`;
  readonly permission: RoutePermission;
  readonly params: P;
  readonly query: Q;
}

export interface Input<P extends z.ZodObject, Q extends z.ZodObject, B> {
  readonly services: Services;
  readonly principal: Principal;
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: B;
}

/** A GET that answers JSON. */
export function read<A extends z.ZodType, P extends z.ZodObject, Q extends z.ZodObject>(
  head: Head<P, Q> & { readonly answer: A; handle(input: Input<P, Q, undefined>): Promise<z.input<A>> },
): Route {
  return {
    ...shared('read', 'get', head),
    answer: head.answer,
    run: async (request) => head.handle({ ...parseAddress(head, request), body: undefined }),
  };
}

/** A GET for everybody. */
export function publicRead<A extends z.ZodType>(
  head: Omit<Head<typeof NONE, typeof NONE>, 'permission' | 'params' | 'query'> & {
    readonly answer: A;
    handle(services: Services): Promise<z.input<A>>;
  },
): Route {
  const whole = { ...head, permission: 'public', params: NONE, query: NONE } as const;
  return { ...shared('read', 'get', whole), answer: head.answer, run: ({ services }) => head.handle(services) };
}

/** A GET that answers a file. */
export function download<P extends z.ZodObject, Q extends z.ZodObject>(
  head: Head<P, Q> & { readonly mediaTypes: readonly string[]; handle(input: Input<P, Q, undefined>): Promise<Download> },
): Route {
  return {
    ...shared('download', 'get', head),
    answer: z.undefined(),
    mediaTypes: head.mediaTypes,
    run: async (request) => head.handle({ ...parseAddress(head, request), body: undefined }),
  };
}

/** A download of what a list of rows makes, for which an address is too short. */
export function render<B extends z.ZodType, P extends z.ZodObject, Q extends z.ZodObject>(
  head: Head<P, Q> & {
    readonly body: B;
    readonly mediaTypes: readonly string[];
    handle(input: Input<P, Q, z.output<B>>): Promise<Download>;
  },
): Route {
  return {
    ...shared('download', 'post', head),
    body: head.body,
    answer: z.undefined(),
    mediaTypes: head.mediaTypes,
    run: async (request) => head.handle({ ...parseAddress(head, request), body: parsePart(head.body, request.body, 'body') }),
  };
}

/** A POST, PUT or DELETE that is one unit of work. */
export function command<A extends z.ZodType, B extends z.ZodType, P extends z.ZodObject, Q extends z.ZodObject>(
  head: Head<P, Q> & {
    readonly method?: 'post' | 'put' | 'delete';
    readonly body: B;
    readonly answer: A;
    /** For commands over many rows; the default is half a minute. */
    readonly timeoutMs?: number;
    handle(work: Work, input: Input<P, Q, z.output<B>>): Promise<z.input<A>>;
  },
): Route {
  return {
    ...shared('command', head.method ?? 'post', head),
    body: head.body,
    answer: head.answer,
    timeoutMs: head.timeoutMs,
    run: (request) => {
      if (request.work === undefined) throw new CheongsanError('INTERNAL', `${head.operationId} was run outside a unit of work.`);
      return head.handle(request.work, { ...parseAddress(head, request), body: parsePart(head.body, request.body, 'body') });
    },
  };
}

/** A POST whose body is a file. */
export function upload<A extends z.ZodType, P extends z.ZodObject, Q extends z.ZodObject>(
  head: Head<P, Q> & {
    readonly mediaTypes: readonly string[];
    readonly answer: A;
    handle(input: Input<P, Q, Upload>): Promise<z.input<A>>;
  },
): Route {
  return {
    ...shared('upload', 'post', head),
    answer: head.answer,
    mediaTypes: head.mediaTypes,
    run: (request) => {
      if (request.upload === undefined)
        throw new CheongsanError('INPUT_INVALID', `${head.operationId} takes a file as the body; none came.`);
      return head.handle({ ...parseAddress(head, request), body: request.upload });
    },
  };
}

/** A POST that brings its own units of work. */
export function action<A extends z.ZodType, B extends z.ZodType, P extends z.ZodObject, Q extends z.ZodObject>(
  head: Head<P, Q> & {
    readonly body: B;
    readonly answer: A;
    handle(input: Input<P, Q, z.output<B>>): Promise<z.input<A>>;
  },
): Route {
  return {
    ...shared('action', 'post', head),
    body: head.body,
    answer: head.answer,
    run: async (request) => head.handle({ ...parseAddress(head, request), body: parsePart(head.body, request.body, 'body') }),
  };
}

/** An action of somebody who is nobody yet. */
export function publicAction<A extends z.ZodType, B extends z.ZodType>(
  head: Omit<Head<typeof NONE, typeof NONE>, 'permission' | 'params' | 'query'> & {
    readonly body: B;
    readonly answer: A;
    handle(services: Services, body: z.output<B>): Promise<z.input<A>>;
  },
): Route {
  const whole = { ...head, permission: 'public', params: NONE, query: NONE } as const;
  return {
    ...shared('action', 'post', whole),
    body: head.body,
    answer: head.answer,
    run: async (request) => head.handle(request.services, parsePart(head.body, request.body, 'body')),
  };
}

/** What every kind of route has. */
export function shared<P extends z.ZodObject, Q extends z.ZodObject>(kind: RouteKind, method: Route['method'], head: Head<P, Q>) {
  const { operationId, tag, summary, path, permission } = head;
  return {
    kind,
    method,
    operationId,
    tag,
    summary,
    path,
    permission,
    params: head.params,
    query: head.query,
    body: undefined,
    mediaTypes: ['application/json'],
    timeoutMs: undefined,
  } as const;
}

export function parseAddress<P extends z.ZodObject, Q extends z.ZodObject>(head: Head<P, Q>, request: RouteRequest) {
  if (request.principal === undefined) throw new CheongsanError('UNAUTHENTICATED', `${head.operationId} needs a sign-in.`);
  return {
    services: request.services,
    principal: request.principal,
    params: parsePart(head.params, request.params, 'path'),
    query: parsePart(head.query, request.query, 'query'),
  };
}
