import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ban, Check, TriangleAlert } from 'lucide-react';
import { listAgents, listPhoneNumbers, type PhoneNumber } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatPhone } from '../../format/phone.ts';
import { Badge } from '../../ui/badge.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';

/** The numbers that calls can come from, with warnings about their configuration. */
export function NumberList() {
  const query = useQuery({
    queryKey: keys.phoneNumbers,
    queryFn: ({ signal }) => listPhoneNumbers({ signal }),
  });
  const agents = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => listAgents({ signal }) });
  const nameOf = (agentId: string) =>
    agents.data?.items.find((agent) => agent.agentId === agentId)?.name ?? agentId;
  return (
    <Loaded query={query}>
      {({ items, warnings }) =>
        items.length === 0 ? (
          <Empty title="There are no phone numbers">
            Import a number of your carrier at the voice provider; campaigns call from it.
          </Empty>
        ) : (
          <ul aria-label="Phone numbers" className="grid gap-3">
            {items.map((number) => (
              <NumberRow
                key={number.phoneNumberId}
                number={number}
                agentName={number.assignedAgentId === null ? null : nameOf(number.assignedAgentId)}
                warnings={warnings
                  .filter(({ phoneNumberId }) => phoneNumberId === number.phoneNumberId)
                  .map(({ detail }) => detail)}
              />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

interface RowProps {
  number: PhoneNumber;
  agentName: string | null;
  warnings: readonly string[];
}

function NumberRow({ number, agentName, warnings }: RowProps) {
  const { phoneNumber, label, provider, supportsOutbound, assignedAgentId, takesTexts } = number;
  return (
    <li className="grid gap-3 rounded-lg border bg-panel p-4">
      <div className="grid gap-x-6 gap-y-2 md:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_20rem] md:items-center">
        <div className="min-w-0">
          <div className="font-semibold">{formatPhone(phoneNumber)}</div>
          <div className="truncate text-muted">
            {label} · {provider}
          </div>
        </div>
        <div className="min-w-0 text-muted">
          {assignedAgentId === null ? (
            'Nobody answers calls to it'
          ) : (
            <>
              Calls to it are answered by{' '}
              <Link
                to="/agents/$agentId"
                params={{ agentId: assignedAgentId }}
                className="font-medium text-accent underline"
              >
                {agentName}
              </Link>
            </>
          )}
        </div>
        <div className="flex flex-wrap gap-2 md:justify-end">
          {supportsOutbound ? (
            <Badge tone="good" icon={<Check />}>
              Can call
            </Badge>
          ) : (
            <Badge tone="bad" icon={<Ban />}>
              Cannot call
            </Badge>
          )}
          <TextsBadge takesTexts={takesTexts} />
        </div>
      </div>
      {!supportsOutbound && (
        <Warning>The provider lets no calls out from this number: a campaign cannot use it.</Warning>
      )}
      {warnings.map((detail) => (
        <Warning key={detail}>{detail}</Warning>
      ))}
    </li>
  );
}

function TextsBadge({ takesTexts }: Pick<PhoneNumber, 'takesTexts'>) {
  if (takesTexts === null) return <Badge>Where texts go is not known</Badge>;
  if (takesTexts) {
    return (
      <Badge tone="warn" icon={<TriangleAlert />}>
        Texts go elsewhere
      </Badge>
    );
  }
  return (
    <Badge tone="good" icon={<Check />}>
      Texts arrive here
    </Badge>
  );
}

function Warning({ children }: { children: string }) {
  return (
    <p className="flex gap-2 rounded-md border border-warn/40 bg-warn/10 px-3 py-2 text-warn wrap-anywhere">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      {children}
    </p>
  );
}
