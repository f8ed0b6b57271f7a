import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { type Call, listAgents, listCampaigns, listLiveCalls } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { ContextDialog } from '../../live-call/context-dialog.tsx';
import { EndCallConfirm } from '../../live-call/end-call.tsx';
import { useMay } from '../../session/session.tsx';
import { buttonStyle } from '../../ui/button.tsx';
import { Empty, Failure, Skeleton } from '../../ui/states.tsx';
import { assignSlots, NO_SLOTS } from './slots.ts';
import { CallTile, FreePlace } from './tile.tsx';

const MAX_NAMES = 200;
const GRID = 'grid grid-cols-[repeat(auto-fill,minmax(min(19rem,100%),1fr))] gap-2';

/** The calls in flight, each in its place. */
export function Wall() {
  const calls = useQuery({ queryKey: keys.liveCalls, queryFn: () => listLiveCalls() });
  const { operate } = useMay();
  const nameOf = useNames();
  const [ending, setEnding] = useState<Call | null>(null);
  const [informing, setInforming] = useState<Call | null>(null);
  const [slots, setSlots] = useState(NO_SLOTS);
  const items = calls.data?.items;
  if (items !== undefined && items !== slots.of) setSlots(assignSlots(slots, items));
  if (items === undefined) {
    if (calls.error) return <Failure error={calls.error} onRetry={() => void calls.refetch()} />;
    return <LoadingWall />;
  }
  return (
    <>
      {slots.places.length === 0 ? (
        <NoCalls mayLaunch={operate} />
      ) : (
        <ul aria-label="Calls under way" className={GRID}>
          {slots.places.map((call, place) =>
            call === null ? (
              // A free place is identified by its position.
              // biome-ignore lint/suspicious/noArrayIndexKey: see above.
              <FreePlace key={`free-${place}`} />
            ) : (
              <CallTile
                key={call.id}
                call={call}
                campaign={call.campaignId === null ? 'No campaign' : nameOf(call.campaignId)}
                agent={nameOf(call.agentId)}
                mayOperate={operate}
                onEnd={setEnding}
                onContext={setInforming}
              />
            ),
          )}
        </ul>
      )}
      <EndCallConfirm call={ending} onClose={() => setEnding(null)} />
      <ContextDialog call={informing} onClose={() => setInforming(null)} />
    </>
  );
}

/** Names of campaigns and agents by id; an unknown id stands for itself. */
function useNames(): (id: string) => string {
  const campaigns = useQuery({
    queryKey: keys.campaigns({ limit: MAX_NAMES }),
    queryFn: () => listCampaigns({ limit: MAX_NAMES }),
  });
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  const names = useMemo(() => {
    const known = new Map<string, string>();
    for (const { id, name } of campaigns.data?.items ?? []) known.set(id, name);
    for (const { agentId, name } of agents.data?.items ?? []) known.set(agentId, name);
    return known;
  }, [campaigns.data, agents.data]);
  return useCallback((id) => names.get(id) ?? id, [names]);
}

function NoCalls({ mayLaunch }: { mayLaunch: boolean }) {
  return (
    <Empty
      title="No call is under way"
      action={
        mayLaunch && (
          <Link to="/launch" className={buttonStyle({ variant: 'primary' })}>
            Launch a campaign
          </Link>
        )
      }
    >
      Calls appear here the moment they are dialled. A running campaign says on its page why it is not
      dialling.
    </Empty>
  );
}

function LoadingWall() {
  return (
    <div role="status" className={GRID}>
      <span className="sr-only">Loading</span>
      {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
        <Skeleton key={key} className="h-21" />
      ))}
    </div>
  );
}
