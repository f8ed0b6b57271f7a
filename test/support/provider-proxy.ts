import { listen } from './listen.ts';

/** One request that passed. */
export interface PassedRequest {
  path: string;
  query: URLSearchParams;
  atMs: number;
}

/** What stands between the product and the simulated provider, and does to both what real networks do. */
export interface ProviderProxy {
  url: string;
  /** Where requests go on to. */
  target: string;
  /** Those for pages of the list, and those for one conversation, as they came. */
  lists: PassedRequest[];
  reads: PassedRequest[];
  /** How many reads were under way at once, at most. */
  mostReads: number;
  /** Rows of a page, whatever was asked for. */
  pageSize: number;
  /** Answers in the provider's place; null lets the request pass. */
  answer(request: PassedRequest): Response | null;
  /** Changes one conversation, as a row of a page or read by itself. */
  alter(conversation: ProviderConversation): void;
  stop(): Promise<void>;
}

/** The fields that tests change; a row of a page lacks some. */
export interface ProviderConversation {
  conversation_id: string;
  call_successful?: string;
  metadata?: { phone_call?: { external_number?: string; call_sid?: string } | null };
  analysis?: { call_successful?: string } | null;
  conversation_initiation_client_data?: { dynamic_variables?: Record<string, unknown> };
}

const LIST = '/v1/convai/conversations';

export async function startProviderProxy(target: string): Promise<ProviderProxy> {
  let readsNow = 0;
  const proxy: Omit<ProviderProxy, 'url' | 'stop'> = {
    target,
    lists: [],
    reads: [],
    mostReads: 0,
    pageSize: 100,
    answer: () => null,
    alter: () => {},
  };
  const { url, close } = await listen(async (request) => {
    const { pathname: path, searchParams: query } = new URL(request.url);
    const passed = { path, query, atMs: performance.now() };
    const isRead = path.startsWith(`${LIST}/`);
    if (isRead) proxy.reads.push(passed);
    else if (path === LIST) proxy.lists.push(passed);
    readsNow += isRead ? 1 : 0;
    proxy.mostReads = Math.max(proxy.mostReads, readsNow);
    try {
      return proxy.answer(passed) ?? (await passOn(proxy, request, passed));
    } finally {
      readsNow -= isRead ? 1 : 0;
    }
  });
  return Object.assign(proxy, {
    url,
    stop: close,
  });
}

async function passOn(
  { target, pageSize, alter }: Pick<ProviderProxy, 'target' | 'pageSize' | 'alter'>,
  request: Request,
  { path, query }: PassedRequest,
): Promise<Response> {
  const asked = new URLSearchParams(query);
  if (path === LIST) asked.set('page_size', String(pageSize));
  const response = await fetch(`${target}${path}?${asked}`, {
    headers: { 'xi-api-key': request.headers.get('xi-api-key') ?? '' },
  });
  if (!response.ok || !path.startsWith(LIST) || path.endsWith('/audio')) return response;
  const body = (await response.json()) as ProviderConversation & { conversations?: ProviderConversation[] };
  for (const conversation of body.conversations ?? [body]) alter(conversation);
  return Response.json(body);
}
