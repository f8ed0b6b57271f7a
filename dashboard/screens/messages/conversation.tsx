import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, Ban } from 'lucide-react';
import { useLayoutEffect, useRef } from 'react';
import { useFoundLeads } from '../../client/found-leads.ts';
import { type FoundLead, listMessages, listOptOuts, type Message } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { formatPhone } from '../../format/phone.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Bubble } from './bubble.tsx';
import { Composer } from './composer.tsx';

const PAGE_SIZE = 50;
/** More campaigns than this with one number are unlikely. */
const MAX_LEADS = 50;

/** All messages with one number, and an input. */
export function Conversation({ phone }: { phone: string }) {
  const query = usePages(
    keys.messages({ phone }),
    (cursor, signal) => listMessages({ phone, cursor, limit: PAGE_SIZE }, { signal }),
    ({ id }) => id,
  );
  const leads = useLeadsOf(phone);
  const optedOut = useOptedOut(phone);
  const name = leads?.find((lead) => lead.name !== null)?.name ?? null;
  const lead = leads?.[0];
  const zone = lead?.timeZone ?? (lead?.zones.length === 1 ? lead.zones[0] : null);
  return (
    <section
      aria-label={`Conversation with ${name ?? formatPhone(phone)}`}
      className="flex h-[calc(100dvh-8.5rem)] min-h-96 flex-col rounded-lg border bg-panel lg:h-full"
    >
      <Heading phone={phone} name={name} leads={leads} optedOut={optedOut} />
      <Loaded query={{ ...query, data: query.items }}>
        {(messages) => (
          <History
            messages={messages}
            zone={zone}
            hasEarlier={query.hasNextPage}
            isReading={query.isFetchingNextPage}
            onEarlier={() => void query.fetchNextPage()}
          />
        )}
      </Loaded>
      <Composer phone={phone} optedOut={optedOut} />
    </section>
  );
}

/** Leads with exactly this number, the latest first; undefined until fetched. */
function useLeadsOf(phone: string): FoundLead[] | undefined {
  const { data } = useFoundLeads(phone, { most: MAX_LEADS });
  return data?.items.filter((lead) => lead.phone === phone);
}

function useOptedOut(phone: string): boolean {
  const { data } = useQuery({
    queryKey: [...keys.optOuts, 'of', phone],
    queryFn: ({ signal }) => listOptOuts({ q: phone }, { signal }),
  });
  return data?.items.some((optOut) => optOut.phone === phone) ?? false;
}

interface HeadingProps {
  phone: string;
  name: string | null;
  leads: readonly FoundLead[] | undefined;
  optedOut: boolean;
}

function Heading({ phone, name, leads, optedOut }: HeadingProps) {
  const navigate = useNavigate();
  const back = () => void navigate({ from: '/messages', search: (old) => ({ ...old, selected: undefined }) });
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-2 lg:px-4">
      <span className="lg:hidden">
        <IconButton label="Back to the conversations" icon={<ArrowLeft />} onClick={back} />
      </span>
      <div className="min-w-0 flex-1">
        <h2 className="truncate font-semibold">{name ?? formatPhone(phone)}</h2>
        <p className="flex flex-wrap gap-x-1.5 text-xs text-muted">
          {name !== null && <span>{formatPhone(phone)}</span>}
          {leads?.length === 0 && <span>No lead has this number</span>}
          {leads?.map((lead) => (
            <Link
              key={lead.id}
              to="/leads/$leadId"
              params={{ leadId: lead.id }}
              className="underline decoration-line-strong underline-offset-2 hover:text-accent"
            >
              {lead.campaignName}
            </Link>
          ))}
        </p>
      </div>
      {optedOut && (
        <Badge tone="bad" icon={<Ban />}>
          Opted out
        </Badge>
      )}
    </header>
  );
}

interface HistoryProps {
  /** Newest first, as fetched. */
  messages: readonly Message[];
  zone: string | null | undefined;
  hasEarlier: boolean;
  isReading: boolean;
  onEarlier: () => void;
}

/** The newest message is at the bottom, and stays visible when another arrives. */
function History({ messages, zone, hasEarlier, isReading, onEarlier }: HistoryProps) {
  const newest = messages[0]?.id;
  const scroller = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each new newest message.
  useLayoutEffect(() => {
    const place = scroller.current;
    if (place !== null) place.scrollTop = place.scrollHeight;
  }, [newest]);
  return (
    <div
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
      tabIndex={0}
      role="log"
      aria-label="Messages"
      className="flex min-h-0 flex-1 flex-col overflow-y-auto px-3 py-3 focus-visible:-outline-offset-2 lg:px-4"
    >
      {hasEarlier && (
        <Button size="small" className="self-center" busy={isReading} onClick={onEarlier}>
          Earlier messages
        </Button>
      )}
      {messages.length === 0 && (
        <p className="m-auto text-center text-muted">Nothing was written with this number yet.</p>
      )}
      <ol className="mt-auto grid gap-3">
        {messages.toReversed().map((message) => (
          <Bubble key={message.id} message={message} zone={zone} />
        ))}
      </ol>
    </div>
  );
}
