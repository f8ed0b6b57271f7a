// `npm run bench -- history`: the cost of a lead in Temporal, counted in the histories of a real run.
import { campaignWorkflowId, leadWorkflowId } from '#domain/ids.ts';
import { importCampaign, leadIdsOf, runCampaign } from './shared/campaign.ts';
import { oneCallNumbers } from './shared/fictional-leads.ts';
import { costOfWorkflow, type HistoryCost, perLead, sumOfCosts } from './shared/histories.ts';
import { conclude, describeMachine, printTable, readOptions, say } from './shared/report.ts';
import { createDatabase, startBenchTemporal, startProduct } from './shared/rig.ts';
import { significant } from './shared/statistics.ts';

/** Ten lines and twenty dials a second: calls end one by one, as in real life. */
const DEFAULTS = { leads: 200, lines: 10, rate: 20, speed: 100 };

async function main(): Promise<void> {
  const { sizes, jsonFile } = readOptions(DEFAULTS);
  const { leads, lines, rate, speed } = sizes;
  const database = await createDatabase();
  const temporal = await startBenchTemporal();
  const product = await startProduct({
    databaseUrl: database.url,
    temporalAddress: temporal.address,
    speed,
  });
  try {
    const parts = { product, database, temporal };
    const numbers = oneCallNumbers().slice(0, leads);
    const { campaignId } = await importCampaign(parts, { numbers, lines, callsPerSecond: rate });
    say(`running ${numbers.length} leads on ${lines} lines`);
    await runCampaign(parts, campaignId);
    const own: HistoryCost[] = [];
    for (const id of await leadIdsOf(parts, campaignId)) {
      own.push(await costOfWorkflow(temporal.client, leadWorkflowId(id)));
    }
    const campaign = await costOfWorkflow(temporal.client, campaignWorkflowId(campaignId));
    report({ own, campaign, jsonFile, context: { sizes, temporal: temporal.version } });
  } finally {
    await product.stop();
    await temporal.stop();
    await database.drop();
  }
}

function report(found: {
  own: readonly HistoryCost[];
  campaign: HistoryCost;
  jsonFile: string | null;
  context: Record<string, unknown>;
}): void {
  const { own, campaign } = found;
  const leads = own.length;
  const all = sumOfCosts(own);
  const shares = {
    ownEvents: all.events / leads,
    ownActions: all.actions / leads,
    campaignEvents: campaign.events / leads,
    campaignActions: campaign.actions / leads,
  };
  const value = shares.ownActions + shares.campaignActions;
  printTable('A lead reached in one call', [
    ['', 'events', 'actions'],
    ["the lead's own history", shares.ownEvents, shares.ownActions],
    ["its share of the campaign's", shares.campaignEvents, shares.campaignActions],
    ['together', shares.ownEvents + shares.campaignEvents, value],
  ]);
  byType("The lead's own history, a lead", all, leads);
  byType("The campaign's history, a lead", campaign, leads);
  conclude(
    {
      name: 'history',
      value,
      unit: 'billed actions per lead',
      samples: [value],
      context: {
        ...found.context,
        machine: describeMachine(),
        leads,
        ...Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, significant(share)])),
        ownActionsFewest: Math.min(...own.map(({ actions }) => actions)),
        ownActionsMost: Math.max(...own.map(({ actions }) => actions)),
        campaignRuns: campaign.runs,
        lead: { eventsByType: perLead(all.byType, leads), actionsByType: perLead(all.actionsByType, leads) },
        campaign: {
          eventsByType: perLead(campaign.byType, leads),
          actionsByType: perLead(campaign.actionsByType, leads),
        },
      },
    },
    found.jsonFile,
  );
}

function byType(title: string, cost: HistoryCost, leads: number): void {
  const actions = perLead(cost.actionsByType, leads);
  const rows = Object.entries(perLead(cost.byType, leads));
  printTable(title, [
    ['event', 'events', 'actions'],
    ...rows.map(([type, count]) => [type, count, actions[type] ?? 0]),
  ]);
}

await main();
