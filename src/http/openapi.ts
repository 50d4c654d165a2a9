import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import { isMachinePermission, MACHINE_SCOPES } from '../identity/permission.ts';
import { IDEMPOTENCY_HEADER } from './idempotency.ts';
import { withExamples } from './openapi-examples.ts';
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
  const document = createDocument({
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
      securitySchemes: SECURITY_SCHEMES,
    },
    paths: paths satisfies ZodOpenApiPathsObject,
  });
  return withExamples(document);
}

const SCOPE_LIST = Object.entries(MACHINE_SCOPES).map(([scope, title]) => `- \`${scope}\`: ${title}`);

/** Officials and machines show their tokens alike; which operations a machine may be given, each operation says. */
const SECURITY_SCHEMES = {
  session: { type: 'http', scheme: 'bearer', description: '사람의 로그인 토큰(POST /sign-in). 할 수 있는 일은 역할의 권한에 따른다.' },
  machine: {
    type: 'http',
    scheme: 'bearer',
    description: ['다른 시스템의 기계 토큰(POST /machine-tokens). 발급할 때 정하는 범위(scope):', '', ...SCOPE_LIST].join('\n'),
  },
} as const;

/** The permission or scope that an operation needs, for each kind of token that may have it. */
function securityOf({ permission }: Route): Record<string, string[]>[] {
  if (permission === 'public') return [];
  if (permission === 'any') return [{ session: [] }, { machine: [] }];
  return [{ session: [permission] }, ...(isMachinePermission(permission) ? [{ machine: [permission] }] : [])];
}

function operation(route: Route): ZodOpenApiOperationObject {
  const isKeyed = route.kind === 'command' || route.kind === 'bulk';
  const header = isKeyed ? { header: z.object({ [IDEMPOTENCY_HEADER]: idempotencyKey.optional() }) } : {};
  return {
    operationId: route.operationId,
    summary: route.summary,
    description: describe(route),
    tags: [route.tag],
    security: securityOf(route),
    requestParams: {
      ...(Object.keys(route.params.shape).length === 0 ? {} : { path: route.params }),
      ...(Object.keys(route.query.shape).length === 0 ? {} : { query: route.query }),
      ...header,
    },
    ...requestBody(route),
    responses: responses(route),
  };
}

const KIND_NOTES: Readonly<Record<Route['kind'], string>> = {
  read: '',
  download: '',
  command: `${IDEMPOTENCY_HEADER}를 붙이면 같은 요청을 다시 보내도 한 번만 처리하고 같은 답을 준다.`,
  bulk: `건마다 따로 처리한다. 거절된 건은 사유와 함께 답에 남고 다른 건을 막지 않는다. 같은 ${IDEMPOTENCY_HEADER}로 다시 보내면 처리된 건은 그대로 답하고 나머지만 다시 시도한다.`,
  upload: '파일 자체를 본문으로 보낸다. 같은 파일을 다시 보내면 아무것도 바뀌지 않는다.',
  action: '다시 보내도 이미 처리된 것은 바뀌지 않는다.',
};

function describe(route: Route): string {
  const permission = route.permission === 'public' || route.permission === 'any' ? '' : `권한: ${route.permission}.`;
  return [`${route.summary}.`, KIND_NOTES[route.kind], permission].filter((part) => part !== '').join(' ');
}

function requestBody(route: Route): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  if (route.kind === 'upload') {
    const content = Object.fromEntries(route.mediaTypes.map((type) => [type, { schema: BINARY }]));
    return { requestBody: { required: true, content } };
  }
  if (route.body === undefined) return {};
  // The server refuses members it does not know, so the description does too.
  const schema = route.body instanceof z.ZodObject ? route.body.strict() : route.body;
  const required = !route.body.safeParse({}).success;
  return { requestBody: { required, content: { 'application/json': { schema } } } };
}

const BINARY = { type: 'string', format: 'binary' } as const;

function responses(route: Route): ZodOpenApiResponsesObject {
  const problem = { description: '거절 또는 오류', content: { 'application/problem+json': { schema: problemSchema } } };
  if (route.kind === 'download') {
    const content = Object.fromEntries(route.mediaTypes.map((type) => [type, { schema: BINARY }]));
    return { '200': { description: '파일', content }, default: problem };
  }
  return { '200': { description: '처리 결과', content: { 'application/json': { schema: route.answer } } }, default: problem };
}
