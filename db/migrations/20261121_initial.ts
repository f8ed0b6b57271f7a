import { type Kysely, sql } from 'kysely';

/** The first schema. Frozen: later changes are migrations of their own. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [campaigns, leads, gate, calls, totals, events, access]) {
    await sql.raw(statement).execute(db);
  }
}

const campaigns = `
create table workspace (
  id int primary key default 1 check (id = 1),
  lines int not null default 100 check (lines > 0),
  time_zone text not null default 'UTC'
);
insert into workspace default values;

create table campaigns (
  id uuid primary key,
  name text not null,
  status text not null default 'draft'
    check (status in ('draft', 'scheduled', 'running', 'paused', 'completed', 'stopped')),
  agent_id text not null,
  phone_number_ids text[] not null,
  settings_version int not null,
  start_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  paused_at timestamptz,
  pause_reason text,
  archived_at timestamptz,
  next_pace_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index campaigns_listed on campaigns (id desc) where archived_at is null;
create index campaigns_active on campaigns (status) where status in ('scheduled', 'running', 'paused', 'stopped');

create table campaign_settings (
  campaign_id uuid not null references campaigns on delete cascade,
  version int not null,
  settings jsonb not null,
  created_at timestamptz not null default now(),
  primary key (campaign_id, version)
);`;

const leads = `
create table contacts (
  phone text primary key,
  created_at timestamptz not null default now()
);

create table leads (
  id uuid primary key,
  campaign_id uuid not null references campaigns on delete cascade,
  phone text not null references contacts,
  name text,
  email text,
  country text,
  region text,
  postal_code text,
  time_zone text,
  consent text,
  zones text[] not null,
  variables jsonb not null,
  state text not null default 'waiting'
    check (state in ('waiting', 'queued', 'calling', 'backing_off', 'finished')),
  not_before timestamptz not null default now(),
  hold_rule text,
  hold_detail text,
  attempts_used int not null default 0,
  last_reach text,
  disposition text,
  converted boolean not null default false,
  score int check (score between 0 and 100),
  score_parts jsonb,
  outcome text,
  outcome_detail text,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (campaign_id, phone),
  check ((state = 'finished') = (outcome is not null))
);
create index leads_feed on leads (campaign_id, not_before, id) where state = 'waiting';
create index leads_listed on leads (campaign_id, id);
create index leads_by_state on leads (campaign_id, state, id);
create index leads_by_phone on leads (phone);
create index leads_open on leads (updated_at) where state in ('queued', 'calling', 'backing_off');`;

const gate = `
create table opt_outs (
  phone text primary key references contacts,
  reason text not null,
  source text not null,
  created_at timestamptz not null default clock_timestamp()
);

create table decisions (
  id bigint generated always as identity primary key,
  attempt_id text not null,
  campaign_id uuid references campaigns on delete cascade,
  lead_id uuid references leads on delete cascade,
  phone text not null,
  verdict text not null check (verdict in ('go', 'wait', 'never')),
  rule text,
  detail text,
  until timestamptz,
  rules_version text not null,
  settings_version int,
  facts jsonb not null,
  decided_at timestamptz not null default clock_timestamp()
);
create unique index decisions_one_go on decisions (attempt_id) where verdict = 'go';
create index decisions_by_lead on decisions (lead_id, id);

create table attention (
  id bigint generated always as identity primary key,
  kind text not null,
  subject text not null,
  campaign_id uuid references campaigns on delete cascade,
  lead_id uuid references leads on delete cascade,
  detail text not null,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  settlement text
);
create unique index attention_open on attention (kind, subject) where settled_at is null;`;

const calls = `
create table calls (
  id text primary key,
  campaign_id uuid references campaigns on delete cascade,
  lead_id uuid references leads on delete cascade,
  direction text not null default 'outbound' check (direction in ('outbound', 'inbound')),
  attempt int not null,
  phone text not null references contacts,
  agent_id text not null,
  phone_number_id text,
  from_number text,
  conversation_id text unique,
  call_sid text,
  status text not null default 'dialling'
    check (status in ('dialling', 'ringing', 'in_progress', 'ended')),
  reach text check (reach in
    ('answered', 'voicemail', 'no_answer', 'busy', 'failed', 'not_placed', 'unknown')),
  disposition text,
  converted boolean not null default false,
  converted_by text,
  conversion_reason jsonb,
  score int check (score between 0 and 100),
  score_parts jsonb,
  source text,
  verdict text,
  started_at timestamptz not null,
  answered_at timestamptz,
  ended_at timestamptz,
  talk_seconds int,
  cost_cents numeric(12, 4),
  summary text,
  termination_reason text,
  failure text,
  notes text,
  deadline_at timestamptz not null,
  concluded_at timestamptz,
  next_step jsonb,
  settings_version int,
  decision_id bigint references decisions,
  day date not null,
  unique (lead_id, attempt),
  check ((status = 'ended') = (reach is not null))
);
create index calls_by_campaign on calls (campaign_id, started_at desc, id desc);
create index calls_by_phone on calls (phone, started_at desc);
create index calls_by_start on calls (started_at desc, id desc);
create index calls_live on calls (campaign_id) where status <> 'ended';
create index calls_alive on calls (phone) include (campaign_id, deadline_at)
  where status <> 'ended' or reach = 'unknown';
create index calls_open on calls (deadline_at) where concluded_at is null;
create index calls_by_sid on calls (call_sid) where call_sid is not null;

create table call_details (
  call_id text primary key references calls on delete cascade,
  transcript jsonb,
  analysis jsonb,
  raw jsonb,
  updated_at timestamptz not null default now()
);`;

const sums = [
  'calls',
  'answered',
  'voicemail',
  'no_answer',
  'busy',
  'failed',
  'not_placed',
  'unknown',
  'success',
  'failure',
  'verdict_unknown',
  'conversions',
  'talks',
  'talk_seconds',
  'cost_cents',
];

/** A row's share in each sum, in the order above; `sign` is 1 or -1. */
const shares = (row: 'new' | 'old', sign: 1 | -1) =>
  [
    '1',
    ...['answered', 'voicemail', 'no_answer', 'busy', 'failed', 'not_placed', 'unknown'].map(
      (reach) => `coalesce((${row}.reach = '${reach}')::int, 0)`,
    ),
    ...['success', 'failure', 'unknown'].map(
      (verdict) => `coalesce((${row}.verdict = '${verdict}')::int, 0)`,
    ),
    `${row}.converted::int`,
    `(${row}.talk_seconds is not null)::int`,
    `coalesce(${row}.talk_seconds, 0)`,
    `coalesce(${row}.cost_cents, 0)`,
  ]
    .map((share) => `${sign} * ${share}`)
    .join(', ');

const addShares = (row: 'new' | 'old', sign: 1 | -1) => `
    if ${row}.campaign_id is not null then
      insert into call_totals as t (campaign_id, day, ${sums.join(', ')})
      values (${row}.campaign_id, ${row}.day, ${shares(row, sign)})
      on conflict (campaign_id, day) do update set
        ${sums.map((sum) => `${sum} = t.${sum} + excluded.${sum}`).join(', ')};
    end if;`;

const totals = `
create table call_totals (
  campaign_id uuid not null references campaigns on delete cascade,
  day date not null,
  ${sums.map((sum) => `${sum} ${sum === 'cost_cents' ? 'numeric(16, 4)' : 'bigint'} not null default 0`).join(',\n  ')},
  primary key (campaign_id, day)
);

create function keep_call_totals() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if (old.campaign_id, old.day, old.reach, old.verdict, old.converted, old.talk_seconds, old.cost_cents)
       is not distinct from
       (new.campaign_id, new.day, new.reach, new.verdict, new.converted, new.talk_seconds, new.cost_cents)
    then
      return null;
    end if;
  end if;
  if tg_op <> 'INSERT' then ${addShares('old', -1)}
  end if;
  if tg_op <> 'DELETE' then ${addShares('new', 1)}
  end if;
  return null;
end $$;

create trigger calls_keep_totals after insert or update on calls
  for each row execute function keep_call_totals();`;

const events = `
create table events (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  campaign_id uuid,
  lead_id uuid,
  call_id text,
  type text not null,
  data jsonb not null default '{}'
);
create index events_by_campaign on events (campaign_id, id);
create index events_by_lead on events (lead_id, id);

create table webhook_events (
  id bigint generated always as identity primary key,
  provider text not null,
  dedup_key text not null,
  type text not null,
  conversation_id text,
  call_id text references calls on delete set null,
  payload jsonb not null,
  deliveries int not null default 1,
  received_at timestamptz not null default now(),
  merged_at timestamptz,
  signalled_at timestamptz,
  unique (provider, dedup_key)
);
create index webhook_events_unmerged on webhook_events (conversation_id) where merged_at is null;
create index webhook_events_unsignalled on webhook_events (received_at)
  where merged_at is not null and signalled_at is null;`;

const access = `
create table api_keys (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'admin')),
  key_hash text not null unique,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  subject text not null,
  data jsonb not null default '{}'
);

create table idempotency_keys (
  key text not null,
  actor text not null,
  route text not null,
  request_hash text not null,
  status int,
  response jsonb,
  created_at timestamptz not null default now(),
  primary key (actor, route, key)
);
create index idempotency_keys_old on idempotency_keys (created_at);`;
