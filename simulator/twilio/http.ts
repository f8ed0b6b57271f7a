import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/**
 * One page of a list by `Page` and `PageSize` of the query, with Twilio's description of the neighbouring
 * pages.
 */
export function pageOf<T>(
  found: readonly T[],
  { query, path }: { query: URLSearchParams; path: string },
): { items: T[]; paging: Record<string, string | number | null> } {
  const page = Number(query.get('Page') ?? 0);
  const pageSize = Math.min(Number(query.get('PageSize') ?? DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);
  const start = page * pageSize;
  const items = found.slice(start, start + pageSize);
  const uri = (number: number) => {
    const next = new URLSearchParams(query);
    next.set('Page', String(number));
    next.set('PageSize', String(pageSize));
    return `${path}?${next}`;
  };
  return {
    items,
    paging: {
      page,
      page_size: pageSize,
      start,
      end: Math.max(start + items.length - 1, 0),
      uri: uri(page),
      first_page_uri: uri(0),
      previous_page_uri: page === 0 ? null : uri(page - 1),
      next_page_uri: start + pageSize < found.length ? uri(page + 1) : null,
    },
  };
}

/** `YYYY-MM-DD`, or null. */
export function day(value: string | null): string | null {
  return value === null || !/^\d{4}-\d{2}-\d{2}/.test(value) ? null : value.slice(0, 10);
}

/** Twilio's error body. */
export function failure(c: Context, status: ContentfulStatusCode, code: number, message: string): Response {
  return c.json({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }, status);
}

export function missing(c: Context): Response {
  return failure(c, 404, 20404, `The requested resource ${c.req.path} was not found`);
}
