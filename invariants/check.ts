import { setTimeout as delay } from 'node:timers/promises';
import { judge, type Verdict } from './judge.ts';
import { type InvariantsInput, readSnapshot } from './read-snapshot.ts';
import { missingWorkflows, workflowDisagreements } from './workflow-standing.ts';

const CATCH_UP_MS = 15_000;
const READ_AGAIN_MS = 300;

/**
 * Judges a run from outside, by the phone network's ledger, the database and Temporal. Temporal's listing
 * lags behind, so it is read again for a while until it agrees with the database.
 *
 * @throws Error when the database or Temporal cannot be read.
 */
export async function checkInvariants(input: InvariantsInput): Promise<Verdict> {
  const giveUpAtMs = Date.now() + (input.catchUpMs ?? CATCH_UP_MS);
  for (;;) {
    const snapshot = await readSnapshot(input);
    const agrees = isEmpty(workflowDisagreements(snapshot)) && isEmpty(missingWorkflows(snapshot));
    if (agrees || Date.now() >= giveUpAtMs) return judge(snapshot);
    await delay(READ_AGAIN_MS);
  }
}

function isEmpty(violations: Iterator<string>): boolean {
  return violations.next().done === true;
}
