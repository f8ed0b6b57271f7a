import { Link } from '@tanstack/react-router';
import { ExternalLink, MessageSquarePlus, PhoneForwarded, PhoneOff, User, UserCheck } from 'lucide-react';
import { useState } from 'react';
import type { CallDetail } from '../../client/generated.ts';
import { ContextDialog } from '../../live-call/context-dialog.tsx';
import { EndCallConfirm } from '../../live-call/end-call.tsx';
import { TransferDialog } from '../../live-call/transfer-dialog.tsx';
import { useMay, useMe } from '../../session/session.tsx';
import { workflowUrl } from '../../session/temporal-link.ts';
import { Button, buttonStyle } from '../../ui/button.tsx';
import { Attribute } from '../unattributed/attribute.tsx';

/** Links and actions of a call. */
export function CallActions({ call }: { call: CallDetail }) {
  const { temporal } = useMe();
  const may = useMay();
  const workflow = workflowOf(call);
  return (
    <>
      {may.operate && <LiveActions call={call} />}
      {call.leadId === null && call.attempt === null && call.kind === 'phone' && may.operate && (
        <AttributeAction callId={call.id} />
      )}
      {call.leadId !== null && (
        <Link to="/leads/$leadId" params={{ leadId: call.leadId }} className={buttonStyle()}>
          <User aria-hidden /> Lead
        </Link>
      )}
      {temporal !== null && workflow !== null && (
        <a
          href={workflowUrl(temporal, workflow)}
          target="_blank"
          rel="noreferrer"
          className={buttonStyle({ variant: 'quiet' })}
        >
          <ExternalLink aria-hidden /> Workflow
        </a>
      )}
    </>
  );
}

/** The workflow that dialled it: the lead's, or a one-off call's own. An inbound call has none. */
function workflowOf({ id, leadId, attempt }: CallDetail): string | null {
  if (attempt === null) return null;
  return leadId === null ? `call/${id}` : `lead/${leadId}`;
}

function AttributeAction({ callId }: { callId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" icon={<UserCheck />} onClick={() => setOpen(true)}>
        Attribute
      </Button>
      <Attribute callId={open ? callId : null} onClose={() => setOpen(false)} />
    </>
  );
}

/** When the call ends, an open dialog stays and explains that it is over. */
function LiveActions({ call }: { call: CallDetail }) {
  const [doing, setDoing] = useState<'end' | 'context' | 'transfer' | null>(null);
  const close = () => setDoing(null);
  const subject = (what: typeof doing) => (doing === what ? call : null);
  return (
    <>
      {call.status !== 'ended' && (
        <>
          <Button icon={<MessageSquarePlus />} onClick={() => setDoing('context')}>
            Tell the agent
          </Button>
          <Button icon={<PhoneForwarded />} onClick={() => setDoing('transfer')}>
            Hand over
          </Button>
          <Button variant="danger" icon={<PhoneOff />} onClick={() => setDoing('end')}>
            End call
          </Button>
        </>
      )}
      <ContextDialog call={subject('context')} onClose={close} />
      <TransferDialog call={subject('transfer')} onClose={close} />
      <EndCallConfirm call={subject('end')} onClose={close} />
    </>
  );
}
