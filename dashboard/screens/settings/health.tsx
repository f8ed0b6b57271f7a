import { HttpError } from '@oazapfts/runtime';
import { useQuery } from '@tanstack/react-query';
import {
  AudioLines,
  Check,
  CircleAlert,
  Database,
  ExternalLink,
  MessageSquare,
  RefreshCw,
  Waypoints,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { type Ready, readReady } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { ApiProblem } from '../../client/problem.ts';
import { Time } from '../../format/time.tsx';
import { useMe } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button, buttonStyle } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/states.tsx';

/** An unhealthy part is a valid answer here, not a failure. */
async function readHealth(signal: AbortSignal): Promise<Ready> {
  const plain: typeof fetch = (input, init) => fetch(input, { ...init, signal });
  try {
    return await readReady({ fetch: plain });
  } catch (error) {
    if (error instanceof HttpError && error.status === 503) return error.data as Ready;
    throw ApiProblem.unreachable();
  }
}

/** Whether every part of the product is healthy, and which parts are real. */
export function Health() {
  const me = useMe();
  const query = useQuery({
    queryKey: keys.ready,
    queryFn: ({ signal }) => readHealth(signal),
    staleTime: 0,
    retry: false,
  });
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <Button icon={<RefreshCw />} busy={query.isFetching} onClick={() => void query.refetch()}>
          Look again
        </Button>
        {query.dataUpdatedAt > 0 && (
          <span className="text-muted">
            Looked at <Time iso={new Date(query.dataUpdatedAt).toISOString()} />
          </span>
        )}
        {me.temporal !== null && (
          <a
            href={me.temporal.webUrl}
            target="_blank"
            rel="noreferrer"
            className={`${buttonStyle()} ml-auto`}
          >
            <ExternalLink aria-hidden />
            Temporal Web UI
          </a>
        )}
      </div>
      <Loaded query={query}>{(ready) => <Parts ready={ready} />}</Loaded>
    </div>
  );
}

function Parts({ ready }: { ready: Ready }) {
  const me = useMe();
  return (
    <ul className="grid gap-3 md:grid-cols-2">
      <Part
        icon={<Database />}
        name="Database"
        state={ready.database}
        real="PostgreSQL"
        needed="Everything is kept here. Without it nothing can be read or dialled."
      />
      <Part
        icon={<Waypoints />}
        name="Temporal"
        state={ready.temporal}
        real={me.temporal === null ? 'A real server' : `A real server, namespace ${me.temporal.namespace}`}
        needed="It runs campaigns. Without it they stand still, and go on where they were when it is back."
      />
      <Part
        icon={<AudioLines />}
        name="Voice provider"
        state={ready.provider}
        real={me.simulated ? null : 'ElevenLabs'}
        needed="It places the calls and speaks. Without it no call is placed; no lead loses an attempt."
      />
      <Part
        icon={<MessageSquare />}
        name="Texts"
        state={me.texting ? 'ok' : 'not configured'}
        real={me.simulated ? null : 'Twilio'}
        well="Configured"
        optional
        needed="Without it texts are neither sent nor answered. TWILIO_PHONE_NUMBER configures it."
      />
    </ul>
  );
}

interface PartProps {
  icon: ReactNode;
  name: string;
  /** `ok`, or the reason. */
  state: string;
  /** Its description; null for a simulated one. */
  real: string | null;
  needed: string;
  /** Text for a healthy part. */
  well?: string;
  optional?: boolean;
}

function Part({ icon, name, state, real, needed, well = 'Answers', optional = false }: PartProps) {
  const isWell = state === 'ok';
  return (
    <li>
      <Card
        className="h-full"
        title={
          <span className="flex items-center gap-2 [&_svg]:size-4 [&_svg]:text-muted">
            <span aria-hidden>{icon}</span>
            {name}
          </span>
        }
        actions={
          isWell ? (
            <Badge tone="good" icon={<Check />}>
              {well}
            </Badge>
          ) : (
            <Badge tone={optional ? 'muted' : 'bad'} icon={<CircleAlert />}>
              {state}
            </Badge>
          )
        }
      >
        <p className="text-muted">{needed}</p>
        <p className="mt-2">
          {real ?? <Badge tone="info">Simulated: nothing rings, nobody is texted</Badge>}
        </p>
      </Card>
    </li>
  );
}
