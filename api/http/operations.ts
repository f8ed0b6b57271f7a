import type { MiddlewareHandler } from 'hono';
import type { Api, ApiEnv } from '../context.ts';
import { Problem } from './errors.ts';

/** What the API's own routes say of an address. A fixed path wins over one with a parameter in its place. */
export interface Operations {
  /** The methods of the address, HEAD wherever GET is; null when no route has it. */
  methods(path: string): readonly string[] | null;
  /** Whether a request brings a body; null when the document knows of none. */
  body(method: string, path: string): 'required' | 'optional' | null;
}

interface Address {
  /** Null in the place of a parameter. */
  segments: (string | null)[];
  methods: Set<string>;
  bodies: Map<string, 'required' | 'optional'>;
}

/** Reads the routes of an app at the first question, when all of them are there. */
export function readOperations(app: Api): Operations {
  let addresses: Address[] | null = null;
  const find = (path: string): Address | null => {
    addresses ??= collect(app);
    return mostFixed(addresses, path.split('/'));
  };
  return {
    methods: (path) => {
      const found = find(path);
      return found === null ? null : [...found.methods];
    },
    body: (method, path) => find(path)?.bodies.get(method) ?? null,
  };
}

function collect(app: Api): Address[] {
  const byPath = new Map<string, Address>();
  const at = (path: string): Address => {
    const segments = path.split('/').map((segment) => (/^[:{]/.test(segment) ? null : segment));
    const key = segments.map((segment) => segment ?? ':').join('/');
    const address = byPath.get(key) ?? { segments, methods: new Set(), bodies: new Map() };
    byPath.set(key, address);
    return address;
  };
  for (const { method, path } of app.routes) {
    if (method === 'ALL') continue;
    at(path).methods.add(method);
    if (method === 'GET') at(path).methods.add('HEAD');
  }
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue;
    const { method, path, request } = definition.route;
    if (request?.body === undefined) continue;
    at(path).bodies.set(method.toUpperCase(), request.body.required === true ? 'required' : 'optional');
  }
  return [...byPath.values()];
}

function mostFixed(addresses: readonly Address[], path: readonly string[]): Address | null {
  const matching = addresses.filter(
    ({ segments }) =>
      segments.length === path.length &&
      segments.every((segment, index) => (segment === null ? path[index] !== '' : segment === path[index])),
  );
  const [first = null, ...others] = matching;
  return others.reduce((best, other) => (best && isMoreFixed(other, best) ? other : best), first);
}

function isMoreFixed({ segments }: Address, than: Address): boolean {
  const index = segments.findIndex((segment, at) => (segment === null) !== (than.segments[at] === null));
  return index !== -1 && segments[index] !== null;
}

/** Answers 405 with the methods of the address, before anything of the request is read. */
export function refuseOtherMethods(operations: Operations): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const methods = operations.methods(c.req.path);
    if (methods !== null && !methods.includes(c.req.method)) {
      const allow = methods.join(', ');
      throw new Problem('method-not-allowed', `Possible here: ${allow}.`, { headers: { allow } });
    }
    await next();
  };
}
