import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { ApiContext, ApiEnv } from '../context.ts';

/** What the dashboard's page sends with every request. A form or link of another site cannot set a header. */
const DASHBOARD_HEADER = 'x-ringleader-dashboard';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const TOKEN = /^[\w-]{43}$/;
/** Longer than a session lasts unused; whether it lasts still is for the database to say. */
const COOKIE_MS = 30 * 86_400_000;

/** A name with this prefix is refused by browsers unless it came over HTTPS, from this host, for every path. */
function cookieName(secure: boolean): string {
  return secure ? '__Host-ringleader' : 'ringleader';
}

/** @param lastsMs how long the session can last at most */
export function setSessionCookie(
  c: Context<ApiEnv>,
  context: Pick<ApiContext, 'config'>,
  { token, lastsMs }: { token: string; lastsMs: number },
): void {
  const secure = isSecure(context);
  setCookie(c, cookieName(secure), token, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    secure,
    maxAge: Math.floor(Math.min(COOKIE_MS, lastsMs) / 1000),
  });
}

export function clearSessionCookie(c: Context<ApiEnv>, context: Pick<ApiContext, 'config'>): void {
  const secure = isSecure(context);
  deleteCookie(c, cookieName(secure), { path: '/', secure });
}

/** The token of the request's session; null without one, and for a change that another site may have sent. */
export function sessionToken(c: Context<ApiEnv>, context: Pick<ApiContext, 'config'>): string | null {
  const token = getCookie(c, cookieName(isSecure(context)));
  if (token === undefined || !TOKEN.test(token)) return null;
  if (!SAFE_METHODS.has(c.req.method) && c.req.header(DASHBOARD_HEADER) === undefined) return null;
  return token;
}

function isSecure({ config }: Pick<ApiContext, 'config'>): boolean {
  return config.publicUrl?.startsWith('https:') ?? false;
}
