import { type Kysely, sql } from 'kysely';

/** Conversations that no campaign dialled, messages, follow-ups, outbound webhooks, and a log in commit order. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    calls,
    breakdowns,
    events,
    messages,
    followUps,
    outboundWebhooks,
    sync,
    sessions,
  ]) {
    await sql.raw(statement).execute(db);
  }
}

const calls = `
alter table calls
  alter column phone drop not null,
  alter column attempt drop not null,
  add column kind text not null default 'phone' check (kind in ('phone', 'browser')),
  add column attributed_by text
    check (attributed_by in ('dial', 'variables', 'call_sid', 'number', 'alias', 'person')),
  add column session_id uuid,
  add column has_audio boolean,
  add column sentiment text check (sentiment in ('positive', 'neutral', 'negative'));
update calls set attributed_by = 'dial' where lead_id is not null;
-- Totals are of a campaign's dials: calls that came in, and talks in the browser, are none.
drop trigger calls_keep_totals on calls;
create trigger calls_keep_totals after insert or update on calls
  for each row when (new.attempt is not null) execute function keep_call_totals();
create index calls_by_agent on calls (agent_id, started_at desc, id desc);
create index calls_by_lead on calls (lead_id, started_at desc, id desc) where lead_id is not null;
create index calls_unattributed on calls (started_at desc, id desc) where lead_id is null and kind = 'phone';

alter table call_details
  add column quality jsonb;

alter table leads add column replied_at timestamptz;

create table contact_aliases (
  phone text primary key,
  contact_phone text not null references contacts,
  lead_id uuid references leads on delete set null,
  created_by text not null,
  created_at timestamptz not null default now()
);`;

const breakdowns = `
create table call_breakdowns (
  campaign_id uuid not null references campaigns on delete cascade,
  day date not null,
  dimension text not null check (dimension in ('agent', 'attempt', 'direction', 'disposition')),
  value text not null,
  calls bigint not null default 0,
  answered bigint not null default 0,
  conversions bigint not null default 0,
  talks bigint not null default 0,
  talk_seconds bigint not null default 0,
  cost_cents numeric(16, 4) not null default 0,
  primary key (campaign_id, day, dimension, value)
);

-- What one call adds to each of its rows, or takes from them. All but direction are of dials.
create function call_shares(c calls, sign int) returns setof call_breakdowns language sql immutable as $$
  select c.campaign_id, c.day, share.dimension, share.value, sign::bigint,
    sign * coalesce((c.reach = 'answered')::int, 0)::bigint,
    sign * c.converted::int::bigint,
    sign * (c.talk_seconds is not null)::int::bigint,
    sign * coalesce(c.talk_seconds, 0)::bigint,
    sign * coalesce(c.cost_cents, 0)::numeric(16, 4)
  from (values
    ('agent', case when c.attempt is not null then c.agent_id end),
    ('attempt', c.attempt::text),
    ('direction', case when c.kind = 'phone' then c.direction end),
    ('disposition', case when c.attempt is not null then c.disposition end)
  ) as share (dimension, value)
  where c.campaign_id is not null and share.value is not null
$$;

create function keep_call_breakdowns() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if (old.campaign_id, old.day, old.attempt, old.kind, old.agent_id, old.direction, old.disposition, old.reach,
        old.converted, old.talk_seconds, old.cost_cents)
       is not distinct from
       (new.campaign_id, new.day, new.attempt, new.kind, new.agent_id, new.direction, new.disposition, new.reach,
        new.converted, new.talk_seconds, new.cost_cents)
    then
      return null;
    end if;
  end if;
  -- Before and after in one statement and always in the same order: no two calls wait for each other's rows.
  insert into call_breakdowns as kept
  select campaign_id, day, dimension, value, sum(calls), sum(answered), sum(conversions), sum(talks),
    sum(talk_seconds), sum(cost_cents)
  from (
    select * from call_shares(old, -1) where tg_op = 'UPDATE'
    union all
    select * from call_shares(new, 1)
  ) as shares
  group by campaign_id, day, dimension, value
  order by campaign_id, day, dimension, value
  on conflict (campaign_id, day, dimension, value) do update set
    calls = kept.calls + excluded.calls,
    answered = kept.answered + excluded.answered,
    conversions = kept.conversions + excluded.conversions,
    talks = kept.talks + excluded.talks,
    talk_seconds = kept.talk_seconds + excluded.talk_seconds,
    cost_cents = kept.cost_cents + excluded.cost_cents;
  return null;
end $$;

-- Named to come after the totals' own trigger, whose row the calls of a campaign's day take turns at.
create trigger calls_keep_totals_apart after insert or update on calls
  for each row execute function keep_call_breakdowns();

insert into call_breakdowns
select share.campaign_id, share.day, share.dimension, share.value, sum(share.calls), sum(share.answered),
  sum(share.conversions), sum(share.talks), sum(share.talk_seconds), sum(share.cost_cents)
from calls, lateral call_shares(calls, 1) as share
group by share.campaign_id, share.day, share.dimension, share.value;`;

const events = `
alter table events add column message_id uuid, add column follow_up_id uuid, add column delivery_id uuid;

create function order_events() returns trigger language plpgsql as $$
begin
  -- Held until the commit: numbers are given in the order in which transactions become visible, so that who
  -- has read up to a number has missed nothing below it.
  perform pg_advisory_xact_lock(723401);
  perform pg_notify('ringleader_events', '');
  return null;
end $$;
create trigger events_in_order before insert on events for each statement execute function order_events();
create index events_by_message on events (message_id) where message_id is not null;
create index events_by_time on events using brin (at);`;

const messages = `
create table messages (
  id uuid primary key,
  channel text not null check (channel in ('sms', 'email')),
  direction text not null check (direction in ('outbound', 'inbound')),
  phone text not null references contacts,
  lead_id uuid references leads on delete cascade,
  campaign_id uuid references campaigns on delete cascade,
  call_id text references calls on delete set null,
  follow_up_id uuid,
  in_reply_to uuid references messages on delete set null,
  own_address text,
  to_address text,
  subject text,
  body text not null,
  attachments jsonb not null default '[]',
  status text not null check (status in
    ('scheduled', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'refused', 'unknown', 'received')),
  segments int,
  encoding text check (encoding in ('GSM-7', 'UCS-2')),
  source text not null check (source in ('person', 'follow_up', 'auto_reply', 'agent', 'contact')),
  author text,
  provider_id text unique,
  error_code int,
  error text,
  not_before timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  updated_at timestamptz not null default now()
);
create index messages_listed on messages (created_at desc, id desc);
create index messages_by_lead on messages (lead_id, created_at desc, id desc) where lead_id is not null;
create index messages_by_phone on messages (phone, created_at desc, id desc);
create index messages_open on messages (updated_at) where status in ('scheduled', 'sending');`;

const followUps = `
create table follow_ups (
  id uuid primary key,
  campaign_id uuid not null references campaigns on delete cascade,
  lead_id uuid not null references leads on delete cascade,
  call_id text references calls on delete cascade,
  rule_id text not null,
  channel text not null check (channel in ('sms', 'email', 'webhook')),
  rule jsonb not null,
  status text not null default 'planned' check (status in ('planned', 'done', 'skipped', 'failed')),
  reason text,
  due_at timestamptz not null,
  message_id uuid references messages on delete set null,
  delivery_id uuid,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (call_id, rule_id)
);
create index follow_ups_by_lead on follow_ups (lead_id, created_at);
create index follow_ups_due on follow_ups (due_at) where status = 'planned';`;

const outboundWebhooks = `
create table webhook_endpoints (
  id uuid primary key,
  url text not null,
  description text,
  event_types text[] not null,
  campaign_id uuid references campaigns on delete cascade,
  secrets text[] not null,
  old_secrets_until timestamptz,
  failing_since timestamptz,
  disabled_at timestamptz,
  disabled_reason text,
  deleted_at timestamptz,
  created_at timestamptz not null default now()
);

create table deliveries (
  id uuid primary key,
  endpoint_id uuid not null references webhook_endpoints on delete cascade,
  event_id bigint references events,
  follow_up_id uuid references follow_ups on delete set null,
  event_type text not null,
  lead_id uuid references leads on delete cascade,
  payload jsonb,
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
  attempts int not null default 0,
  next_attempt_at timestamptz not null default now(),
  last_status int,
  last_error text,
  workflow_started_at timestamptz,
  delivered_at timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index deliveries_by_endpoint on deliveries (endpoint_id, created_at desc, id desc);
create index deliveries_by_event on deliveries (event_id) where event_id is not null;
create index deliveries_unstarted on deliveries (created_at) where status = 'pending' and workflow_started_at is null;
create index deliveries_pending on deliveries (next_attempt_at) where status = 'pending';

create table delivery_attempts (
  id bigint generated always as identity primary key,
  delivery_id uuid not null references deliveries on delete cascade,
  at timestamptz not null default clock_timestamp(),
  status int,
  error text,
  duration_ms int not null
);
create index delivery_attempts_by_delivery on delivery_attempts (delivery_id, id);`;

const sync = `
create table sync_runs (
  id uuid primary key,
  workflow_id text not null,
  since timestamptz not null,
  until timestamptz not null,
  cursor text,
  pages int not null default 0,
  seen int not null default 0,
  stored int not null default 0,
  attributed int not null default 0,
  unattributed int not null default 0,
  failed int not null default 0,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
create index sync_runs_latest on sync_runs (started_at desc);`;

const sessions = `
create table agent_sessions (
  id uuid primary key,
  agent_id text not null,
  label text,
  overrides jsonb not null default '{}',
  variables jsonb not null default '{}',
  lead_id uuid references leads on delete set null,
  conversation_id text unique,
  rating int check (rating between 1 and 5),
  spoken jsonb,
  actor text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index agent_sessions_by_label on agent_sessions (agent_id, label, created_at desc);
create index calls_by_session on calls (session_id) where session_id is not null;`;
