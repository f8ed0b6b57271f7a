import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import {
  attributeCall,
  type Call,
  type CallDetail,
  type FoundLead,
  readCall,
} from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { messageOf } from '../../client/problem.ts';
import { CallBadge } from '../../format/labels.tsx';
import { formatSeconds } from '../../format/numbers.ts';
import { formatPhone } from '../../format/phone.ts';
import { Time } from '../../format/time.tsx';
import { numberOf } from '../../live-call/party.ts';
import { useMay } from '../../session/session.tsx';
import { Button, buttonStyle } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { Loaded } from '../../ui/states.tsx';
import { toastDone } from '../../ui/toast.tsx';
import { LeadFinder } from './lead-finder.tsx';

/** Enough turns to recognise the speaker. */
const TURNS_SHOWN = 6;

/** One call, and the choice of its lead. */
export function Attribute({ callId, onClose }: { callId: string | null; onClose: () => void }) {
  // The call stays while the dialog fades out.
  const [shown, setShown] = useState(callId);
  if (callId !== null && callId !== shown) setShown(callId);
  const query = useQuery({
    queryKey: keys.call(shown ?? ''),
    queryFn: () => readCall(shown ?? ''),
    enabled: shown !== null,
  });
  return (
    <Dialog
      open={callId !== null}
      onOpenChange={(open) => !open && onClose()}
      title="Whose call was this?"
      className="w-[min(40rem,calc(100vw-1.5rem))]"
    >
      <Loaded query={query}>
        {(call) => (
          <>
            <About call={call} />
            <Choice key={call.id} call={call} onDone={onClose} />
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

function About({ call }: { call: CallDetail }) {
  const turns = (call.transcript ?? []).slice(0, TURNS_SHOWN);
  return (
    <div className="grid gap-2 rounded-lg border bg-raised/50 p-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-semibold">{numberOf(call)}</span>
        <CallBadge call={call} />
        <span className="text-muted">
          {call.direction === 'inbound' ? 'called in' : 'was called'} <Time iso={call.startedAt} />
          {call.talkSeconds !== null && ` · ${formatSeconds(call.talkSeconds)}`}
        </span>
        <Link to="/calls/$callId" params={{ callId: call.id }} className={buttonStyle({ size: 'small' })}>
          Open the call
        </Link>
      </div>
      {call.summary !== null && <p className="wrap-anywhere">{call.summary}</p>}
      {turns.length > 0 && (
        <ul aria-label="How it began" className="grid gap-1 text-muted">
          {turns.map((turn, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: turns of an ended call keep their places.
            <li key={index} className="wrap-anywhere">
              <span className="font-medium text-ink">{turn.role === 'agent' ? 'Agent' : 'Caller'}:</span>{' '}
              {turn.text}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Choice({ call, onDone }: { call: CallDetail; onDone: () => void }) {
  const client = useQueryClient();
  const { operate } = useMay();
  const phone = phoneOf(call);
  const [lead, setLead] = useState<FoundLead | null>(null);
  const [remember, setRemember] = useState(phone !== null);
  const giving = useMutation({
    mutationFn: (leadId: string) => attributeCall(call.id, { leadId, remember }),
    onSuccess: () => {
      for (const queryKey of [['calls'], keys.call(call.id)]) void client.invalidateQueries({ queryKey });
      toastDone(
        `It is ${nameOf(lead)}’s call now`,
        remember && phone !== null
          ? `${formatPhone(phone)} is remembered: later calls and texts, and other calls without a lead, follow.`
          : undefined,
      );
      onDone();
    },
  });
  if (call.leadId !== null) return <p className="text-muted">This call has its lead already.</p>;
  if (!operate) return <p className="text-muted">To say whose it was needs a key with the role operator.</p>;
  return (
    <div className="grid gap-4">
      <LeadFinder chosen={lead} onChoose={setLead} />
      {phone !== null && (
        <Checkbox
          label={`Remember ${formatPhone(phone)} as this person’s number`}
          checked={remember}
          onChange={({ target }) => setRemember(target.checked)}
        />
      )}
      {giving.error && (
        <p role="alert" className="text-bad">
          {messageOf(giving.error)}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button
          variant="primary"
          busy={giving.isPending}
          disabled={lead === null}
          onClick={() => lead !== null && giving.mutate(lead.id)}
        >
          {lead === null ? 'Choose a lead first' : `Give it to ${nameOf(lead)}`}
        </Button>
      </div>
    </div>
  );
}

function nameOf(lead: FoundLead | null): string {
  return lead === null ? '' : (lead.name ?? formatPhone(lead.phone));
}

function phoneOf(call: Call): string | null {
  return call.direction === 'inbound' ? call.from : call.to;
}
