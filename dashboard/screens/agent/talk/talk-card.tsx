import type { AgentDetail } from '../../../client/generated.ts';
import { useMay } from '../../../session/session.tsx';
import { Card } from '../../../ui/card.tsx';
import { cn } from '../../../ui/cn.ts';
import { NoPermission } from '../../../ui/states.tsx';
import { Aftermath } from './aftermath.tsx';
import { TalkForm } from './form.tsx';
import { LivePanel } from './live-panel.tsx';
import { useTalk } from './use-talk.ts';

/** The setup of a talk, the talk itself, and its result. */
export function TalkCard({ agent }: { agent: AgentDetail }) {
  const { operate } = useMay();
  const talk = useTalk(agent.agentId);
  const { phase, session } = talk.state;
  const isShown = phase === 'live' || phase === 'over';
  return (
    <Card
      id="talk"
      title={`Talk to ${agent.name}`}
      className={cn('scroll-mt-20', isShown && 'xl:sticky xl:top-20')}
    >
      {!operate ? (
        <NoPermission>A talk costs money at the provider: it takes an operator's key.</NoPermission>
      ) : (
        <>
          {/* Stays mounted during the talk, so that the next one can reuse the setup. */}
          <div hidden={isShown}>
            <TalkForm agent={agent} talk={talk} />
          </div>
          {isShown && <LivePanel talk={talk} agentName={agent.name} />}
          {phase === 'over' && session !== null && <Aftermath agent={agent} talk={talk} session={session} />}
        </>
      )}
    </Card>
  );
}
