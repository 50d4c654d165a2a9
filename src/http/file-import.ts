import type { z } from 'zod';
import type { Actor } from '../database/work.ts';
import type { FileContent } from '../document/byte-source.ts';
import type { Permission } from '../identity/permission.ts';
import type { ImportProgress } from '../tax/import-ledger.ts';
import { TABLE_TYPES } from './files.ts';
import { checkedMode, importAnswer, type Reported, storeMode, toImportAnswer } from './import-answer.ts';
import { parsePart } from './request-part.ts';
import { NONE, type Route, upload } from './route.ts';
import type { Services } from './services.ts';

/** What an import works with: no queue and no exchange, so that the shell has it too. */
export type ImportServices = Pick<Services, 'database' | 'keys'>;

export interface FileToTake<Q> {
  readonly content: FileContent;
  readonly actor: Actor;
  readonly query: Q;
  readonly onProgress?: (progress: ImportProgress) => void;
}

interface ImportPlan<Q extends z.ZodObject> {
  /** Last part of its path over HTTP, and its name in the shell. */
  readonly name: string;
  readonly operationId: string;
  /** One Korean line. */
  readonly summary: string;
  readonly permission: Permission;
  /** What may be chosen: the `mode` of this kind, and what is its own. */
  readonly query: Q;
  take(services: ImportServices, file: FileToTake<z.output<Q>>): Promise<Reported>;
}

/** One kind of file that is imported, the same over HTTP and from the shell. */
export interface FileImport {
  readonly name: string;
  readonly summary: string;
  readonly permission: Permission;
  /** True when it can be checked without storing anything. */
  readonly canCheck: boolean;
  /** True when the good rows can be taken although others are bad. */
  readonly canAcceptGood: boolean;
  readonly route: Route;
  /** Takes a file; `query` is what a client would write into the address. Whoever calls has checked the permission. A refused file is a report, not an error. */
  run(services: ImportServices, file: FileToTake<Readonly<Record<string, string>>>): Promise<Reported>;
}

export function fileImport<Q extends z.ZodObject>(plan: ImportPlan<Q>): FileImport {
  const { name, operationId, summary, permission, query } = plan;
  const mode: unknown = query.shape['mode'];
  return {
    name,
    summary,
    permission,
    canCheck: mode === checkedMode,
    canAcceptGood: mode === checkedMode || mode === storeMode,
    route: upload({
      operationId,
      tag: 'import',
      summary,
      path: `/imports/${name}`,
      permission,
      params: NONE,
      query,
      mediaTypes: TABLE_TYPES,
      answer: importAnswer,
      handle: async ({ services, principal: { actor }, query: chosen, body: content }) =>
        toImportAnswer(await plan.take(services, { content, actor, query: chosen })),
    }),
    run: (services, file) => plan.take(services, { ...file, query: parsePart(query, file.query, 'query') }),
  };
}
