import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Api, ApiContext } from './context.ts';
import { Problem } from './http/errors.ts';

const DEFAULT_DIR = resolve(import.meta.dirname, '..', 'dashboard', 'dist');

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** A name that the build gave; nothing that could lead out of the folder. */
const ASSET = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,150}$/;
/** Takes the place of the nonce in the page that was built. */
const NONCE_PLACE = '__NONCE__';
const NOT_PAGES = /^\/(api|webhooks|docs|assets|health|ready|openapi\.json|sign-in|sign-out)(\/|$)/;

interface Asset {
  plain: Uint8Array<ArrayBuffer>;
  /** Null when it would not be smaller. */
  gzipped: Uint8Array<ArrayBuffer> | null;
  etag: string;
}

/** Whether a person's browser asks for a page of the dashboard, all of which are one document. */
function isPage(path: string, accept: string | undefined): boolean {
  return !NOT_PAGES.test(path) && (accept?.includes('text/html') ?? false);
}

/**
 * Serves the dashboard that was built into `dashboard/dist` from the same origin as the API: its assets, and for every
 * address that is no other route's the page itself, under a policy that allows no inline script and no foreign source.
 */
export function serveDashboard(app: Api, context: Pick<ApiContext, 'config' | 'dashboardDir'>): void {
  const dir = context.dashboardDir ?? DEFAULT_DIR;
  const loaded = new Map<string, Promise<Asset | null>>();
  const asset = (name: string): Promise<Asset | null> => {
    const loading = loaded.get(name) ?? readAsset(join(dir, 'assets', name));
    loaded.set(name, loading);
    return loading;
  };
  app.get('/assets/:name', async (c) => {
    const name = c.req.param('name');
    const type = TYPES[extname(name)];
    const found = ASSET.test(name) && type !== undefined ? await asset(name) : null;
    if (found === null || type === undefined) {
      loaded.delete(name);
      throw new Problem('not-found', 'There is no such part of the page.');
    }
    // Their names change with their content.
    const headers = {
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      etag: found.etag,
      vary: 'accept-encoding',
    };
    if (c.req.header('if-none-match') === found.etag) return c.body(null, 304, headers);
    const takesGzip = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
    if (!takesGzip || found.gzipped === null) return c.body(found.plain, 200, headers);
    return c.body(found.gzipped, 200, { ...headers, 'content-encoding': 'gzip' });
  });
  const nothing = () => new Problem('not-found', 'There is nothing at this address.').toResponse();
  // Not a route for every path: `Allow` would then list GET for each wrong method.
  app.notFound(async (c) => {
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (!reads || !isPage(c.req.path, c.req.header('accept'))) return nothing();
    const html = await readFile(join(dir, 'index.html'), 'utf8').catch(() => null);
    if (html === null) {
      return new Problem('not-found', 'The dashboard is not built: npm run build makes it.').toResponse();
    }
    const nonce = randomBytes(16).toString('base64url');
    return c.html(html.replaceAll(NONCE_PLACE, nonce), 200, {
      'content-security-policy': policy(nonce, context.config.elevenLabs.baseUrl),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
  });
}

async function readAsset(file: string): Promise<Asset | null> {
  const content = await readFile(file).catch(() => null);
  if (content === null) return null;
  const compressed = await promisify(gzip)(content, { level: 9 });
  return {
    plain: new Uint8Array(content),
    gzipped: compressed.length < content.length ? new Uint8Array(compressed) : null,
    etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
  };
}

/** Talking to an agent goes from the browser to the provider: over its socket, or by WebRTC through LiveKit. */
const PROVIDER_SOURCES = ['https://*.elevenlabs.io', 'wss://*.elevenlabs.io', 'wss://*.livekit.cloud'];

function policy(nonce: string, providerUrl: string | null): string {
  const provider =
    providerUrl === null ? PROVIDER_SOURCES : [new URL(providerUrl).origin, socketOf(providerUrl)];
  return [
    "default-src 'none'",
    "script-src 'self'",
    // The nonce is for the few libraries that write a style element themselves.
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${provider.join(' ')}`,
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function socketOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`;
}
