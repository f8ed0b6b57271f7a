import type { ProviderVerdict } from '#domain/call.ts';
import type { SimulatedConversation } from '../calls.ts';
import { conversationStatus } from '../calls.ts';
import { verdictOf } from '../judgement.ts';
import type { JsonObject } from '../talks.ts';
import { talkVerdict } from '../talks.ts';
import type { World } from '../world.ts';
import { conversationSummary } from './conversation.ts';
import { talkSummary } from './talk-payload.ts';

const DEFAULT_PAGE_SIZE = 30;
const MAX_PAGE_SIZE = 100;

export class BadQuery extends Error {
  override readonly name = 'BadQuery';
  readonly param: string;

  constructor(param: string) {
    super(`cannot read ${param}`);
    this.param = param;
  }
}

/**
 * One page of conversations, newest first unless `sort_direction=asc`. The cursor is the position of the last
 * row, so that calls which start in between shift nothing. Throws `BadQuery`.
 */
export function listConversations(world: World, query: URLSearchParams): JsonObject {
  const now = Date.now();
  const ascending = query.get('sort_direction') === 'asc';
  const pageSize = Math.min(wholeNumber(query, 'page_size') ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const cursor = readCursor(query.get('cursor'));
  const ignoresFilters = world.faults.strikes('listIgnoresFilters', 'elevenlabs', now);
  const filters = ignoresFilters ? new URLSearchParams() : query;
  const matches = filterOf(filters);
  const source = candidates(world, filters);
  const page: SimulatedConversation[] = [];
  let hasMore = false;
  for (let step = 0; step < source.length; step += 1) {
    const call = source[ascending ? step : source.length - 1 - step];
    if (call === undefined || call.deleted || call.listedFromMs > now || !matches(call)) continue;
    if (cursor !== null && (ascending ? call.index <= cursor : call.index >= cursor)) continue;
    if (page.length === pageSize) {
      hasMore = true;
      break;
    }
    page.push(call);
  }
  const options = { now, includeSummary: query.get('summary_mode') === 'include' };
  return {
    conversations: page.map((call) =>
      call.kind === 'call' ? conversationSummary(call, world, options) : talkSummary(call, options),
    ),
    next_cursor: hasMore ? writeCursor(page.at(-1)) : null,
    has_more: hasMore,
  };
}

/** Narrowed by attempt id when the query names one. */
function candidates(world: World, query: URLSearchParams): readonly SimulatedConversation[] {
  const named = query.get('user_id') ?? variableFilters(query).find(isAttempt)?.value;
  return named === undefined ? world.exchange.calls.conversations() : world.exchange.calls.attempt(named);
}

function filterOf(query: URLSearchParams): (call: SimulatedConversation) => boolean {
  const agentId = query.get('agent_id');
  const userId = query.get('user_id');
  const verdict = query.get('call_successful');
  const after = wholeNumber(query, 'call_start_after_unix');
  const before = wholeNumber(query, 'call_start_before_unix');
  const excluded = new Set(query.getAll('exclude_statuses'));
  const variables = variableFilters(query);
  return (call) => {
    const startedAt = Math.floor(call.startedAtMs / 1000);
    return (
      (agentId === null || call.agentId === agentId) &&
      (userId === null || call.userId === userId) &&
      (verdict === null || verdict === settledVerdict(call)) &&
      (after === null || startedAt >= after) &&
      (before === null || startedAt <= before) &&
      !excluded.has(conversationStatus(call)) &&
      variables.every(({ name, operator, value }) => {
        const same = String(call.variables[name] ?? '') === value;
        return operator === 'eq' ? same : !same;
      })
    );
  };
}

function settledVerdict(call: SimulatedConversation): ProviderVerdict {
  if (call.settledAtMs === null) return 'unknown';
  return call.kind === 'call' ? verdictOf(call.plan) : talkVerdict(call);
}

interface VariableFilter {
  name: string;
  operator: 'eq' | 'neq';
  value: string;
}

/** `name:operator:value`, repeated; the value may contain colons. Only equality is supported. */
function variableFilters(query: URLSearchParams): VariableFilter[] {
  return query.getAll('dynamic_variable_params').map((param) => {
    const [name, operator, ...rest] = param.split(':');
    if (!name || rest.length === 0 || (operator !== 'eq' && operator !== 'neq')) {
      throw new BadQuery('dynamic_variable_params');
    }
    return { name, operator, value: rest.join(':') };
  });
}

function isAttempt({ name, operator, value }: VariableFilter): boolean {
  return name === 'attempt_id' && operator === 'eq' && value !== '';
}

function wholeNumber(query: URLSearchParams, param: string): number | null {
  const value = query.get(param);
  if (value === null) return null;
  if (!/^\d+$/.test(value)) throw new BadQuery(param);
  return Number(value);
}

function writeCursor(call: SimulatedConversation | undefined): string | null {
  return call === undefined ? null : Buffer.from(`after:${call.index}`).toString('base64url');
}

function readCursor(cursor: string | null): number | null {
  if (cursor === null) return null;
  const place = /^after:(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (place === null) throw new BadQuery('cursor');
  return Number(place[1]);
}
