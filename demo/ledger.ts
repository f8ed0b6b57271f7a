import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerSnapshot } from '#simulator/ledger.ts';

const SETTLE_MS = 30_000;
const LOOK_EVERY_MS = 200;
/** A webhook that nobody has answered for so long will not be. */
const WEBHOOK_MS = 10_000;

/** The phone network's own account. */
async function readLedger(simulatorUrl: string): Promise<LedgerSnapshot> {
  const response = await fetch(`${simulatorUrl}/_sim/ledger`, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`The simulator's ledger cannot be read (${response.status}).`);
  // Its writer is part of this repository and has no other reader's shape to keep.
  return (await response.json()) as LedgerSnapshot;
}

/** The ledger once every call has ended and its webhooks are answered or lost; as it is after half a minute. */
export async function readSettledLedger(simulatorUrl: string): Promise<LedgerSnapshot> {
  const giveUpAtMs = Date.now() + SETTLE_MS;
  for (;;) {
    const ledger = await readLedger(simulatorUrl);
    if (isSettled(ledger, Date.now()) || Date.now() > giveUpAtMs) return ledger;
    await delay(LOOK_EVERY_MS);
  }
}

/** Whether nothing more will be added to the ledger unless somebody dials. */
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
