import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import { problemSchema } from './problem.ts';
import { type Route, TAGS } from './route.ts';

const idempotencyKey = z.string().min(8).max(200).meta({
  description: '같은 요청을 다시 보내도 한 번만 처리되도록 요청마다 정하는 값',
  example: '3b0c6f1e-6f0a-4e55-9b0a-2f6f3f7c9d10',
});

/** The API as OpenAPI 3.1, from the same schemas that check every request. */
export function openApiDocument(routes: readonly Route[], version: string) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    operations[route.method] = operation(route);
    paths[route.path] = operations;
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: '청산 API',
      version,
      description: '가상자산 압류·보관·자진 매각·매각·배분 서비스. 금액은 원 단위 문자열, 수량은 소수 문자열로 주고받는다.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: '로그인 토큰 또는 기계 토큰' } },
    },
    paths: paths satisfies ZodOpenApiPathsObject,
  });
}

function operation(route: Route): ZodOpenApiOperationObject {
  const header = route.kind === 'command' ? { header: z.object({ 'Idempotency-Key': idempotencyKey.optional() }) } : {};
  return {
    operationId: route.operationId,
    summary: route.summary,
    description:
      route.permission === 'public' || route.permission === 'any' ? route.summary : `${route.summary} (권한: ${route.permission})`,
    tags: [route.tag],
    security: route.permission === 'public' ? [] : [{ bearer: [] }],
    requestParams: {
      ...(Object.keys(route.params.shape).length === 0 ? {} : { path: route.params }),
      ...(Object.keys(route.query.shape).length === 0 ? {} : { query: route.query }),
      ...header,
    },
    ...requestBody(route),
    responses: responses(route),
  };
}

function requestBody(route: Route): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  if (route.kind === 'upload') {
    const content = Object.fromEntries(route.mediaTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } as const }]));
    return { requestBody: { required: true, content } };
  }
  if (route.body === undefined) return {};
  return { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } };
}

function responses(route: Route): ZodOpenApiResponsesObject {
  const problem = { description: '거절 또는 오류', content: { 'application/problem+json': { schema: problemSchema } } };
  if (route.kind === 'download') {
    const content = Object.fromEntries(route.mediaTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } as const }]));
    return { '200': { description: '파일', content }, default: problem };
  }
  return { '200': { description: '처리 결과', content: { 'application/json': { schema: route.answer } } }, default: problem };
}
