import type pg from 'pg';
import { openDatabase } from '#db/client.ts';
import { rebuildTotals } from '#db/queries/totals.ts';
import { DEFAULT_SETTINGS } from '#domain/settings.ts';

/** Leads per call, campaigns, and the days over which calls are spread. */
const LEADS_PER_CALL = 0.4;
export const CAMPAIGNS = 20;
const DAYS = 90;

/** Readable ids in order of creation, like real ones. */
export const idOf = {
  campaign: (number: number) => idText('ca00', number),
  lead: (number: number) => idText('1ead', number),
  endpoint: (number: number) => idText('e0d0', number),
  call: (lead: number, attempt: number) => `${idText('1ead', lead)}.${attempt}`,
};

function idText(kind: string, number: number): string {
  const hex = number.toString(16).padStart(8, '0');
  return `019a${hex.slice(0, 4)}-${hex.slice(4)}-7000-8000-${kind}00000000`;
}

/**
 * Fills a migrated, empty database with a workspace's past: `calls` calls over three months in twenty
 * campaigns, the first with a third of them, and related rows. The rows are the same every time. The
 * product's own repair counts the sums, and the statistics are those of the server's housekeeping.
 *
 * Numbers are fictional, nearly all of the unassigned country code 999. The user must be a superuser:
 * triggers and foreign keys are disabled, since the rows are consistent by construction.
 */
export async function fillDatabase(client: pg.Client, url: string, calls: number): Promise<void> {
  const sizes = { calls, leads: Math.ceil(calls * LEADS_PER_CALL) };
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(`
    select indexname as name, indexdef as definition from pg_indexes
    where schemaname = 'public' and indexname not in (select conname from pg_constraint)`);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  await client.query("set session_replication_role = replica; set maintenance_work_mem = '512MB'");
  for (const statement of [...people(sizes), ...past(sizes), ...traffic(sizes)])
    await client.query(statement);
  await client.query('set session_replication_role = origin');
  for (const { definition } of indexes) await client.query(definition);
  const db = openDatabase(url, { maxConnections: 2 });
  await rebuildTotals(db).finally(() => db.destroy());
  const { rows: tables } = await client.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  await client.query(`vacuum analyze ${tables.map(({ name }) => name).join(', ')}`);
}

interface Sizes {
  calls: number;
  leads: number;
}

/** SQL for the id of a number. */
const id = (kind: string, expression: string) =>
  `('019a' || lpad(to_hex((${expression})::int), 8, '0') || '70008000' || '${kind}00000000')::uuid`;

/** SQL that picks a word by a number. */
const oneOf = (words: readonly string[], expression: string) =>
  `(array['${words.join("','")}'])[1 + (${expression})::int % ${words.length}]`;

/** SQL for a lead's campaign: the first has three tenths of the leads, the others share the rest in order. */
const campaignOf = (lead: string, { leads }: Sizes) => {
  const first = Math.ceil(leads * 0.3);
  const each = Math.ceil((leads - first) / (CAMPAIGNS - 1));
  return `case when ${lead} < ${first} then 0 else 1 + (${lead} - ${first}) / ${each} end`;
};

/**
 * Three quarters as many contacts as leads. Digits are spread, so that a part of a number is not part of all.
 * A few numbers are reserved for fiction and valid to the API.
 */
const phoneOf = (lead: string, { leads }: Sizes) => {
  const contact = `(${lead} % ${Math.ceil(leads * 0.75)})`;
  return `case when ${contact} < 100 then '+12125550' || 100 + ${contact}
    else '+999' || lpad(((${contact}::bigint + 1) * 716151377 % 999999937)::text, 9, '0') end`;
};

const FIRST_NAMES = ['Ada', 'Bo', 'Cyra', 'Dario', 'Edda', 'Finn', 'Greta', 'Hugo', 'Ines', 'Jarl'];
const SYLLABLES = ['bar', 'cel', 'dun', 'fel', 'gor', 'hem', 'kil', 'lor', 'mon', 'nev'];
const ENDINGS = ['ton', 'wick', 'ley', 'by', 'ford', 'stead', 'mere', 'shaw', 'thorpe', 'hurst'];

const startOf = (call: string, { calls }: Sizes) =>
  `date_trunc('milliseconds', now() - interval '${DAYS} days' * (1 - (${call})::float8 / ${calls}))`;

function people(sizes: Sizes): string[] {
  const surname = `initcap(${oneOf(SYLLABLES, 'n / 10')} || ${oneOf(SYLLABLES, 'n / 100')} || ${oneOf(ENDINGS, 'n / 1000')})`;
  const settings = JSON.stringify(DEFAULT_SETTINGS).replaceAll("'", "''");
  return [
    `insert into campaigns (id, name, status, agent_id, phone_number_ids, settings_version, started_at, finished_at)
     select ${id('ca00', 'n')}, 'Campaign ' || n, 'completed', 'agent_a', '{number_a}', 1, now(), now()
     from generate_series(0, ${CAMPAIGNS - 1}) as n`,
    `insert into campaign_settings (campaign_id, version, settings) select id, 1, '${settings}' from campaigns`,
    `insert into contacts (phone) select ${phoneOf('n', sizes)} from generate_series(0, ${Math.ceil(sizes.leads * 0.75) - 1}) as n`,
    `insert into leads (id, campaign_id, phone, name, email, country, zones, variables, state, not_before, attempts_used,
       last_reach, disposition, outcome, finished_at, hold_rule)
     select ${id('1ead', 'n')}, ${id('ca00', campaignOf('n', sizes))}, ${phoneOf('n', sizes)},
       ${oneOf(FIRST_NAMES, 'n')} || ' ' || ${surname},
       case when n % 5 < 3 then 'person.' || n || '@example.com' end, 'US', '{America/Chicago}',
       jsonb_build_object('plan', ${oneOf(['starter', 'team', 'enterprise'], 'n')}),
       case n % 20 when 0 then 'waiting' when 1 then 'waiting' when 2 then 'backing_off' else 'finished' end,
       now() + interval '1 hour', n % 4, reach, case reach when 'answered' then 'none' end,
       case when n % 20 > 2 then case reach when 'answered' then 'answered' else 'attempts_spent' end end,
       case when n % 20 > 2 then now() end,
       case n % 20 when 0 then 'window' when 2 then 'retry' end
     from generate_series(0, ${sizes.leads - 1}) as n,
       lateral (select case when n % 20 > 1 then
         case when n % 5000 = 7 then 'failed' else ${oneOf(['answered', 'voicemail', 'no_answer', 'busy', 'answered'], 'n')} end
       end as reach) as last`,
    `insert into opt_outs (phone, reason, source)
     select phone, 'The person asked for it in a call.', 'call' from contacts tablesample bernoulli (2) repeatable (1)`,
  ];
}

/** Dials go through all leads in an order that mixes campaigns; one in fifty calls came from a stranger. */
function past(sizes: Sizes): string[] {
  const stranger = 'n % 50 = 49';
  const live = `n >= ${sizes.calls - 100}`;
  // A prime step visits every lead once before any twice.
  const lead = `((n % ${sizes.leads})::bigint * 7919 % ${sizes.leads})`;
  const attempt = `1 + n / ${sizes.leads}`;
  return [
    `insert into calls (id, campaign_id, lead_id, direction, attempt, phone, agent_id, phone_number_id, from_number,
       conversation_id, call_sid, status, reach, disposition, converted, source, verdict, started_at, answered_at,
       ended_at, talk_seconds, cost_cents, summary, deadline_at, concluded_at, decision_id, day, attributed_by)
     select case when ${stranger} then 'inbound.' || n else ${id('1ead', 'lead')}::text || '.' || ${attempt} end,
       case when not (${stranger}) then ${id('ca00', campaignOf('lead', sizes))} end,
       case when not (${stranger}) then ${id('1ead', 'lead')} end,
       case when ${stranger} then 'inbound' else 'outbound' end,
       case when not (${stranger}) then ${attempt} end,
       ${phoneOf('lead', sizes)}, ${oneOf(['agent_a', 'agent_b'], 'lead')}, 'number_a', '+99900000000',
       'conv_' || n, 'CA' || md5(n::text),
       case when ${live} then ${oneOf(['ringing', 'in_progress'], 'n')} else 'ended' end,
       reach, case reach when 'answered' then ${oneOf(['none', 'converted', 'qualified', 'not_interested'], 'n')} end,
       coalesce(reach = 'answered' and n % 4 = 1, false), 'webhook',
       case reach when 'answered' then ${oneOf(['success', 'failure'], 'n')} end,
       at, case reach when 'answered' then at + interval '8 seconds' end, at + interval '90 seconds',
       case reach when 'answered' then 30 + n % 200 end, 4.5 + n % 30,
       case reach when 'answered' then 'They talked about the offer and what it costs, and agreed on a next step.' end,
       at + interval '15 minutes', case when not (${live}) then at + interval '2 minutes' end,
       case when not (${stranger}) then n + 1 end, at::date, case when not (${stranger}) then 'dial' end
     from generate_series(0, ${sizes.calls - 1}) as n,
       lateral (select ${lead} as lead, ${startOf('n', sizes)} as at,
         case when ${live} then null when n % 1000 = 3 then 'unknown' else
           ${oneOf(['answered', 'voicemail', 'no_answer', 'answered', 'busy', 'no_answer', 'failed'], 'n / 3')}
         end as reach) as its`,
    `insert into call_details (call_id, transcript, analysis, quality)
     select id, jsonb_build_array(
         jsonb_build_object('role', 'agent', 'text', 'Hello, this is a call about your request.', 'atSeconds', 0),
         jsonb_build_object('role', 'user', 'text', 'Yes, tell me more about it.', 'atSeconds', 5)),
       '{"dataCollection": {}}',
       '{"firstAudioMs": 400, "responseMs": 800, "userTurns": 1, "agentTurns": 1, "interruptions": 0}'
     from calls where reach = 'answered'`,
    `insert into decisions (id, attempt_id, campaign_id, lead_id, phone, verdict, rules_version, settings_version, facts, decided_at)
     overriding system value
     select decision_id, id, campaign_id, lead_id, phone, 'go', '2026.1', 1, '{"zones": ["America/Chicago"]}', started_at
     from calls where decision_id is not null`,
    `insert into attention (kind, subject, campaign_id, lead_id, detail, created_at, settled_at)
     select 'unknown_call', id, campaign_id, lead_id, 'Nobody knows how it ended.', started_at,
       case when started_at < now() - interval '20 days' then now() end
     from calls where reach = 'unknown' order by started_at`,
  ];
}

function traffic(sizes: Sizes): string[] {
  const messages = Math.ceil(sizes.calls / 5);
  const sent = startOf(`n * 5`, sizes);
  return [
    `insert into messages (id, channel, direction, phone, lead_id, campaign_id, own_address, body, status, source, created_at)
     select ${id('5e55', 'n')}, 'sms', case when n % 10 = 4 then 'inbound' else 'outbound' end,
       ${phoneOf('n', sizes)}, ${id('1ead', 'n')}, ${id('ca00', campaignOf('n', sizes))}, '+99900000000',
       'Thank you for the talk. Here is what we spoke about.',
       case when n % 10 = 4 then 'received' when n % 5000 = 1 then 'failed' else 'delivered' end,
       case when n % 10 = 4 then 'contact' else 'follow_up' end, ${sent}
     from generate_series(0, ${messages - 1}) as n`,
    `insert into follow_ups (id, campaign_id, lead_id, call_id, rule_id, channel, rule, status, due_at, message_id, created_at, finished_at)
     select ${id('f0f0', 'n')}, campaign_id, lead_id, null, 'thanks', 'sms', '{}', 'done', created_at, id, created_at, created_at
     from (select *, row_number() over () as n from messages where source = 'follow_up' and id::text < '${idText('5e55', messages)}') as sent`,
    `insert into events (at, campaign_id, lead_id, call_id, message_id, type, data)
     select at, campaign_id, lead_id, call_id, message_id, type, data from (
       select started_at as at, campaign_id, lead_id, id as call_id, null::uuid as message_id, 'call.dialling' as type,
         jsonb_build_object('decisionId', decision_id) as data
       from calls
       union all select ended_at, campaign_id, lead_id, id, null, 'call.ended', '{}' from calls where status = 'ended'
       union all select created_at, campaign_id, lead_id, null, id, 'message.sent', '{}' from messages
     ) as happened order by at`,
    `insert into webhook_endpoints (id, url, event_types, secrets)
     select ${id('e0d0', 'n')}, 'https://crm.example.com/' || n, '{*}', '{whsec_}' from generate_series(0, 1) as n`,
    `insert into deliveries (id, endpoint_id, event_type, lead_id, status, attempts, workflow_started_at, created_at)
     select ${id('de11', 'n')}, ${id('e0d0', 'n % 2')}, 'call.ended', ${id('1ead', 'n')},
       case when n % 4000 < 2 then 'failed' when n > ${messages} - 40 then 'pending' else 'delivered' end, 1, now(), ${sent}
     from generate_series(0, ${messages - 1}) as n`,
  ];
}
