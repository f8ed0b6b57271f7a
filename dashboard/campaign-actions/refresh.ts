import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../client/keys.ts';

/** Refetches what a campaign's change affects; the stream would do so a moment later. */
export function refreshCampaign(client: QueryClient, id: string): void {
  for (const queryKey of [['campaigns'], keys.campaign(id), keys.progress(id)])
    void client.invalidateQueries({ queryKey });
}
