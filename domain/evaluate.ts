import type { Disposition, ProviderVerdict, Reach } from './call.ts';
import type { TranscriptTurn } from './conversation.ts';
import { type ConversionReason, findConversion } from './conversion.ts';
import { judgeDisposition } from './disposition.ts';
import { type Score, scoreCall } from './score.ts';
import type { CampaignSettings } from './settings.ts';

export interface EndedCall {
  reach: Reach;
  verdict: ProviderVerdict | null;
  talkSeconds: number | null;
  transcript: TranscriptTurn[];
  dataCollection: Record<string, unknown>;
  evaluation: Record<string, ProviderVerdict>;
  /** What a person marked; it outranks every rule. */
  marked: { converted: boolean; disposition: Disposition | null } | null;
}

export interface Evaluation {
  converted: boolean;
  reason: ConversionReason | null;
  /** Null unless the call was answered. */
  disposition: Disposition | null;
  score: Score;
}

/** What an ended call is worth under a campaign's rules. Only a call that a person answered can convert. */
export function evaluateCall(
  call: EndedCall,
  settings: Pick<CampaignSettings, 'conversion' | 'scoreWeights'>,
): Evaluation {
  const answered = call.reach === 'answered';
  const reason = answered && call.marked === null ? findConversion(settings.conversion, call) : null;
  const converted = call.marked?.converted ?? reason !== null;
  const judged = answered ? judgeDisposition({ ...call, converted }) : null;
  const score = scoreCall(
    {
      reach: call.reach,
      talkSeconds: call.talkSeconds,
      userTurns: call.transcript.filter(({ role }) => role === 'user').length,
      verdict: call.verdict,
      converted,
    },
    settings.scoreWeights,
  );
  return { converted, reason, disposition: call.marked?.disposition ?? judged, score };
}
