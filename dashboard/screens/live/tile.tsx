import { Link } from '@tanstack/react-router';
import { MessageSquarePlus, PhoneOff } from 'lucide-react';
import { memo } from 'react';
import type { Call } from '../../client/generated.ts';
import { Elapsed } from '../../format/elapsed.tsx';
import { CallBadge } from '../../format/labels.tsx';
import { numberOf, partyOf } from '../../live-call/party.ts';
import { IconButton } from '../../ui/button.tsx';

/** A tile is laid out on its own, and not rendered while invisible. */
const PLACE = 'h-21 rounded-lg border [contain:strict] [content-visibility:auto]';

interface CallTileProps {
  call: Call;
  campaign: string;
  agent: string;
  mayOperate: boolean;
  onEnd: (call: Call) => void;
  onContext: (call: Call) => void;
}

/**
 * One call of the wall. Its cached row is replaced only when the call changes, and then only this tile
 * renders.
 */
export const CallTile = memo(function CallTile(props: CallTileProps) {
  const { call, campaign, agent, mayOperate, onEnd, onContext } = props;
  const who = partyOf(call);
  return (
    <li data-call={call.id} className={`${PLACE} bg-panel px-3 py-2`}>
      <div className="flex items-center gap-2">
        <Link
          to="/calls/$callId"
          params={{ callId: call.id }}
          className="min-w-0 flex-1 truncate font-medium hover:text-accent hover:underline"
        >
          {who}
        </Link>
        {/* Constant width, so that the text starts at the same place. */}
        <span className="w-20 shrink-0">
          <CallBadge call={call} />
        </span>
        <Elapsed since={call.answeredAt ?? call.startedAt} className="w-12 text-right font-mono text-xs" />
      </div>
      <div className="mt-1 flex items-center gap-1">
        <div className="min-w-0 flex-1 text-xs text-muted">
          <div className="truncate">
            {call.name === null ? '' : `${numberOf(call)} · `}
            {call.direction === 'inbound' ? 'Incoming' : attemptText(call)}
          </div>
          <div className="truncate">
            {campaign} · {agent}
          </div>
        </div>
        {mayOperate && (
          <>
            <IconButton
              label={`Tell the agent something in the call with ${who}`}
              icon={<MessageSquarePlus />}
              onClick={() => onContext(call)}
            />
            <IconButton
              label={`End the call with ${who}`}
              icon={<PhoneOff />}
              className="hover:text-bad"
              onClick={() => onEnd(call)}
            />
          </>
        )}
      </div>
    </li>
  );
});

/** A place without a call. */
export function FreePlace() {
  return (
    <li aria-hidden className={`${PLACE} grid place-items-center border-dashed text-xs text-muted`}>
      Line free
    </li>
  );
}

function attemptText({ attempt }: Call): string {
  return attempt === null ? 'No attempt of ours' : `Attempt ${attempt}`;
}
