import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PhoneOutgoing } from 'lucide-react';
import { useState } from 'react';
import {
  type Campaign,
  listPhoneNumbers,
  type PhoneNumber,
  placeCall,
  readCall,
} from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { fieldProblem } from '../../client/problem.ts';
import { CallBadge } from '../../format/labels.tsx';
import { formatPhone } from '../../format/phone.ts';
import { Button, buttonStyle } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Field, Input, NativeSelect } from '../../ui/field.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { VariableRows, type Variables } from './variable-rows.tsx';

/** One call by the campaign's agent to oneself, before anybody else is called. */
export function TestCall({ draft }: { draft: Campaign }) {
  const numbers = useQuery({ queryKey: keys.phoneNumbers, queryFn: () => listPhoneNumbers() });
  const pool = (numbers.data?.items ?? []).filter(
    ({ phoneNumberId, supportsOutbound }) =>
      supportsOutbound && (draft.phoneNumberIds.length === 0 || draft.phoneNumberIds.includes(phoneNumberId)),
  );
  const [to, setTo] = useState('');
  const [from, setFrom] = useState<string | null>(null);
  const [variables, setVariables] = useState<Variables>([]);
  const [asking, setAsking] = useState(false);
  const phoneNumberId = from ?? pool[0]?.phoneNumberId ?? '';
  const placing = useMutation({
    mutationFn: () =>
      placeCall({
        agentId: draft.agentId,
        phoneNumberId,
        to: to.replaceAll(/[\s()-]/g, ''),
        variables: Object.fromEntries(
          variables.filter(({ name }) => name !== '').map((each) => [each.name, each.value]),
        ),
      }),
  });
  return (
    <Card title="Test call to yourself">
      <div className="grid gap-3">
        <Ends to={to} onTo={setTo} from={phoneNumberId} onFrom={setFrom} pool={pool} error={placing.error} />
        <VariableRows variables={variables} onChange={setVariables} />
        <Button
          className="justify-self-start"
          icon={<PhoneOutgoing />}
          disabled={to.trim() === '' || phoneNumberId === ''}
          busy={placing.isPending}
          onClick={() => setAsking(true)}
        >
          Call me
        </Button>
        {placing.error && (
          <Refusal error={placing.error} title="The call was not placed, and does not wait:" />
        )}
        {placing.data && <Outcome callId={placing.data.id} />}
      </div>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title="Place one call?"
        action="Call"
        onConfirm={async () => {
          // The fields stay open and show the refusal.
          await placing.mutateAsync().catch(() => undefined);
        }}
      >
        <p>
          {formatPhone(to)} is called once, now, by the campaign's agent. The rules of the workspace hold for
          it too: a call outside them is refused.
        </p>
      </Confirm>
    </Card>
  );
}

interface EndsProps {
  to: string;
  onTo: (to: string) => void;
  from: string;
  onFrom: (phoneNumberId: string) => void;
  pool: readonly PhoneNumber[];
  error: Error | null;
}

function Ends({ to, onTo, from, onFrom, pool, error }: EndsProps) {
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="Your number" error={fieldProblem(error, 'to')}>
        {(control) => (
          <Input
            {...control}
            type="tel"
            autoComplete="tel"
            placeholder="+14155550117"
            value={to}
            onChange={(event) => onTo(event.target.value)}
          />
        )}
      </Field>
      <Field label="Called from" error={fieldProblem(error, 'phoneNumberId')}>
        {(control) => (
          <NativeSelect {...control} value={from} onChange={(event) => onFrom(event.target.value)}>
            {pool.map((number) => (
              <option key={number.phoneNumberId} value={number.phoneNumberId}>
                {formatPhone(number.phoneNumber)}
              </option>
            ))}
          </NativeSelect>
        )}
      </Field>
    </div>
  );
}

/** Follows the call until it has ended. */
function Outcome({ callId }: { callId: string }) {
  const call = useQuery({ queryKey: keys.call(callId), queryFn: () => readCall(callId) });
  return (
    <div aria-live="polite" className="flex min-h-8 flex-wrap items-center gap-3">
      {call.data && <CallBadge call={call.data} />}
      {call.data?.failure && <span className="text-bad">{call.data.failure}</span>}
      <Link to="/calls/$callId" params={{ callId }} className={buttonStyle({ size: 'small' })}>
        Open the call
      </Link>
    </div>
  );
}
