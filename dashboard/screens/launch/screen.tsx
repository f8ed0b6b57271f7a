import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { type Campaign, readCampaign } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { useMay } from '../../session/session.tsx';
import { buttonStyle } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded, NoPermission } from '../../ui/states.tsx';
import { AgentStep } from './agent-step.tsx';
import { LeadsStep } from './leads-step.tsx';
import { ReviewStep } from './review-step.tsx';
import { RulesStep } from './rules-step.tsx';
import { type LaunchStep, STEP_TEXT } from './search.ts';
import { Stepper } from './stepper.tsx';

/** Creates and starts a campaign. The first step creates it as a draft. */
export function LaunchScreen() {
  const { operate } = useMay();
  const { step = 'agent', campaign: id } = useSearch({ from: '/launch' });
  return (
    <Page title="Launch a campaign" name="Launch">
      {!operate ? (
        <NoPermission>A campaign is launched with the key of an operator.</NoPermission>
      ) : id === undefined ? (
        <>
          <Stepper current="agent" campaignId={undefined} />
          <AgentStep draft={null} />
        </>
      ) : (
        <WithDraft id={id} step={step} />
      )}
    </Page>
  );
}

function WithDraft({ id, step }: { id: string; step: LaunchStep }) {
  const query = useQuery({ queryKey: keys.campaign(id), queryFn: () => readCampaign(id) });
  return (
    <Loaded query={query}>
      {(campaign) =>
        campaign.status === 'draft' && campaign.archivedAt === null ? (
          <>
            <Stepper current={step} campaignId={id} />
            <Step key={`${id} ${step}`} step={step} draft={campaign} />
          </>
        ) : (
          <Launched campaign={campaign} />
        )
      }
    </Loaded>
  );
}

function Step({ step, draft }: { step: LaunchStep; draft: Campaign }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Focus moves to the heading of the new step, for keyboards and screen readers.
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <h2 ref={heading} tabIndex={-1} className="sr-only">
        {STEP_TEXT[step]}
      </h2>
      <StepContent step={step} draft={draft} />
    </>
  );
}

function StepContent({ step, draft }: { step: LaunchStep; draft: Campaign }) {
  switch (step) {
    case 'agent':
      return <AgentStep draft={draft} />;
    case 'leads':
      return <LeadsStep draft={draft} />;
    case 'rules':
      return <RulesStep draft={draft} />;
    case 'review':
      return <ReviewStep draft={draft} />;
  }
}

function Launched({ campaign }: { campaign: Campaign }) {
  return (
    <Empty
      title={
        campaign.archivedAt === null
          ? `${campaign.name} is ${campaign.status}`
          : `${campaign.name} is archived`
      }
      action={
        <Link
          to="/campaigns/$campaignId"
          params={{ campaignId: campaign.id }}
          search={{}}
          className={buttonStyle()}
        >
          Open the campaign
        </Link>
      }
    >
      It is no draft any more. Its rules can be changed on its own page, also while it runs.
    </Empty>
  );
}
