import { z } from 'zod';

interface Operation {
  'x-role'?: 'viewer' | 'operator' | 'admin';
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
}

export interface ContractRoute {
  method: string;
  /** With parameters in braces. */
  path: string;
  role: Operation['x-role'];
}

export interface ContractCheck {
  routes: ContractRoute[];
  /** Throws when an answer is not one that the document promises for the route. */
  response(method: string, path: string, answer: { status: number; body: unknown; headers: Headers }): void;
}

type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

/** Reads the OpenAPI document of a running API, to hold its answers against. */
export async function readContract(url: string): Promise<ContractCheck> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  const schemas = new Map<string, z.ZodType>();
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
      operation,
    })),
  );
  return {
    routes: operations.map(({ method, path, operation }) => ({ method, path, role: operation['x-role'] })),
    response(method, path, { status, body, headers }) {
      const pathname = path.split('?')[0] ?? path;
      const matching = operations.filter((one) => one.method === method && one.pattern.test(pathname));
      // A fixed path stands above one with a parameter in its place.
      const found = matching.find((one) => one.path === pathname) ?? matching[0];
      if (found === undefined) throw new Error(`${method} ${pathname} is not in the document`);
      const label = `${method} ${found.path} ${status}`;
      const promised = found.operation.responses[String(status)];
      if (promised === undefined) throw new Error(`${label} is not in the document: ${JSON.stringify(body)}`);
      const type = headers.get('content-type')?.split(';')[0] ?? '';
      const media = promised.content?.[type] ?? promised.content?.[`${type.split('/')[0]}/*`];
      if (promised.content === undefined && body === null) return;
      if (media === undefined) throw new Error(`${label} has the type "${type}"`);
      const schema =
        schemas.get(label) ??
        z.fromJSONSchema(inline(media.schema, document) as z.core.JSONSchema.JSONSchema);
      schemas.set(label, schema);
      for (const item of itemsOf(type, body)) {
        const parsed = schema.safeParse(item);
        if (!parsed.success)
          throw new Error(`${label} is not as promised:\n${z.prettifyError(parsed.error)}`);
      }
    },
  };
}

/** What the schema of a media type describes: the whole, or each item of a sequence. */
function itemsOf(type: string, body: unknown): unknown[] {
  if (typeof body !== 'string') return [body];
  if (type === 'application/x-ndjson')
    return body
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  if (type !== 'text/event-stream') return [body];
  const events = body.split('\n\n').filter((event) => event !== '' && !event.startsWith(':'));
  return events.map((event) =>
    Object.fromEntries(
      event.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
    ),
  );
}

/** The schema with every reference put in place; none of ours refers to itself. */
function inline(schema: unknown, document: Document): unknown {
  if (Array.isArray(schema)) return schema.map((one) => inline(one, document));
  if (typeof schema !== 'object' || schema === null) return schema;
  if ('$ref' in schema && typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return inline(document.components.schemas[name], document);
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inline(value, document)]));
}
