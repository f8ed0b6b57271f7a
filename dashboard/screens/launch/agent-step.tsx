import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type Campaign, createCampaign, listAgents, updateCampaign } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { ApiProblem, messageOf } from '../../client/problem.ts';
import { Card } from '../../ui/card.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { AgentChoice } from './agent-choice.tsx';
import { useGoTo } from './go-to.ts';
import { Numbers } from './numbers.tsx';
import { useSaveOnLeave } from './save-on-leave.ts';
import { StepActions } from './step-actions.tsx';

interface Basics {
  name: string;
  /** Null until the agents are fetched. */
  agentId: string | null;
  phoneNumberIds: readonly string[];
}

const NOTHING: Basics = { name: '', agentId: null, phoneNumberIds: [] };

/** Agent, numbers and name. Completing this step creates the draft. */
export function AgentStep({ draft }: { draft: Campaign | null }) {
  const goTo = useGoTo();
  const [value, setValue] = useState<Basics>(draft ?? NOTHING);
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  const agentId = value.agentId ?? agents.data?.items[0]?.agentId ?? null;
  const saving = useSaving(draft, value);
  const change = (part: Partial<Basics>) => setValue({ ...value, ...part });
  const hasName = value.name.trim() !== '';
  useSaveOnLeave({
    isDirty: draft !== null && value !== saving.saved,
    isSavable: hasName,
    save: () => saving.mutateAsync({ value, agentId }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // Changes to a draft are saved when the step is left, like by any other way out.
    if (draft === null) saving.mutate({ value, agentId });
    else goTo('leads', draft.id);
  };
  const problem = () => {
    if (saving.error) return messageOf(saving.error);
    return draft !== null && !hasName ? 'A campaign needs a name.' : undefined;
  };
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      <Card title="Campaign">
        <NameField
          value={value.name}
          onChange={(name) => change({ name })}
          error={errorAt(saving.error, 'name')}
        />
      </Card>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <AgentChoice
          agentId={agentId}
          onChange={(chosen) => change({ agentId: chosen })}
          error={errorAt(saving.error, 'agentId')}
        />
        <Numbers
          chosen={value.phoneNumberIds}
          onChange={(phoneNumberIds) => change({ phoneNumberIds })}
          error={errorAt(saving.error, 'phoneNumberIds')}
        />
      </div>
      <StepActions
        next={draft === null ? 'Create draft and continue' : 'Save and continue'}
        busy={saving.isPending}
        disabled={!hasName || agentId === null}
        problem={problem()}
      />
    </form>
  );
}

/** Creates or changes the draft; `saved` is the form at the last save. */
function useSaving(draft: Campaign | null, atFirst: Basics) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [saved, setSaved] = useState(atFirst);
  const saving = useMutation({
    mutationFn: async ({ value, agentId }: { value: Basics; agentId: string | null }) => {
      const { name, phoneNumberIds } = value;
      const body = { name, phoneNumberIds: [...phoneNumberIds], ...(agentId !== null && { agentId }) };
      return draft === null ? await createCampaign(body) : await updateCampaign(draft.id, body);
    },
    onSuccess: async (campaign, sent) => {
      setSaved(sent.value);
      client.setQueryData(keys.campaign(campaign.id), campaign);
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      if (draft !== null) return;
      // Going back must lead to this draft instead of creating another.
      await navigate({ to: '/launch', search: { campaign: campaign.id, step: 'agent' }, replace: true });
      await navigate({ to: '/launch', search: { campaign: campaign.id, step: 'leads' } });
    },
  });
  return { ...saving, saved };
}

function errorAt(error: unknown, path: string): string | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  return error.fields.find((field) => field.path.split('.')[0] === path)?.message;
}

function NameField({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (name: string) => void;
  error: string | undefined;
}) {
  return (
    <Field label="Name" hint="As it stands in the lists" error={error} className="max-w-lg">
      {(control) => (
        <Input
          {...control}
          value={value}
          maxLength={200}
          autoComplete="off"
          placeholder="Spring renewals"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
