import {
  ApplicationFailure,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { type CampaignAction, type CampaignRunStatus, refusal } from '#domain/campaign.ts';
import { type CarriedLines, LinePool } from '#domain/lines.ts';
import { stateKey } from './attributes.ts';
import {
  type CampaignProgress,
  changeSettingsUpdate,
  leadsAddedSignal,
  lineFreedSignal,
  lineWantedSignal,
  pauseUpdate,
  progressQuery,
  resumeUpdate,
  stopUpdate,
  WRONG_STATE,
} from './messages.ts';

export interface CampaignInput {
  campaignId: string;
  /** ISO time of the set start; null starts at once. */
  startAt: string | null;
  /** Lines to begin with; the settings' number is read with every feed. */
  lines: number;
  carried?: Carried;
}

/** What one run hands to the next. */
interface Carried {
  status: CampaignRunStatus;
  lines: CarriedLines;
  startedLeadIds: string[];
  longestHoldMs: number;
}

/** Until the first feed tells how long a line can be needed. */
const FIRST_HOLD_MS = 86_400_000;

/** The state of a campaign's workflow. */
export interface Campaign {
  id: string;
  status: CampaignRunStatus;
  pool: LinePool;
  /** Leads that may be called now, not started yet. */
  ready: string[];
  startedLeadIds: string[];
  /** When to ask for leads next. */
  feedAtMs: number;
  /** The database is to be asked first: a message told that this run has missed something. */
  mustFeed: boolean;
  openLeads: number;
  longestHoldMs: number;
  /** Something happened since the loop last looked. */
  stirred: boolean;
  /** When the running timer stirs the loop; null when none runs. */
  alarmAtMs: number | null;
}

/** The state that a run begins with. */
export function begin({ campaignId, startAt, lines, carried }: CampaignInput): Campaign {
  const scheduled = startAt !== null && new Date(startAt).getTime() > Date.now();
  return {
    id: campaignId,
    status: carried?.status ?? (scheduled ? 'scheduled' : 'running'),
    pool: carried ? new LinePool(carried.lines) : LinePool.empty(lines),
    ready: [],
    startedLeadIds: carried?.startedLeadIds ?? [],
    feedAtMs: 0,
    mustFeed: false,
    openLeads: 1,
    longestHoldMs: carried?.longestHoldMs ?? FIRST_HOLD_MS,
    stirred: false,
    alarmAtMs: null,
  };
}

/** Handles every message: each only changes the state, and the loop acts on it. */
export function listen(campaign: Campaign): void {
  const { pool } = campaign;
  const stir = () => {
    campaign.stirred = true;
  };
  setHandler(progressQuery, () => progressOf(campaign));
  setHandler(leadsAddedSignal, () => {
    campaign.feedAtMs = 0;
    stir();
  });
  setHandler(lineWantedSignal, ({ leadId, kind }) => {
    pool.want(leadId, kind);
    stir();
  });
  setHandler(lineFreedSignal, ({ leadId, line, next, paused }) => {
    pool.release(leadId, line);
    if (next === 'finished') pool.drop(leadId);
    if (paused === true) campaign.mustFeed = true;
    // The last one out: it may be that none is open any more.
    if (next === 'finished' && pool.inUse === 0) campaign.feedAtMs = 0;
    stir();
  });
  setHandler(
    pauseUpdate,
    () => {
      campaign.status = 'paused';
      stir();
      return { inFlight: pool.inUse };
    },
    { validator: () => allow(campaign, 'pause') },
  );
  setHandler(
    resumeUpdate,
    () => {
      campaign.status = 'running';
      campaign.mustFeed = true;
      stir();
    },
    { validator: () => allow(campaign, 'resume') },
  );
  setHandler(
    stopUpdate,
    () => {
      campaign.status = 'stopping';
      stir();
      return { inFlight: pool.inUse };
    },
    { validator: () => allow(campaign, 'stop') },
  );
  setHandler(
    changeSettingsUpdate,
    ({ lines }) => {
      pool.limit = lines;
      campaign.mustFeed = true;
      stir();
    },
    { validator: (_settings: { lines: number }) => allow(campaign, 'changeSettings') },
  );
}

/** @throws ApplicationFailure of type WrongState, which refuses the update. */
function allow({ status }: Campaign, action: CampaignAction): void {
  const reason = refusal(action, status);
  if (reason !== null) throw ApplicationFailure.nonRetryable(reason, WRONG_STATE);
}

function progressOf({ status, pool, feedAtMs }: Campaign): CampaignProgress {
  const nextOpeningAt =
    feedAtMs > Date.now() && Number.isFinite(feedAtMs) ? new Date(feedAtMs).toISOString() : null;
  return {
    status,
    lines: { limit: pool.limit, inUse: pool.inUse },
    wantingLine: pool.waiting,
    nextOpeningAt,
  };
}

/** What the Web UI shows of the running campaign. */
export function show(campaign: Campaign): void {
  const { status, pool, ready } = campaign;
  const { nextOpeningAt } = progressOf(campaign);
  setCurrentDetails(
    [
      `**${status}**`,
      `lines in use: ${pool.inUse} of ${pool.limit}`,
      `waiting for a line: ${pool.waiting}`,
      `ready to start: ${ready.length}`,
      ...(nextOpeningAt === null ? [] : [`next leads at ${nextOpeningAt}`]),
    ].join('  \n'),
  );
  const shown = workflowInfo().typedSearchAttributes.get(stateKey);
  if (shown !== status) upsertSearchAttributes([{ key: stateKey, value: status }]);
}
