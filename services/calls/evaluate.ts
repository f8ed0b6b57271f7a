import type { Selectable } from 'kysely';
import type { Db, Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { settingsOf } from '#db/queries/settings.ts';
import type { CallDetailsTable, CallsTable } from '#db/schema/calls.ts';
import type { ProviderVerdict, Reach } from '#domain/call.ts';
import { type EndedCall, type Evaluation, evaluateCall } from '#domain/evaluate.ts';
import type { CampaignSettings } from '#domain/settings.ts';

type Call = Selectable<CallsTable>;
type Details = Pick<Selectable<CallDetailsTable>, 'transcript' | 'analysis'>;

/** What the agent collected and judged, as it is kept with the call. */
export function analysisOf(details: Pick<Details, 'analysis'> | undefined) {
  return {
    dataCollection: (details?.analysis?.dataCollection as Record<string, unknown> | undefined) ?? {},
    evaluation: (details?.analysis?.evaluation as Record<string, ProviderVerdict> | undefined) ?? {},
  };
}

/** What an ended call is worth under its campaign's rules; under the default ones without a campaign. Null before its end. */
export async function evaluateStored(db: Db | Tx, call: Call, details: Details): Promise<Evaluation | null> {
  if (call.reach === null) return null;
  const settings = await settingsOf(db, [call.campaign_id]);
  return evaluateUnder(settings(call.campaign_id), call, details);
}

/** As `evaluateStored`, under these settings. */
export function evaluateUnder(settings: CampaignSettings, call: Call, details: Details): Evaluation | null {
  if (call.reach === null) return null;
  const ended: EndedCall = {
    reach: call.reach,
    verdict: call.verdict,
    talkSeconds: call.talk_seconds,
    transcript: details.transcript ?? [],
    ...analysisOf(details),
    marked:
      call.converted_by === 'person' ? { converted: call.converted, disposition: call.disposition } : null,
  };
  return evaluateCall(ended, settings);
}

/** The columns that follow from an evaluation. */
export function evaluationColumns(call: Call, reach: Reach, evaluation: Evaluation) {
  const byPerson = call.converted_by === 'person';
  const reason = byPerson ? call.conversion_reason : evaluation.reason;
  return {
    converted: evaluation.converted,
    converted_by: byPerson ? call.converted_by : evaluation.converted ? ('rule' as const) : null,
    conversion_reason: reason === null ? null : toJson(reason),
    disposition: evaluation.disposition,
    // A call that nobody answered says nothing of the lead's worth.
    score: reach === 'answered' ? evaluation.score.total : null,
    score_parts: reach === 'answered' ? toJson(evaluation.score.parts) : null,
  };
}
