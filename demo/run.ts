import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { openDatabase } from '#db/client.ts';
import { checkInvariants } from '#invariants/check.ts';
import type { Verdict } from '#invariants/judge.ts';
import type { Stack } from '#launcher/stack.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { runChaos } from './chaos.ts';
import { placeInboundCalls } from './inbound-calls.ts';
import { readSettledLedger } from './ledger.ts';
import type { DemoOptions } from './options.ts';
import { makePeople, type Person, peopleCsv } from './people.ts';
import { buildResult, type DemoResult, readReceipts } from './result.ts';
import { campaignSettings, timeLimitMs } from './settings.ts';
import type { Display } from './terminal.ts';
import { type Ending, watchCampaign } from './watch.ts';

const MAX_KILLS = 15;

export interface DemoRun {
  campaignId: string;
  ending: Ending;
  result: DemoResult;
  verdict: Verdict;
}

/**
 * Runs one campaign from its CSV to the verdict on a running stack, and announces it before it starts. Null
 * when `signal` was aborted first.
 *
 * @throws ApiError when the API refuses a step.
 */
export async function runDemo(
  stack: Stack,
  options: DemoOptions,
  {
    folder,
    display,
    signal,
    announce,
  }: { folder: string; display: Display; signal: AbortSignal; announce: (campaignId: string) => void },
): Promise<DemoRun | null> {
  const startedAtMs = Date.now();
  const api = createApiClient({ url: stack.apiUrl, key: stack.apiKey });
  const people = makePeople({ count: options.leads, seed: options.seed });
  const campaign = await prepareCampaign(api, options, { people, folder, log: display.log });
  announce(campaign.id);
  await api.start(campaign.id);
  const ending = await watch(stack, options, { api, campaign, people, display, signal });
  display.end();
  if (ending === 'interrupted') return null;
  if (stack.simulatorUrl !== null) await placeInboundCalls(stack.simulatorUrl, people);
  const seconds = (Date.now() - startedAtMs) / 1_000;
  return { campaignId: campaign.id, ending, ...(await judgeRun(stack, options, { api, campaign, seconds })) };
}

interface PreparedCampaign {
  id: string;
  name: string;
  accepted: number;
}

async function prepareCampaign(
  api: ApiClient,
  options: DemoOptions,
  { people, folder, log }: { people: readonly Person[]; folder: string; log: (line: string) => void },
): Promise<PreparedCampaign> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'leads.csv');
  const csv = peopleCsv(people);
  writeFileSync(file, csv);
  const [agent] = await api.agents();
  if (agent === undefined) throw new Error('The provider has no agent.');
  const name = `Demo ${options.seed}`;
  const id = await api.createCampaign({
    name,
    agentId: agent.agentId,
    settings: campaignSettings(options),
  });
  const { rows, accepted, duplicates, rejected, errors } = await api.importLeads(id, csv);
  log(
    `imported ${file}: ${accepted} of ${rows} rows accepted, ${duplicates} duplicates, ${rejected} rejected`,
  );
  for (const { row, column, message } of errors) {
    log(`  row ${row}${column === null ? '' : `, ${column}`}: ${message}`);
  }
  return { id, name, accepted };
}

/** With chaos, the worker is killed meanwhile. */
async function watch(
  stack: Stack,
  options: DemoOptions,
  run: {
    api: ApiClient;
    campaign: PreparedCampaign;
    people: readonly Person[];
    display: Display;
    signal: AbortSignal;
  },
): Promise<Ending> {
  const { display } = run;
  const over = new AbortController();
  let kills = 0;
  const chaos = options.chaos
    ? runChaos({
        target: stack.services.worker,
        seed: options.seed,
        mostKills: MAX_KILLS,
        pause: (pauseMs) =>
          delay(pauseMs, true, { signal: AbortSignal.any([over.signal, run.signal]) }).catch(() => false),
        onKill: (count) => {
          kills = count;
          display.log(`killed the worker (${count} of at most ${MAX_KILLS})`);
        },
      })
    : null;
  try {
    return await watchCampaign({
      api: run.api,
      campaign: run.campaign,
      people: run.people,
      timeLimitMs: timeLimitMs(options),
      signal: run.signal,
      kills: () => (options.chaos ? kills : null),
      show: display.show,
    });
  } finally {
    over.abort();
    await chaos;
  }
}

async function judgeRun(
  stack: Stack,
  options: DemoOptions,
  { api, campaign, seconds }: { api: ApiClient; campaign: PreparedCampaign; seconds: number },
): Promise<{ result: DemoResult; verdict: Verdict }> {
  if (stack.simulatorUrl === null) throw new Error('The demo needs the simulated phone network.');
  const ledger = await readSettledLedger(stack.simulatorUrl);
  const db = openDatabase(stack.databaseUrl, { maxConnections: 2 });
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    const verdict = await checkInvariants({
      db,
      ledger,
      temporal: new Client({ connection, namespace: stack.temporalNamespace }),
      campaignIds: [campaign.id],
      imported: { [campaign.id]: campaign.accepted },
    });
    const result = buildResult({
      leads: campaign.accepted,
      seed: options.seed,
      seconds,
      metrics: await api.metrics(campaign.id),
      receipts: await readReceipts(db, campaign.id),
      ledger,
      verdict,
    });
    return { result, verdict };
  } finally {
    await connection.close();
    await db.destroy();
  }
}
