import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { SegmentedMessage } from 'sms-segments-calculator';
import { sendMessage } from '../../client/generated.ts';
import { messageOf } from '../../client/problem.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { useMay, useMe } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Textarea } from '../../ui/field.tsx';
import { toastDone } from '../../ui/toast.tsx';

/** The API's limit. */
const LONGEST = 1_600;

interface ComposerProps {
  phone: string;
  /** The addressed lead, if known; otherwise the one last contacted at the number. */
  leadId?: string;
  optedOut: boolean;
}

/** The input for a text, or the reason why none can be sent. */
export function Composer({ phone, leadId, optedOut }: ComposerProps) {
  const { operate } = useMay();
  const { texting } = useMe();
  const reason = optedOut
    ? 'This person has opted out: nothing can be sent.'
    : !operate
      ? 'To write needs a key with the role operator.'
      : !texting
        ? 'No number to send texts from is configured (TWILIO_PHONE_NUMBER).'
        : null;
  if (reason !== null) {
    return <p className="border-t bg-raised/50 px-4 py-3 text-muted">{reason}</p>;
  }
  return <Form to={leadId === undefined ? { to: phone } : { leadId }} />;
}

function Form({ to }: { to: { to: string } | { leadId: string } }) {
  const client = useQueryClient();
  const counted = useId();
  const [body, setBody] = useState('');
  const [waits, setWaits] = useState(true);
  const sending = useMutation({
    mutationFn: () => sendMessage({ ...to, body, whenAllowed: waits }),
    onSuccess: (message) => {
      setBody('');
      if (message.notBefore !== null) toastDone('It waits for the end of quiet hours there');
    },
    // The reason for a refusal may be an opt-out a moment ago.
    onSettled: () => void client.invalidateQueries({ queryKey: ['messages'] }),
  });
  const canSend = body.trim() !== '' && !sending.isPending;
  const send = (event?: FormEvent) => {
    event?.preventDefault();
    if (canSend) sending.mutate();
  };
  return (
    <form onSubmit={send} className="grid gap-2 border-t px-3 py-3 lg:px-4">
      <Textarea
        aria-label="Text to send"
        aria-describedby={counted}
        placeholder="Write a text…"
        className="max-h-48 min-h-16 resize-y"
        maxLength={LONGEST}
        value={body}
        onChange={({ target }) => setBody(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event);
        }}
      />
      {sending.error && (
        <p role="alert" className="text-bad">
          {messageOf(sending.error)}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span id={counted} className="min-w-60 text-xs text-muted">
          {lengthOf(body)}
        </span>
        <Checkbox
          label="In quiet hours, wait for their end"
          className="ml-auto text-xs"
          checked={waits}
          onChange={({ target }) => setWaits(target.checked)}
        />
        <Button
          type="submit"
          variant="primary"
          icon={<Send />}
          busy={sending.isPending}
          disabled={!canSend}
          title="Send (Ctrl Enter)"
        >
          Send
        </Button>
      </div>
    </form>
  );
}

/**
 * A text is charged by the segment, and one character outside GSM-7 more than halves a segment's capacity.
 */
function lengthOf(body: string): string {
  if (body === '') return 'A segment holds 160 plain characters, or 70 with an emoji';
  const { encodingName, segmentsCount, numberOfCharacters } = new SegmentedMessage(body);
  const alphabet = encodingName === 'GSM-7' ? 'plain letters (GSM-7)' : 'all letters (UCS-2)';
  return `${plural(segmentsCount, 'segment')} · ${formatCount(numberOfCharacters)} characters · ${alphabet}`;
}
