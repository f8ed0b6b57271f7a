import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerSnapshot } from '#simulator/ledger.ts';

const SETTLE_MS = 30_000;
const READ_EVERY_MS = 200;
/** A webhook unanswered for this long will not be answered. */
const WEBHOOK_MS = 10_000;

async function readLedger(simulatorUrl: string): Promise<LedgerSnapshot> {
  const response = await fetch(`${simulatorUrl}/_sim/ledger`, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`The simulator's ledger cannot be read (${response.status}).`);
  // The simulator is part of this repository, so its answer needs no validation.
  return (await response.json()) as LedgerSnapshot;
}

/** The ledger once every call has ended and its webhooks are answered or lost, or after half a minute. */
export async function readSettledLedger(simulatorUrl: string): Promise<LedgerSnapshot> {
  const giveUpAtMs = Date.now() + SETTLE_MS;
  for (;;) {
    const ledger = await readLedger(simulatorUrl);
    if (isSettled(ledger, Date.now()) || Date.now() > giveUpAtMs) return ledger;
    await delay(READ_EVERY_MS);
  }
}

/** Whether only a new dial could add to the ledger. */
export function isSettled(ledger: LedgerSnapshot, nowMs: number): boolean {
  return (
    ledger.liveCalls === 0 &&
    ledger.dials.every(
      ({ accepted, webhooks }) =>
        !accepted ||
        (webhooks.length > 0 &&
          webhooks.every(
            ({ status, fault, sentAt }) =>
              status !== null || fault === 'lost' || nowMs - Date.parse(sentAt) > WEBHOOK_MS,
          )),
    )
  );
}
