import { useQuery } from '@tanstack/react-query';
import { Check, Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { type AgentDetail, listPhoneNumbers } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatCount, formatSeconds, NONE } from '../../format/numbers.ts';
import { formatPhone } from '../../format/phone.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { languageText } from './languages.ts';
import { useVoices } from './use-voices.ts';

/** The agent's configuration at the voice provider, where it is changed. */
export function Details({ agent }: { agent: AgentDetail }) {
  return (
    <>
      <Card title="Says first">
        <p className="whitespace-pre-wrap wrap-anywhere">
          {agent.firstMessage ?? <span className="text-muted">Nothing: it waits to be spoken to.</span>}
        </p>
      </Card>
      <Card title="Prompt">
        {agent.prompt === null ? (
          <p className="text-muted">There is none.</p>
        ) : (
          <section
            aria-label="Prompt"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
            tabIndex={0}
            className="max-h-80 overflow-y-auto rounded-md bg-raised p-3 whitespace-pre-wrap wrap-anywhere"
          >
            {agent.prompt}
          </section>
        )}
      </Card>
      <Settings agent={agent} />
      <Analysis agent={agent} />
    </>
  );
}

function Settings({ agent }: { agent: AgentDetail }) {
  const { language, voiceId, llm, maxCallSeconds, concurrencyLimit, monitoringEnabled } = agent;
  return (
    <Card title="Set up">
      <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-2 lg:grid-cols-3">
        <Fact name="Language">{language === null ? NONE : languageText(language)}</Fact>
        <Fact name="Voice">
          <VoiceName voiceId={voiceId} />
        </Fact>
        <Fact name="Model">{llm ?? NONE}</Fact>
        <Fact name="Longest call">{formatSeconds(maxCallSeconds)}</Fact>
        <Fact name="Calls at once">{limitText(concurrencyLimit)}</Fact>
        <Fact name="Calls under way can be joined">{yesNo(monitoringEnabled)}</Fact>
        <Fact name="Numbers" wide>
          <Numbers ids={agent.phoneNumberIds} />
        </Fact>
        <Fact name="A call may change" wide>
          <Allowed allowed={agent.overrides} />
        </Fact>
      </dl>
    </Card>
  );
}

function VoiceName({ voiceId }: Pick<AgentDetail, 'voiceId'>) {
  const voice = useVoices().items?.find((each) => each.voiceId === voiceId);
  return voice?.name ?? <span className="font-mono text-xs">{voiceId ?? NONE}</span>;
}

function limitText(limit: number | null): string {
  if (limit === null) return NONE;
  return limit === -1 ? 'No limit of its own' : formatCount(limit);
}

function yesNo(value: boolean | null): string {
  if (value === null) return NONE;
  return value ? 'Yes' : 'No';
}

function Fact({ name, wide = false, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? 'min-w-0 sm:col-span-full' : 'min-w-0'}>
      <dt className="text-xs font-medium text-muted">{name}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}

function Numbers({ ids }: { ids: readonly string[] }) {
  const { data } = useQuery({
    queryKey: keys.phoneNumbers,
    queryFn: ({ signal }) => listPhoneNumbers({ signal }),
    enabled: ids.length > 0,
  });
  if (ids.length === 0) return <span className="text-muted">None are assigned to it</span>;
  return ids
    .map((id) => data?.items.find(({ phoneNumberId }) => phoneNumberId === id))
    .map((number, at) =>
      number === undefined ? ids[at] : `${formatPhone(number.phoneNumber)} (${number.label})`,
    )
    .join(', ');
}

const OVERRIDES: readonly [keyof AgentDetail['overrides'], string][] = [
  ['prompt', 'prompt'],
  ['firstMessage', 'first message'],
  ['language', 'language'],
  ['voice', 'voice'],
  ['stability', 'stability'],
  ['speed', 'speed'],
  ['similarityBoost', 'likeness'],
  ['textOnly', 'texts alone'],
  ['maxCallSeconds', 'longest call'],
];

function Allowed({ allowed }: { allowed: AgentDetail['overrides'] }) {
  return (
    <ul className="mt-1 flex flex-wrap gap-1.5">
      {OVERRIDES.map(([name, text]) => (
        <li key={name}>
          {allowed[name] ? (
            <Badge tone="good" icon={<Check />}>
              {text}
            </Badge>
          ) : (
            <Badge icon={<Lock />}>
              <span className="sr-only">not </span>
              <span className="line-through">{text}</span>
            </Badge>
          )}
        </li>
      ))}
    </ul>
  );
}

function Analysis({ agent: { dataCollection, criteria } }: { agent: AgentDetail }) {
  return (
    <Card title="Learns from each conversation">
      <div className="grid gap-5 sm:grid-cols-2">
        <div>
          <h3 className="mb-1 text-xs font-medium text-muted">Data it collects</h3>
          {dataCollection.length === 0 && <p className="text-muted">None</p>}
          <ul className="grid gap-2">
            {dataCollection.map(({ id, type, description }) => (
              <li key={id}>
                <span className="font-medium wrap-anywhere">{id}</span>{' '}
                <span className="text-xs text-muted">{type}</span>
                {description !== null && <p className="text-muted wrap-anywhere">{description}</p>}
              </li>
            ))}
          </ul>
        </div>
        <div>
          <h3 className="mb-1 text-xs font-medium text-muted">What a success is</h3>
          {criteria.length === 0 && <p className="text-muted">No criteria of its own</p>}
          <ul className="grid gap-2">
            {criteria.map(({ id, name }) => (
              <li key={id} className="font-medium wrap-anywhere">
                {name ?? id}
              </li>
            ))}
          </ul>
        </div>
      </div>
    </Card>
  );
}
