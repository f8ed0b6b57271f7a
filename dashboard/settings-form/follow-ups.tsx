import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { type FollowUpChannel, listWebhooks } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { entriesOf } from '../format/words.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox, Field, Input, NativeSelect, Textarea } from '../ui/field.tsx';
import { DurationField, Fields, Section, useError } from './controls.tsx';
import { Condition } from './follow-up-condition.tsx';
import type { FollowUpRule, SectionProps } from './value.ts';

const MAX_RULES = 20;
const CHANNELS: Record<FollowUpChannel, string> = {
  sms: 'a text',
  email: 'an e-mail',
  webhook: 'a webhook',
};

export function FollowUpsSection({ value, change }: SectionProps) {
  const rules = value.followUps ?? [];
  const replace = (followUps: FollowUpRule[]) => change({ followUps });
  return (
    <Section
      title="Follow-ups"
      about="What is sent after a call, by what came of it. Texts may hold the lead's variables: {{ first_name }}."
    >
      {rules.length > 0 && (
        <ol className="grid gap-3" aria-label="Follow-ups">
          {rules.map((rule, index) => (
            // A rule's id may be edited.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above.
            <li key={index}>
              <RuleFields
                rule={rule}
                number={index + 1}
                onChange={(next) => replace(rules.map((each, at) => (at === index ? next : each)))}
                onRemove={() => replace(rules.filter((_, at) => at !== index))}
              />
            </li>
          ))}
        </ol>
      )}
      <div>
        <Button
          size="small"
          icon={<Plus />}
          disabled={rules.length >= MAX_RULES}
          onClick={() => replace([...rules, newRule(rules)])}
        >
          Follow-up
        </Button>
      </div>
    </Section>
  );
}

function newRule(rules: readonly FollowUpRule[]): FollowUpRule {
  const taken = new Set(rules.map(({ id }) => id));
  let number = rules.length + 1;
  while (taken.has(`follow-up-${number}`)) number += 1;
  return {
    id: `follow-up-${number}`,
    on: { dispositions: ['converted'] },
    afterSeconds: 0,
    channel: 'sms',
    body: '',
  };
}

interface RuleProps {
  rule: FollowUpRule;
  /** Position in the list, from 1. */
  number: number;
  onChange: (rule: FollowUpRule) => void;
}

function RuleFields({ rule, number, onChange, onRemove }: RuleProps & { onRemove: () => void }) {
  const path = `followUps.${number - 1}`;
  return (
    <fieldset className="grid min-w-0 gap-4 rounded-md border bg-ground p-3">
      <legend className="sr-only">Follow-up {number}</legend>
      <Fields>
        <Field label="Send" error={useError(`${path}.channel`)}>
          {(control) => (
            <NativeSelect
              {...control}
              value={rule.channel}
              onChange={(event) => onChange(withChannel(rule, event.target.value as FollowUpChannel))}
            >
              {entriesOf(CHANNELS).map(([channel, text]) => (
                <option key={channel} value={channel}>
                  {text}
                </option>
              ))}
            </NativeSelect>
          )}
        </Field>
        <DurationField
          label="After"
          path={`${path}.afterSeconds`}
          seconds={rule.afterSeconds ?? 0}
          onChange={(afterSeconds) => onChange({ ...rule, afterSeconds })}
        />
        <Field label="Its name" hint="In the lead's timeline" error={useError(`${path}.id`)}>
          {(control) => (
            <Input
              {...control}
              value={rule.id}
              onChange={(event) => onChange({ ...rule, id: event.target.value })}
            />
          )}
        </Field>
      </Fields>
      <Condition on={rule.on} onChange={(on) => onChange({ ...rule, on })} />
      <Content rule={rule} number={number} onChange={onChange} />
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Checkbox
          label="Not when the person has written or called back meanwhile"
          checked={rule.unlessReplied ?? false}
          onChange={(event) => onChange({ ...rule, unlessReplied: event.target.checked })}
        />
        <Button size="small" variant="danger" icon={<Trash2 />} onClick={onRemove}>
          Remove<span className="sr-only"> follow-up {number}</span>
        </Button>
      </div>
    </fieldset>
  );
}

function withChannel(rule: FollowUpRule, channel: FollowUpChannel): FollowUpRule {
  const { id, on, afterSeconds, unlessReplied } = rule;
  const common = {
    id,
    on,
    ...(afterSeconds === undefined ? {} : { afterSeconds }),
    ...(unlessReplied === undefined ? {} : { unlessReplied }),
  };
  const body = 'body' in rule ? rule.body : '';
  switch (channel) {
    case 'sms':
      return { ...common, channel, body };
    case 'email':
      return { ...common, channel, subject: '', body };
    case 'webhook':
      return { ...common, channel, endpointId: '' };
  }
}

function Content({ rule, number, onChange }: RuleProps) {
  const path = `followUps.${number - 1}`;
  const bodyError = useError(`${path}.body`);
  const subjectError = useError(`${path}.subject`);
  if (rule.channel === 'webhook') {
    return (
      <Endpoint
        path={path}
        endpointId={rule.endpointId}
        onChange={(endpointId) => onChange({ ...rule, endpointId })}
      />
    );
  }
  return (
    <div className="grid gap-3">
      {rule.channel === 'email' && (
        <Field label="Subject" error={subjectError}>
          {(control) => (
            <Input
              {...control}
              value={rule.subject}
              onChange={(event) => onChange({ ...rule, subject: event.target.value })}
            />
          )}
        </Field>
      )}
      <Field label="Text" error={bodyError}>
        {(control) => (
          <Textarea
            {...control}
            placeholder="Hello {{ first_name | default: 'there' }}, thank you for the talk."
            value={rule.body}
            onChange={(event) => onChange({ ...rule, body: event.target.value })}
          />
        )}
      </Field>
      {rule.channel === 'email' && (
        <Checkbox
          label="With a calendar file of the meeting that was agreed"
          checked={rule.calendar ?? false}
          onChange={(event) => onChange({ ...rule, calendar: event.target.checked })}
        />
      )}
    </div>
  );
}

const MAX_ENDPOINTS = 200;

function Endpoint({
  path,
  endpointId,
  onChange,
}: {
  path: string;
  endpointId: string;
  onChange: (id: string) => void;
}) {
  const { data } = useQuery({
    queryKey: [...keys.webhooks, 'choice'],
    queryFn: () => listWebhooks({ limit: MAX_ENDPOINTS }),
  });
  const known = data?.items ?? [];
  return (
    <Field
      label="Endpoint"
      className="max-w-sm"
      hint={
        data !== undefined && known.length === 0 ? 'There is none yet: add one under Settings.' : undefined
      }
      error={useError(`${path}.endpointId`)}
    >
      {(control) => (
        <NativeSelect {...control} value={endpointId} onChange={(event) => onChange(event.target.value)}>
          <option value="">Choose one</option>
          {known.map(({ id, url }) => (
            <option key={id} value={id}>
              {url}
            </option>
          ))}
          {endpointId !== '' && !known.some(({ id }) => id === endpointId) && (
            <option value={endpointId}>{endpointId}</option>
          )}
        </NativeSelect>
      )}
    </Field>
  );
}
