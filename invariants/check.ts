import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Db } from '#db/client.ts';
import type { LedgerSnapshot } from '#simulator/ledger.ts';
import { judge, type Verdict } from './judge.ts';
import { readSnapshot } from './read-snapshot.ts';
import { missingWorkflows, workflowDisagreements } from './workflow-standing.ts';

const CATCH_UP_MS = 15_000;
const LOOK_AGAIN_MS = 300;

export interface InvariantsInput {
  db: Db;
  /** Read when the last call has ended: it is compared as it is. */
  ledger: LedgerSnapshot;
  temporal: Client;
  /** Judges these alone; without them, every campaign of the database. */
  campaignIds?: readonly string[];
  /** By campaign, how many leads its imports answered for as accepted. */
  imported?: Readonly<Record<string, number>>;
  /** `DIAL_TIMEOUT_SECONDS` of the workers, in milliseconds; 30,000 when left out. */
  dialTimeoutMs?: number;
  /** How long Temporal's listing is given to catch up, in milliseconds; 15,000 when left out. */
  catchUpMs?: number;
}

/**
 * Judges a run from outside, by the phone network's ledger, the database and Temporal. Temporal's listing trails what
 * happened: it is read again, for a while, until it says what the database says.
 *
 * @throws Error when the database or Temporal cannot be read.
 */
export async function checkInvariants(input: InvariantsInput): Promise<Verdict> {
  const giveUpAtMs = Date.now() + (input.catchUpMs ?? CATCH_UP_MS);
  for (;;) {
    const snapshot = await readSnapshot(input);
    const agrees = isEmpty(workflowDisagreements(snapshot)) && isEmpty(missingWorkflows(snapshot));
    if (agrees || Date.now() >= giveUpAtMs) return judge(snapshot);
    await delay(LOOK_AGAIN_MS);
  }
}

function isEmpty(violations: Iterator<string>): boolean {
  return violations.next().done === true;
}
