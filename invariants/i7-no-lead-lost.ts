import { inScope, isOver, type Snapshot, type SnapshotLead } from './snapshot.ts';
import { missingWorkflows } from './workflow-standing.ts';

/**
 * I7: no lead is lost. Each one is finished with an outcome, waits with a time in a campaign that will
 * continue, or has an open workflow; and there are as many as the import accepted.
 */
export function* noLeadLost(snapshot: Snapshot): Generator<string> {
  const byCampaign = Map.groupBy(snapshot.leads, ({ campaignId }) => campaignId);
  for (const campaign of snapshot.campaigns) {
    if (!inScope(snapshot, campaign.id)) continue;
    const leads = byCampaign.get(campaign.id) ?? [];
    if (campaign.imported !== null && campaign.imported !== leads.length) {
      yield `campaign ${campaign.id} took ${campaign.imported} leads and has ${leads.length}`;
    }
    const over = isOver(campaign);
    for (const lead of leads) {
      const problem = stranded(lead);
      if (problem !== null) yield `lead ${lead.id} ${problem}`;
      else if (over && lead.state !== 'finished') {
        yield `lead ${lead.id} is ${lead.state} though its campaign is ${campaign.status}`;
      }
    }
  }
  yield* missingWorkflows(snapshot);
}

function stranded({ state, outcome, notBeforeMs }: SnapshotLead): string | null {
  switch (state) {
    case 'finished':
      return outcome === null ? 'is finished without an outcome' : null;
    case 'waiting':
    case 'backing_off':
      return notBeforeMs === null ? `is ${state} without a time` : null;
    case 'queued':
    case 'calling':
      return null;
  }
}
