import { CAMPAIGNS, idOf } from './filled.ts';
import type { InProcessApi } from './in-process.ts';

/** One list or sum of the API, with several paths, so that no answer comes from a cache. */
export interface ListRequest {
  name: string;
  paths: string[];
}

/** One row by its key, through the same API: the unit of comparison. */
export function pointReads(calls: number): ListRequest {
  const numbers = Array.from({ length: 50 }, (_, index) => Math.floor((index * calls * 0.4) / 50));
  return { name: 'one lead by its key', paths: numbers.map((number) => `/api/leads/${idOf.lead(number)}`) };
}

/**
 * Every list and sum of the API, with each filter, on a database of `fillDatabase`. Exports are left out:
 * they read a whole campaign on purpose.
 */
export async function listRequests(api: InProcessApi, calls: number): Promise<ListRequest[]> {
  const big = idOf.campaign(0);
  const small = idOf.campaign(CAMPAIGNS - 1);
  const known = pointReads(calls).paths.map((path) => path.slice('/api/leads/'.length));
  const leads = (rest: string) => known.map((id) => `/api/leads/${id}${rest}`);
  const campaigns = (rest: string) => [`/api/campaigns/${big}${rest}`, `/api/campaigns/${small}${rest}`];
  const deep = (path: string, pages: number) => deepPages(api, path, pages);
  const days = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
  const weeks = [1, 4, 8, 12].map((week) => `from=${days(7 * week)}&to=${days(7 * week - 7)}`);
  const phone = await phoneOf(api, known[0] ?? '');
  const requests: Record<string, string[] | Promise<string[]>> = {
    'metrics of a campaign': campaigns('/metrics'),
    'metrics of a campaign, some days': campaigns(`/metrics?from=${days(30).slice(0, 10)}`),
    'metrics of the workspace': ['/api/metrics'],
    'metrics of the workspace, some days': [`/api/metrics?from=${days(30).slice(0, 10)}`],
    'health of the numbers': ['/api/phone-numbers/health'],
    'progress of a campaign': campaigns('/progress'),
    'figures of two agents': ['/api/agents/compare?left=agent_a&right=agent_b'],
    campaigns: ['/api/campaigns'],
    'campaigns with their counts': ['/api/campaigns?include=summary'],
    'campaigns by status': ['/api/campaigns?status=completed', '/api/campaigns?status=draft'],
    calls: ['/api/calls'],
    'calls, 200 of them': ['/api/calls?limit=200'],
    'calls, deep pages': deep('/api/calls?limit=200', 20),
    'calls of three months ago by cursor': oldCalls(calls),
    'calls with a lead': ['/api/calls?attribution=attributed'],
    'calls without a lead': ['/api/calls?attribution=unattributed'],
    'calls without a lead, deep pages': deep('/api/calls?attribution=unattributed', 10),
    'calls ended': ['/api/calls?status=ended'],
    'calls in flight by status': ['ringing', 'in_progress', 'dialling'].map(
      (one) => `/api/calls?status=${one}`,
    ),
    'calls by reach': ['answered', 'failed', 'unknown', 'not_placed'].map((one) => `/api/calls?reach=${one}`),
    'calls by disposition': ['converted', 'opted_out'].map((one) => `/api/calls?disposition=${one}`),
    'calls by direction': ['inbound', 'outbound'].map((one) => `/api/calls?direction=${one}`),
    'calls by kind': ['phone', 'browser'].map((one) => `/api/calls?kind=${one}`),
    'calls by direction and reach': ['/api/calls?direction=inbound&reach=unknown'],
    'one-off calls': ['/api/calls?single=true'],
    'calls of an agent': ['agent_a', 'agent_none'].map((one) => `/api/calls?agent=${one}`),
    'calls of an agent by reach': ['unknown', 'busy'].map((one) => `/api/calls?agent=agent_a&reach=${one}`),
    'calls of a lead': known.map((id) => `/api/calls?lead=${id}`),
    'calls by their ids': [`/api/calls?ids=${known.map((_, number) => idOf.call(number, 1)).join(',')}`],
    'calls of a week': weeks.map((week) => `/api/calls?${week}`),
    'calls live': ['/api/calls/live'],
    ...searches('calls', '/api/calls', phone),
    'calls without a lead by number': [`/api/calls?attribution=unattributed&q=${phone.slice(4, 9)}`],
    'calls of a week by name': weeks.map((week) => `/api/calls?${week}&q=Barcelley`),
    'calls of a campaign': campaigns('/calls'),
    'calls of a campaign, deep pages': deep(`/api/campaigns/${big}/calls?limit=200`, 20),
    'calls of a campaign by status': [
      ...campaigns('/calls?status=ringing'),
      ...campaigns('/calls?status=ended'),
    ],
    'calls of a campaign by reach': ['unknown', 'busy', 'not_placed'].flatMap((one) =>
      campaigns(`/calls?reach=${one}`),
    ),
    'calls of a campaign by direction': campaigns('/calls?direction=inbound'),
    'calls of a campaign, a week': weeks.flatMap((week) => campaigns(`/calls?${week}`)),
    ...searches('calls of a campaign', `/api/campaigns/${big}/calls`, phone),
    leads: campaigns('/leads'),
    'leads, deep pages': deep(`/api/campaigns/${big}/leads?limit=200`, 20),
    'leads by state': ['waiting', 'backing_off', 'finished', 'calling'].flatMap((one) =>
      campaigns(`/leads?state=${one}`),
    ),
    'leads by reach': ['answered', 'busy', 'failed', 'unknown'].flatMap((one) =>
      campaigns(`/leads?reach=${one}`),
    ),
    'leads by what holds them': ['window', 'retry', 'contact_day', 'none'].flatMap((one) =>
      campaigns(`/leads?hold=${one}`),
    ),
    'leads by outcome': ['answered', 'opted_out'].flatMap((one) => campaigns(`/leads?outcome=${one}`)),
    'leads by state and reach': campaigns('/leads?state=backing_off&reach=voicemail'),
    ...searches('leads', `/api/campaigns/${big}/leads`, phone),
    ...searches('leads of all campaigns', '/api/leads', phone),
    'leads by e-mail': campaigns('/leads?q=person.77'),
    'leads by state and name': campaigns('/leads?state=waiting&q=Barcelley'),
    'timeline of a lead': leads('/timeline'),
    'follow-ups of a lead': leads('/follow-ups'),
    'why a lead is not called': leads('/why'),
    'one call': known.map((_, index) => `/api/calls/${idOf.call(Math.floor((index * calls * 0.4) / 50), 1)}`),
    'timeline of a call': known.map(
      (_, index) => `/api/calls/${idOf.call(Math.floor((index * calls * 0.4) / 50), 1)}/timeline`,
    ),
    messages: ['/api/messages'],
    'messages, deep pages': deep('/api/messages?limit=200', 10),
    'latest messages by number': ['/api/messages/threads'],
    'latest messages by number, deep pages': deep('/api/messages/threads?limit=200', 10),
    'latest messages by number and direction': ['inbound', 'outbound'].map(
      (one) => `/api/messages/threads?direction=${one}`,
    ),
    'messages of a lead': known.map((id) => `/api/messages?leadId=${id}`),
    'messages of a number': [`/api/messages?phone=${encodeURIComponent(phone)}`],
    'messages by direction': ['/api/messages?direction=inbound', '/api/messages?direction=outbound'],
    'messages by status': ['failed', 'delivered', 'unknown', 'scheduled'].map(
      (one) => `/api/messages?status=${one}`,
    ),
    'messages by direction and status': ['/api/messages?direction=outbound&status=failed'],
    'what needs a person': ['/api/attention'],
    'opt-outs': ['/api/opt-outs'],
    'opt-outs by number': ['/api/opt-outs?q=0117', '/api/opt-outs?q=99'],
    'opt-outs, deep pages': deep('/api/opt-outs?limit=20', 5),
    subscriptions: ['/api/webhooks'],
    deliveries: [`/api/webhooks/${idOf.endpoint(0)}/deliveries`],
    'deliveries, deep pages': deep(`/api/webhooks/${idOf.endpoint(0)}/deliveries?limit=200`, 10),
    'deliveries by status': ['failed', 'pending', 'delivered'].map(
      (one) => `/api/webhooks/${idOf.endpoint(0)}/deliveries?status=${one}`,
    ),
  };
  const named = Object.entries(requests).map(async ([name, paths]) => ({ name, paths: await paths }));
  return await Promise.all(named);
}

/** From a rare full name to a syllable in every tenth name, and a text that matches nothing. */
function searches(what: string, path: string, phone: string): Record<string, string[]> {
  const by = (texts: string[]) =>
    texts.map((text) => `${path}${path.includes('?') ? '&' : '?'}q=${encodeURIComponent(text)}`);
  return {
    [`${what} by full name`]: by(['Ada Barbarton', 'Bo Barcelley', 'Hugo Nevnevhurst']),
    [`${what} by surname`]: by(['Barcelley', 'nevnevhurst', 'gormonford']),
    [`${what} by first name`]: by(['Cyra', 'hugo']),
    [`${what} by a part of a name`]: by(['barcel', 'hurst', 'kil']),
    [`${what} by one or two letters`]: by(['h', 'ka', 'gr', '7']),
    [`${what} by a whole number`]: by([phone, phone.slice(1)]),
    [`${what} by four digits`]: by([phone.slice(-4), '4711', '0815']),
    [`${what} by three digits`]: by([phone.slice(-3), '471']),
    [`${what} by a text without a match`]: by(['Zzyzx Quux', '+15555550100', 'zq', '%', 'Barqqq']),
    ...(what.startsWith('calls') ? { [`${what} by the provider's id`]: by(['conv_777', 'conv_none']) } : {}),
  };
}

async function phoneOf(api: InProcessApi, leadId: string): Promise<string> {
  return ((await api.read(`/api/leads/${leadId}`)) as { phone: string }).phone;
}

/** The last pages of a long walk by cursor. */
async function deepPages(api: InProcessApi, path: string, pages: number): Promise<string[]> {
  const visited: string[] = [];
  let next = path;
  for (let page = 0; page < pages; page += 1) {
    const { nextCursor } = (await api.read(next)) as { nextCursor: string | null };
    if (nextCursor === null) break;
    next = `${path}${path.includes('?') ? '&' : '?'}cursor=${nextCursor}`;
    visited.push(next);
  }
  if (visited.length === 0) throw new Error(`${path} has one page only.`);
  return visited.slice(-5);
}

/** Cursors too far back to reach by walking: a cursor is a row's sort key. */
function oldCalls(calls: number): string[] {
  return [30, 60, 85].map((days) => {
    const at = new Date(Date.now() - days * 86_400_000).toISOString();
    const key = Buffer.from(JSON.stringify([at, idOf.call(calls, 1)])).toString('base64url');
    return `/api/calls?cursor=${key}`;
  });
}
