import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { listAgents } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox, Field, NativeSelect, Textarea } from '../ui/field.tsx';
import { Fields, NumberField, Section, useError, WordsField } from './controls.tsx';
import type { AutoReplyValue, SectionProps } from './value.ts';

const MAX_RULES = 50;
const USUAL_TURNS = 5;

export function AutoReplySection({ value, change }: SectionProps) {
  const reply = value.autoReply ?? null;
  return (
    <Section
      title="Answers to texts"
      about="By the first rule whose words a text has, else by an agent. STOP and HELP are always obeyed first."
    >
      <Checkbox
        label="Answer texts from leads by itself"
        checked={reply !== null}
        onChange={(event) => change({ autoReply: event.target.checked ? { rules: [], agent: null } : null })}
      />
      {reply !== null && (
        <>
          <Rules reply={reply} onChange={(autoReply) => change({ autoReply })} />
          <AnsweringAgent reply={reply} onChange={(autoReply) => change({ autoReply })} />
        </>
      )}
    </Section>
  );
}

interface ReplyProps {
  reply: AutoReplyValue;
  onChange: (reply: AutoReplyValue) => void;
}

function Rules({ reply, onChange }: ReplyProps) {
  const rules = reply.rules ?? [];
  const replace = (next: typeof rules) => onChange({ ...reply, rules: next });
  return (
    <>
      {rules.length > 0 && (
        <ol className="grid gap-3" aria-label="Answers by words">
          {rules.map((rule, index) => (
            // Rules are identified by their position.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above.
            <li key={index} className="grid gap-3 rounded-md border bg-ground p-3">
              <WordsField
                label="When a text has one of"
                hint="With commas between them"
                path={`autoReply.rules.${index}.keywords`}
                words={rule.keywords}
                onChange={(keywords) =>
                  replace(rules.map((each, at) => (at === index ? { ...each, keywords } : each)))
                }
              />
              <Answer
                path={`autoReply.rules.${index}.body`}
                body={rule.body}
                onChange={(body) =>
                  replace(rules.map((each, at) => (at === index ? { ...each, body } : each)))
                }
              />
              <Button
                size="small"
                variant="danger"
                icon={<Trash2 />}
                className="justify-self-end"
                onClick={() => replace(rules.filter((_, at) => at !== index))}
              >
                Remove<span className="sr-only"> answer {index + 1}</span>
              </Button>
            </li>
          ))}
        </ol>
      )}
      <div>
        <Button
          size="small"
          icon={<Plus />}
          disabled={rules.length >= MAX_RULES}
          onClick={() => replace([...rules, { keywords: [], body: '' }])}
        >
          Answer by words
        </Button>
      </div>
    </>
  );
}

function Answer({ path, body, onChange }: { path: string; body: string; onChange: (body: string) => void }) {
  return (
    <Field label="Answer" error={useError(path)}>
      {(control) => <Textarea {...control} value={body} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

function AnsweringAgent({ reply, onChange }: ReplyProps) {
  const { data } = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  const agent = reply.agent ?? null;
  const agents = data?.items ?? [];
  const choose = (agentId: string) =>
    onChange({
      ...reply,
      agent: agentId === '' ? null : { maxTurns: agent?.maxTurns ?? USUAL_TURNS, agentId },
    });
  return (
    <Fields>
      <Field label="Else answered by" error={useError('autoReply.agent.agentId')}>
        {(control) => (
          <NativeSelect
            {...control}
            value={agent?.agentId ?? ''}
            onChange={(event) => choose(event.target.value)}
          >
            <option value="">nobody</option>
            {agents.map(({ agentId, name }) => (
              <option key={agentId} value={agentId}>
                {name}
              </option>
            ))}
            {agent !== null && !agents.some(({ agentId }) => agentId === agent.agentId) && (
              <option value={agent.agentId}>{agent.agentId}</option>
            )}
          </NativeSelect>
        )}
      </Field>
      {agent !== null && (
        <NumberField
          label="Answers a day"
          path="autoReply.agent.maxTurns"
          hint="To one lead, at most"
          value={agent.maxTurns}
          onChange={(maxTurns) => onChange({ ...reply, agent: { ...agent, maxTurns } })}
        />
      )}
    </Fields>
  );
}
