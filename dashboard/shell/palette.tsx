import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { Megaphone, Pause, Plus, User } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { useFoundLeads } from '../client/found-leads.ts';
import { listCalls, listCampaigns } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { formatPhone } from '../format/phone.ts';
import { Time } from '../format/time.tsx';
import { partyOf } from '../live-call/party.ts';
import { useMay } from '../session/session.tsx';
import { DESTINATIONS } from './navigation.ts';
import { usePausing } from './pausing.ts';

/** People are searched from this many characters on. */
const SHORTEST_SEARCH = 3;
const MAX_PEOPLE = 10;
const MAX_CAMPAIGNS = 200;

/** Opens a screen or a campaign, finds a person by number or name, or runs a command. */
export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const may = useMay();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const go = (leave: () => unknown) => {
    onOpenChange(false);
    leave();
  };
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/45" />
        <Dialog.Popup className="fixed top-[12vh] left-1/2 z-50 w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 overflow-hidden rounded-xl border bg-panel shadow-2xl">
          <Dialog.Title className="sr-only">Go to, find, do</Dialog.Title>
          <Command label="Go to, find, do" loop>
            <Command.Input
              value={text}
              onValueChange={setText}
              placeholder="A screen, a campaign, a name or a number"
              className="h-12 w-full border-b bg-transparent px-4 text-base outline-none placeholder:text-muted"
            />
            <Command.List className="max-h-[50vh] overflow-y-auto p-2">
              <Command.Empty className="p-4 text-center text-muted">Nothing of that name.</Command.Empty>
              <Destinations onGo={go} />
              {may.operate && <Commands onGo={go} />}
              <Campaigns onGo={go} />
              <People search={search} onGo={go} />
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface GroupProps {
  /** Closes the palette first. */
  onGo: (leave: () => unknown) => void;
}

function Destinations({ onGo }: GroupProps) {
  const navigate = useNavigate();
  return (
    <Group heading="Go to">
      {DESTINATIONS.map(({ to, label, icon: Icon }) => (
        <Item key={label} value={`go ${label}`} icon={<Icon />} onSelect={() => onGo(() => navigate({ to }))}>
          {label}
        </Item>
      ))}
    </Group>
  );
}

function Campaigns({ onGo }: GroupProps) {
  const navigate = useNavigate();
  const campaigns = useQuery({
    queryKey: keys.campaigns({ limit: MAX_CAMPAIGNS }),
    queryFn: () => listCampaigns({ limit: MAX_CAMPAIGNS }),
  });
  return (
    <Group heading="Campaigns">
      {(campaigns.data?.items ?? []).map(({ id, name, status }) => (
        <Item
          key={id}
          value={`campaign ${name} ${id}`}
          icon={<Megaphone />}
          onSelect={() => onGo(() => navigate({ to: '/campaigns/$campaignId', params: { campaignId: id } }))}
        >
          {name}
          <span className="ml-auto text-xs text-muted">{status}</span>
        </Item>
      ))}
    </Group>
  );
}

/** Commands that are available everywhere. */
function Commands({ onGo }: GroupProps) {
  const navigate = useNavigate();
  const { does, isPossible, pause } = usePausing();
  return (
    <Group heading="Do">
      <Item
        value="new campaign launch"
        icon={<Plus />}
        onSelect={() => onGo(() => navigate({ to: '/launch' }))}
      >
        Launch a campaign
      </Item>
      {isPossible && (
        <Item value={does} icon={<Pause />} onSelect={() => onGo(pause)}>
          {does}
        </Item>
      )}
    </Group>
  );
}

/** Leads by name or number, and callers who are not leads by their latest call. */
function People({ search, onGo }: GroupProps & { search: string }) {
  const navigate = useNavigate();
  const enabled = search.length >= SHORTEST_SEARCH;
  const leads = useFoundLeads(search, { most: MAX_PEOPLE, shortest: SHORTEST_SEARCH });
  const calls = useQuery({
    queryKey: keys.foundCalls(search),
    queryFn: ({ signal }) =>
      listCalls({ q: search, attribution: 'unattributed', limit: MAX_PEOPLE }, { signal }),
    enabled,
  });
  const strangers = new Map((calls.data?.items ?? []).toReversed().map((call) => [partyOf(call), call]));
  const found = leads.data?.items ?? [];
  if (found.length === 0 && strangers.size === 0) return null;
  // The results are final and must not be filtered again.
  const shownFor = (id: string) => `${search} ${id}`;
  return (
    <Group heading="People">
      {found.map(({ id, name, phone, campaignName }) => (
        <Item
          key={id}
          value={shownFor(id)}
          icon={<User />}
          onSelect={() => onGo(() => navigate({ to: '/leads/$leadId', params: { leadId: id } }))}
        >
          {name ?? formatPhone(phone)}
          <span className="ml-auto text-xs text-muted">{campaignName}</span>
        </Item>
      ))}
      {[...strangers.values()].map((call) => (
        <Item
          key={call.id}
          value={shownFor(call.id)}
          icon={<User />}
          onSelect={() => onGo(() => navigate({ to: '/calls/$callId', params: { callId: call.id } }))}
        >
          {partyOf(call)}
          <span className="ml-auto text-xs text-muted">
            <Time iso={call.startedAt} />
          </span>
        </Item>
      ))}
    </Group>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="**:[[cmdk-group-heading]]:px-2 **:[[cmdk-group-heading]]:py-1 **:[[cmdk-group-heading]]:text-xs **:[[cmdk-group-heading]]:font-semibold **:[[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

function Item({
  value,
  icon,
  onSelect,
  children,
}: {
  value: string;
  icon: ReactNode;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex cursor-default items-center gap-2.5 rounded-md px-2 py-1.5 data-[selected=true]:bg-accent/12 [&_svg]:size-4 [&_svg]:text-muted"
    >
      {icon}
      {children}
    </Command.Item>
  );
}
