import type { createDocument } from 'zod-openapi';

type OpenApiDocument = ReturnType<typeof createDocument>;

/** A JSON schema as the document holds it, as far as an example is made from it. */
interface Schema {
  readonly $ref?: string;
  readonly example?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
}

/** Gives every parameter, JSON body and answer one whole example, put together from the examples of its members. */
export function withExamples(document: OpenApiDocument): OpenApiDocument {
  const schemas = plainSchemas(document.components?.schemas ?? {});
  const addTo = (content: Record<string, { schema?: unknown; example?: unknown }> | undefined): void => {
    for (const [type, media] of Object.entries(content ?? {})) {
      if (type.endsWith('json') && isSchema(media.schema)) media.example = exampleOf(media.schema, schemas);
    }
  };
  for (const item of Object.values(document.paths ?? {})) {
    for (const operation of [item.get, item.post, item.put, item.delete]) {
      for (const parameter of operation?.parameters ?? []) {
        if ('name' in parameter && isSchema(parameter.schema)) parameter.example = exampleOf(parameter.schema, schemas);
      }
      if (operation?.requestBody !== undefined && 'content' in operation.requestBody) addTo(operation.requestBody.content);
      for (const response of Object.values(operation?.responses ?? {})) if ('content' in response) addTo(response.content);
    }
  }
  return document;
}

function plainSchemas(schemas: Readonly<Record<string, unknown>>): ReadonlyMap<string, Schema> {
  return new Map(Object.entries(schemas).flatMap(([name, schema]) => (isSchema(schema) ? [[`#/components/schemas/${name}`, schema]] : [])));
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}

/** One value that fits a schema: its own example, else the first of what it allows. */
function exampleOf(schema: Schema, named: ReadonlyMap<string, Schema>): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.$ref !== undefined) return exampleOf(named.get(schema.$ref) ?? {}, named);
  if (schema.properties !== undefined) {
    return Object.fromEntries(Object.entries(schema.properties).map(([member, inner]) => [member, exampleOf(inner, named)]));
  }
  if (schema.prefixItems !== undefined) return schema.prefixItems.map((inner) => exampleOf(inner, named));
  if (schema.items !== undefined) return [exampleOf(schema.items, named)];
  const [first] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  return first === undefined ? bare(schema) : exampleOf(first, named);
}

function bare({ type, minimum }: Schema): unknown {
  switch (typeof type === 'string' ? type : type?.[0]) {
    case 'string':
      return '문구';
    case 'integer':
    case 'number':
      return Math.max(minimum ?? 1, 1);
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'null':
      return null;
    default:
      return {};
  }
}
