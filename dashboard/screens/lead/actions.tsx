import { useQueryClient } from '@tanstack/react-query';
import { ExternalLink, Pencil, PhoneOutgoing, ShieldBan, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { addOptOut, callLeadNow, type Lead, type OptOut } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatPhone } from '../../format/phone.ts';
import { useMay, useMe } from '../../session/session.tsx';
import { workflowUrl } from '../../session/temporal-link.ts';
import { Button, buttonStyle } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { toastDone } from '../../ui/toast.tsx';
import { RemoveOptOut } from '../opt-outs/remove.tsx';
import { EditLead } from './edit.tsx';

export function LeadActions({
  lead,
  optOut,
  isKnown,
}: {
  lead: Lead;
  optOut: OptOut | null;
  /** Whether the opt-out has been fetched. */
  isKnown: boolean;
}) {
  const may = useMay();
  const { temporal } = useMe();
  const [doing, setDoing] = useState<'call' | 'edit' | 'optOut' | 'optIn' | null>(null);
  const close = () => setDoing(null);
  return (
    <>
      {may.operate && (
        <Button icon={<PhoneOutgoing />} onClick={() => setDoing('call')}>
          Call now
        </Button>
      )}
      {may.operate && (
        <Button icon={<Pencil />} onClick={() => setDoing('edit')}>
          Edit
        </Button>
      )}
      {may.operate && isKnown && optOut === null && (
        <Button variant="danger" icon={<ShieldBan />} onClick={() => setDoing('optOut')}>
          Opt out
        </Button>
      )}
      {may.administer && optOut !== null && (
        <Button icon={<ShieldCheck />} onClick={() => setDoing('optIn')}>
          Take back opt-out
        </Button>
      )}
      {temporal !== null && (
        <a
          href={workflowUrl(temporal, `lead/${lead.id}`)}
          target="_blank"
          rel="noreferrer"
          className={buttonStyle({ variant: 'quiet' })}
        >
          <ExternalLink aria-hidden /> Workflow
        </a>
      )}
      <CallNowConfirm lead={lead} open={doing === 'call'} onClose={close} />
      <EditLead lead={lead} open={doing === 'edit'} onClose={close} />
      <OptOutConfirm lead={lead} open={doing === 'optOut'} onClose={close} />
      <RemoveOptOut optOut={doing === 'optIn' ? optOut : null} onClose={close} />
    </>
  );
}

interface ConfirmProps {
  lead: Lead;
  open: boolean;
  onClose: () => void;
}

/** While any rule holds the call, the dialog stays open and names all of them. */
function CallNowConfirm({ lead, open, onClose }: ConfirmProps) {
  const client = useQueryClient();
  return (
    <Confirm
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title={`Call ${lead.name ?? 'this person'} now?`}
      action="Call now"
      onConfirm={async () => {
        const { beyondLimit, campaignReopened } = await callLeadNow(lead.id);
        void client.invalidateQueries({ queryKey: keys.lead(lead.id) });
        void client.invalidateQueries({ queryKey: keys.why(lead.id) });
        if (campaignReopened) void client.invalidateQueries({ queryKey: keys.campaign(lead.campaignId) });
        const beyond = beyondLimit ? ' It is one call more than the campaign allows.' : '';
        toastDone("The campaign's next line calls", `${formatPhone(lead.phone)}.${beyond}`);
      }}
    >
      <p>
        <strong className="text-ink">{formatPhone(lead.phone)}</strong> is called with the next free line,
        whatever became of earlier calls. Opt-outs, hours and caps hold for this call too: while one does, it
        is not placed.
      </p>
    </Confirm>
  );
}

function OptOutConfirm({ lead, open, onClose }: ConfirmProps) {
  const client = useQueryClient();
  return (
    <Confirm
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title={`Opt ${lead.name ?? 'this person'} out?`}
      action="Opt out"
      variant="danger"
      onConfirm={async () => {
        await addOptOut({ phone: lead.phone, reason: 'Said by a person on the page of the lead.' });
        void client.invalidateQueries({ queryKey: keys.optOuts });
        void client.invalidateQueries({ queryKey: keys.why(lead.id) });
        toastDone('Neither called nor texted any more', formatPhone(lead.phone));
      }}
    >
      <p>
        1 number, <strong className="text-ink">{formatPhone(lead.phone)}</strong>, is neither called nor
        texted any more, by any campaign. Only an admin can take that back.
      </p>
    </Confirm>
  );
}
