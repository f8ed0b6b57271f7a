/**
 * Lets this process's dials of a campaign come to the gate one by one at the campaign's pace, instead of all at
 * once. The gate itself keeps the pace; this only spares it the crowd.
 */
export function createPacer() {
  const nextSlots = new Map<string, number>();
  return {
    /** The instant of the caller's turn, in ms: not before `earliestMs`, and one interval after the last one. */
    reserve(campaignId: string, earliestMs: number, intervalMs: number): number {
      const slot = Math.max(earliestMs, nextSlots.get(campaignId) ?? 0);
      nextSlots.set(campaignId, slot + intervalMs);
      return slot;
    },
    /** Forgets turns that will not be taken: called when a caller gives up its turn. */
    reset(campaignId: string): void {
      nextSlots.delete(campaignId);
    },
  };
}
