import { heartbeat, sleep } from '@temporalio/activity';

/** What use cases that run as activities take for their context: Temporal's own heartbeat and sleep. */
export const activityRunner = {
  heartbeat: () => heartbeat(),
  sleep: async (ms: number) => await sleep(ms),
};
