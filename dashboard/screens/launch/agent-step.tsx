import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type Campaign, createCampaign, listAgents, updateCampaign } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { ApiProblem, messageOf } from '../../client/problem.ts';
import { Card } from '../../ui/card.tsx';
import { Field, Input, NativeSelect } from '../../ui/field.tsx';
import { Loaded } from '../../ui/states.tsx';
import { AgentFacts } from './agent-facts.tsx';
import { Numbers } from './numbers.tsx';
import { StepActions } from './step-actions.tsx';

/** Who calls, from which numbers, and what the campaign is called. Its end makes the draft. */
export function AgentStep({ draft }: { draft: Campaign | null }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  const [name, setName] = useState(draft?.name ?? '');
  const [chosen, setChosen] = useState(draft?.agentId ?? null);
  const [phoneNumberIds, setNumbers] = useState<readonly string[]>(draft?.phoneNumberIds ?? []);
  const agentId = chosen ?? agents.data?.items[0]?.agentId ?? null;
  const saving = useMutation({
    mutationFn: async () => {
      const body = { name, phoneNumberIds: [...phoneNumberIds], ...(agentId !== null && { agentId }) };
      return draft === null ? await createCampaign(body) : await updateCampaign(draft.id, body);
    },
    onSuccess: async (campaign) => {
      client.setQueryData(keys.campaign(campaign.id), campaign);
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      // The way back leads to this draft, and not to the making of another one.
      if (draft === null) {
        await navigate({ to: '/launch', search: { campaign: campaign.id, step: 'agent' }, replace: true });
      }
      await navigate({ to: '/launch', search: { campaign: campaign.id, step: 'leads' } });
    },
  });
  const errorAt = (path: string) =>
    saving.error instanceof ApiProblem
      ? saving.error.fields.find((field) => field.path.split('.')[0] === path)?.message
      : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      <Card title="Campaign">
        <Field label="Name" hint="As it stands in the lists" error={errorAt('name')} className="max-w-lg">
          {(control) => (
            <Input
              {...control}
              value={name}
              maxLength={200}
              autoComplete="off"
              placeholder="Spring renewals"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </Card>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card title="Agent">
          <Loaded query={agents}>
            {({ items }) => (
              <div className="grid gap-4">
                <Field label="Who calls" error={errorAt('agentId')}>
                  {(control) => (
                    <NativeSelect
                      {...control}
                      value={agentId ?? ''}
                      onChange={(event) => setChosen(event.target.value)}
                    >
                      {items.map((agent) => (
                        <option key={agent.agentId} value={agent.agentId}>
                          {agent.name}
                        </option>
                      ))}
                      {agentId !== null && !items.some((agent) => agent.agentId === agentId) && (
                        <option value={agentId}>{agentId} (not found)</option>
                      )}
                    </NativeSelect>
                  )}
                </Field>
                {agentId !== null && <AgentFacts agentId={agentId} />}
              </div>
            )}
          </Loaded>
        </Card>
        <Numbers chosen={phoneNumberIds} onChange={setNumbers} error={errorAt('phoneNumberIds')} />
      </div>
      <StepActions
        next={draft === null ? 'Create draft and continue' : 'Save and continue'}
        busy={saving.isPending}
        disabled={name.trim() === '' || agentId === null}
        problem={saving.error ? messageOf(saving.error) : undefined}
      />
    </form>
  );
}
