import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../client/keys.ts';

/** Reads anew what a campaign's change shows in; the stream tells the others, and us too, a moment later. */
export function refreshCampaign(client: QueryClient, id: string): void {
  for (const queryKey of [['campaigns'], keys.campaign(id), keys.progress(id)])
    void client.invalidateQueries({ queryKey });
}
