import { z } from 'zod';
import type { ImportFile } from '../../database/generated/client.ts';
import { ImportKind, ImportState } from '../../database/generated/enums.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { NONE, type Route, read } from '../route.ts';
import { instantText, pageAnswer, pageArgs, pageQuery, pathId, rowId, toPage } from '../schemas.ts';

const importFileAnswer = z
  .object({
    id: rowId,
    kind: z.enum(ImportKind),
    state: z.enum(ImportState),
    digest: z.string().meta({ example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' }),
    sizeBytes: z.string().meta({ example: '48211' }),
    rowCount: z.int(),
    goodCount: z.int(),
    badCount: z.int(),
    uploadedById: rowId.nullable(),
    createdAt: instantText,
    storedAt: instantText.nullable(),
  })
  .meta({ id: 'ImportFile', description: '반입한 파일' });

function toAnswer(file: ImportFile): z.input<typeof importFileAnswer> {
  const { id, kind, state, digest, rowCount, goodCount, badCount, uploadedById } = file;
  return {
    id,
    kind,
    state,
    digest,
    sizeBytes: file.sizeBytes.toString(),
    rowCount,
    goodCount,
    badCount,
    uploadedById,
    createdAt: file.createdAt.toISOString(),
    storedAt: file.storedAt?.toISOString() ?? null,
  };
}

export const importFileRoutes: readonly Route[] = [
  read({
    operationId: 'listImports',
    tag: 'import',
    summary: '반입한 파일 목록',
    path: '/imports',
    permission: 'report.read',
    params: NONE,
    query: z.object({ ...pageQuery, kind: z.enum(ImportKind).exactOptional(), state: z.enum(ImportState).exactOptional() }),
    answer: pageAnswer(importFileAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const files = await database.read.importFile.findMany({ ...page, where: { ...where, ...filter } });
      return toPage(files, { limit }, toAnswer);
    },
  }),
  read({
    operationId: 'getImport',
    tag: 'import',
    summary: '반입한 파일의 결과 (받지 않은 행과 사유)',
    path: '/imports/{importFileId}',
    permission: 'report.read',
    params: z.object({ importFileId: pathId }),
    query: NONE,
    answer: importFileAnswer.extend({ report: z.unknown().meta({ description: '행별 결과', example: { errors: [] } }) }),
    handle: async ({ services: { database }, params }) => {
      const file = await database.read.importFile.findUnique({ where: { id: params.importFileId } });
      if (file === null) throw new CheongsanError('NOT_FOUND', `There is no import ${params.importFileId}.`);
      return { ...toAnswer(file), report: file.report };
    },
  }),
];
