import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import {
  type CallDetail,
  type CallSource,
  type CampaignSettings,
  dispositionValues,
  updateCall,
} from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { messageOf } from '../../client/problem.ts';
import { DISPOSITION_TEXT } from '../../format/labels.tsx';
import { plural } from '../../format/numbers.ts';
import { patchCalls } from '../../live/patch.ts';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Checkbox, Field, NativeSelect, Textarea } from '../../ui/field.tsx';
import { toastDone } from '../../ui/toast.tsx';
import { changeOf, isSameMark, type Mark, markOf, rebased } from './mark.ts';

const LONGEST_NOTES = 10_000;

/** The call's result: summary, conversion, score, and a person's correction of them. */
export function Outcome({ call }: { call: CallDetail }) {
  const { operate } = useMay();
  return (
    <Card title="What came of it">
      <div className="grid gap-4">
        <p className={call.summary === null ? 'text-muted' : 'wrap-anywhere'}>
          {call.summary ?? (call.status === 'ended' ? 'No summary.' : 'The call is under way.')}
        </p>
        <Facts call={call} />
        <ScoreParts call={call} />
        {call.status !== 'ended' ? null : operate ? <MarkForm call={call} /> : <Notes call={call} />}
      </div>
    </Card>
  );
}

function Facts({ call }: { call: CallDetail }) {
  return (
    <dl className="grid gap-1.5">
      {call.converted && <Fact name="Converted">{conversionText(call)}</Fact>}
      {call.sentiment !== null && <Fact name="Mood">{call.sentiment}</Fact>}
      {call.terminationReason !== null && <Fact name="Ended because">{call.terminationReason}</Fact>}
      {call.failure !== null && <Fact name="Failure">{call.failure}</Fact>}
      {call.source !== null && <Fact name="Known by">{SOURCE_TEXT[call.source]}</Fact>}
      {call.conversationId !== null && (
        <Fact name="Conversation">
          <code className="font-mono text-xs">{call.conversationId}</code>
        </Fact>
      )}
      {call.callSid !== null && (
        <Fact name="Carrier's id">
          <code className="font-mono text-xs">{call.callSid}</code>
        </Fact>
      )}
    </dl>
  );
}

const SOURCE_TEXT: Record<CallSource, string> = {
  webhook: 'the webhook',
  poll: 'asking the provider',
  reconciled: 'looking it up afterwards',
  person: 'a person’s word',
};

function conversionText({ convertedBy, conversionReason }: CallDetail): string {
  if (convertedBy === 'person') return 'said by a person';
  if (conversionReason === null) return 'by the rule';
  const { rule, detail, turn, met } = conversionReason;
  const where = turn === undefined ? '' : `, in turn ${turn + 1}`;
  const parts = met === undefined ? '' : `: ${met.map((part) => part.detail).join('; ')}`;
  return `rule “${rule.replaceAll('_', ' ')}”, ${detail}${where}${parts}`;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-2">
      <dt className="text-muted">{name}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}

const PART_TEXT: Record<keyof CampaignSettings['scoreWeights'], string> = {
  answered: 'Answered',
  talkTime: 'Talk time',
  engagement: 'Took part',
  success: "Provider's success",
  conversion: 'Conversion',
};

function ScoreParts({ call: { score, scoreParts } }: { call: CallDetail }) {
  if (score === null || scoreParts === null) return null;
  const parts = Object.entries(scoreParts as Record<string, number>);
  const most = Math.max(1, ...parts.map(([, points]) => points));
  return (
    <div>
      <h3 className="mb-1 text-xs font-semibold text-muted">Score {score}, made up of</h3>
      <dl className="grid gap-1">
        {parts.map(([name, points]) => (
          <div key={name} className="grid grid-cols-[7rem_minmax(0,1fr)_3rem] items-center gap-2">
            <dt className="text-muted">{PART_TEXT[name as keyof typeof PART_TEXT] ?? name}</dt>
            <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-raised">
              <span className="block h-full bg-chart-1" style={{ width: `${(100 * points) / most}%` }} />
            </span>
            <dd className="text-right">{Math.round(points * 10) / 10}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Notes({ call: { notes } }: { call: CallDetail }) {
  if (notes === null) return null;
  return (
    <div>
      <h3 className="mb-1 text-xs font-semibold text-muted">Notes</h3>
      <p className="whitespace-pre-wrap wrap-anywhere">{notes}</p>
    </div>
  );
}

function MarkForm({ call }: { call: CallDetail }) {
  const client = useQueryClient();
  const latest = markOf(call);
  const [base, setBase] = useState(latest);
  const [mark, setMark] = useState(latest);
  const [asking, setAsking] = useState(false);
  if (!isSameMark(base, latest)) {
    setBase(latest);
    setMark(rebased(mark, base, latest));
  }
  const change = (part: Partial<Mark>) => setMark({ ...mark, ...part });
  const update = changeOf(base, mark);
  const saving = useMutation({
    mutationFn: () => updateCall(call.id, update),
    onSuccess: (changed) => {
      client.setQueryData(keys.call(call.id), changed);
      patchCalls(client, [changed]);
      void client.invalidateQueries({ queryKey: keys.callTimeline(call.id) });
      toastDone('Saved', 'A person’s word outranks every rule.');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (update.disposition === 'opted_out') setAsking(true);
    else saving.mutate();
  };
  return (
    <form onSubmit={submit} className="grid gap-3 border-t pt-4">
      <MarkFields mark={mark} change={change} error={saving.error ? messageOf(saving.error) : undefined} />
      <div className="flex justify-end">
        <Button
          type="submit"
          variant="primary"
          busy={saving.isPending}
          disabled={Object.keys(update).length === 0}
        >
          Save
        </Button>
      </div>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title="Opt this person out?"
        action="Opt out"
        variant="danger"
        onConfirm={() => saving.mutateAsync()}
      >
        <p>{plural(1, 'number')} is neither called nor texted any more, by any campaign.</p>
      </Confirm>
    </form>
  );
}

interface MarkFieldsProps {
  mark: Mark;
  change: (part: Partial<Mark>) => void;
  error: string | undefined;
}

function MarkFields({ mark: { converted, disposition, notes }, change, error }: MarkFieldsProps) {
  return (
    <>
      <Field label="Disposition">
        {(control) => (
          <NativeSelect
            {...control}
            value={disposition}
            onChange={(event) => change({ disposition: event.target.value as Mark['disposition'] })}
          >
            {dispositionValues.map((each) => (
              <option key={each} value={each}>
                {DISPOSITION_TEXT[each]}
              </option>
            ))}
          </NativeSelect>
        )}
      </Field>
      <Checkbox
        label="Counts as a conversion"
        checked={converted}
        onChange={(event) => change({ converted: event.target.checked })}
      />
      <Field label="Notes" error={error}>
        {(control) => (
          <Textarea
            {...control}
            value={notes}
            maxLength={LONGEST_NOTES}
            onChange={(event) => change({ notes: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
