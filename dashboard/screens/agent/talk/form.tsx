import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { MessageCircle, Mic } from 'lucide-react';
import { type SyntheticEvent, useId, useState } from 'react';
import { type AgentDetail, listAgentVersions } from '../../../client/generated.ts';
import { keys } from '../../../client/keys.ts';
import { ApiProblem, messageOf } from '../../../client/problem.ts';
import { plural } from '../../../format/numbers.ts';
import { Button } from '../../../ui/button.tsx';
import { Field, Input } from '../../../ui/field.tsx';
import type { TalkMode } from './conversation.ts';
import { LeadPicker } from './lead-picker.tsx';
import { MicrophoneProblem } from './microphone.ts';
import { Overrides } from './overrides.tsx';
import { countChanges, emptySetup, type TalkSetup, toSessionStart } from './setup.ts';
import type { Talk } from './use-talk.ts';

/** The talk's mode, overrides and lead. */
export function TalkForm({ agent, talk }: { agent: AgentDetail; talk: Talk }) {
  const { lead } = useSearch({ from: '/agents/$agentId' });
  const [setup, setSetup] = useState(() => emptySetup(agent.overrides));
  const change = (part: Partial<TalkSetup>) => setSetup((now) => ({ ...now, ...part }));
  const { phase, problem } = talk.state;
  const changes = countChanges(setup);
  const takeText = () => {
    talk.reset();
    change({ mode: 'text' });
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    talk.start(setup.mode, toSessionStart(setup, lead));
  };
  return (
    <form className="grid gap-5" onSubmit={submit}>
      <Modes agent={agent} mode={setup.mode} onMode={(mode) => change({ mode })} />
      <div className="grid gap-4 sm:grid-cols-2">
        <LeadPicker />
        <Label
          agentId={agent.agentId}
          label={setup.label}
          isChanged={changes > 0}
          onLabel={(label) => change({ label })}
        />
      </div>
      <details className="rounded-md border">
        <summary className="cursor-pointer rounded-md px-3 py-2 font-medium hover:bg-raised">
          Change the agent for this talk
          <span className="ml-2 text-xs font-normal text-muted">
            {changes === 0 ? 'as it is' : plural(changes, 'change')}
          </span>
        </summary>
        <div className="border-t p-3">
          <Overrides agent={agent} setup={setup} onChange={change} errors={fieldErrors(problem)} />
        </div>
      </details>
      {problem !== null && (
        <Trouble
          problem={problem}
          onText={setup.mode === 'voice' && agent.overrides.textOnly ? takeText : undefined}
        />
      )}
      <Button
        type="submit"
        variant="primary"
        size="large"
        busy={phase === 'starting'}
        icon={setup.mode === 'text' ? <MessageCircle /> : <Mic />}
        className="justify-self-start"
      >
        {phase === 'starting' ? 'Connecting…' : setup.mode === 'text' ? 'Start to write' : 'Start to talk'}
      </Button>
    </form>
  );
}

const MODES: readonly [TalkMode, string, string][] = [
  ['text', 'By text', 'You write, the agent writes. No microphone.'],
  ['voice', 'By voice', 'You speak, the agent speaks. You may write as well.'],
];

function Modes({
  agent,
  mode,
  onMode,
}: {
  agent: AgentDetail;
  mode: TalkMode;
  onMode: (mode: TalkMode) => void;
}) {
  const name = useId();
  return (
    <fieldset className="grid gap-2 sm:grid-cols-2">
      <legend className="sr-only">How to talk</legend>
      {MODES.map(([value, label, what]) => {
        const refused = value === 'text' && !agent.overrides.textOnly;
        return (
          <label
            key={value}
            className="flex gap-2 rounded-md border p-3 has-checked:border-accent has-checked:bg-accent/8 has-disabled:opacity-70"
          >
            <input
              type="radio"
              name={name}
              value={value}
              checked={mode === value}
              disabled={refused}
              onChange={() => onMode(value)}
              className="mt-0.5 size-4 accent-accent"
            />
            <span>
              <span className="block font-medium">{label}</span>
              <span className="text-xs text-muted">
                {refused ? "The agent's settings do not allow talks of texts alone." : what}
              </span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

/** The comparison finds a version by its label. */
function Label({
  agentId,
  label,
  isChanged,
  onLabel,
}: {
  agentId: string;
  label: string;
  isChanged: boolean;
  onLabel: (label: string) => void;
}) {
  const list = useId();
  const versions = useQuery({
    queryKey: keys.agentVersions(agentId),
    queryFn: ({ signal }) => listAgentVersions(agentId, { signal }),
  });
  return (
    <Field
      label="Name of this version"
      hint={
        isChanged && label.trim() === ''
          ? 'Without a name the talk counts for the agent as it is, in spite of the changes.'
          : 'Talks of one name are compared as one side. May be left empty.'
      }
    >
      {(control) => (
        <>
          <Input
            {...control}
            list={list}
            value={label}
            maxLength={100}
            placeholder="warmer greeting"
            autoComplete="off"
            onChange={(event) => onLabel(event.target.value)}
          />
          <datalist id={list}>
            {versions.data?.items.map((version) => (
              <option key={version.label} value={version.label} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

function Trouble({ problem, onText }: { problem: unknown; onText: (() => void) | undefined }) {
  return (
    <div role="alert" className="grid gap-2 rounded-md border border-bad/45 bg-bad/8 p-3">
      <p>
        <span className="font-medium text-bad">The talk did not begin. </span>
        {messageOf(problem)}
      </p>
      {problem instanceof MicrophoneProblem && onText !== undefined && (
        <Button className="justify-self-start" icon={<MessageCircle />} onClick={onText}>
          Talk by text instead
        </Button>
      )}
    </div>
  );
}

/** The API's error for each override, by its path without `overrides.`. */
function fieldErrors(problem: unknown): Record<string, string> {
  if (!(problem instanceof ApiProblem)) return {};
  return Object.fromEntries(
    problem.fields.map(({ path, message }) => [path.replace(/^overrides\./, ''), message]),
  );
}
