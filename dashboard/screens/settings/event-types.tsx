import type { SubscribedEventType } from '../../client/generated.ts';
import { entriesOf } from '../../format/words.ts';
import { Checkbox } from '../../ui/field.tsx';

/** Complete by its type: a new event type of the API does not compile without a text. */
const TEXTS: Record<Exclude<SubscribedEventType, '*'>, string> = {
  'call.ended': 'A call has ended',
  'call.marked': 'A person marked a call',
  'call.attributed': 'A call was given to a lead',
  'lead.converted': 'A lead converted',
  'lead.replied': 'A lead called or wrote back',
  'lead.finished': 'A lead is finished',
  'message.received': 'A text came in',
  'message.sent': 'A text went out',
  'message.delivered': 'A text was delivered',
  'message.failed': 'A text failed',
  'contact.opted_out': 'Somebody opted out',
  'contact.opted_in': 'An opt-out was removed',
  'follow_up.done': 'A follow-up was done',
  'follow_up.skipped': 'A follow-up was skipped',
  'follow_up.failed': 'A follow-up failed',
  'campaign.started': 'A campaign started',
  'campaign.paused': 'A campaign paused',
  'campaign.resumed': 'A campaign resumed',
  'campaign.stopped': 'A campaign was stopped',
  'campaign.ended': 'A campaign reached its set end',
  'campaign.completed': 'A campaign is completed',
};

interface EventTypesProps {
  chosen: readonly SubscribedEventType[];
  onChange: (types: readonly SubscribedEventType[]) => void;
}

export function EventTypes({ chosen, onChange }: EventTypesProps) {
  return (
    <fieldset className="grid max-h-56 gap-x-4 gap-y-1.5 overflow-y-auto rounded-lg border p-3 sm:grid-cols-2">
      <legend className="px-1 font-medium">Events</legend>
      {entriesOf(TEXTS).map(([type, text]) => (
        <Checkbox
          key={type}
          label={<span title={type}>{text}</span>}
          checked={chosen.includes(type)}
          onChange={({ target }) =>
            onChange(target.checked ? [...chosen, type] : chosen.filter((one) => one !== type))
          }
        />
      ))}
    </fieldset>
  );
}
