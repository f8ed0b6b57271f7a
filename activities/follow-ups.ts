import type { Context } from '#services/context.ts';
import {
  abandonFollowUp,
  type FollowUpRef,
  performFollowUp,
  readFollowUp,
} from '#services/follow-ups/perform.ts';

/** What a follow-up's workflow asks for. */
export function createFollowUpActivities(context: Context) {
  return {
    readFollowUp: (followUp: FollowUpRef) => readFollowUp(context, followUp),
    performFollowUp: (followUp: FollowUpRef) => performFollowUp(context, followUp),
    abandonFollowUp: (followUp: FollowUpRef) => abandonFollowUp(context, followUp),
  };
}
