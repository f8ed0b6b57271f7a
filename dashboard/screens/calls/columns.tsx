import { CircleAlert, PhoneIncoming, Star } from 'lucide-react';
import type { Call } from '../../client/generated.ts';
import { CallBadge, DISPOSITION_TEXT } from '../../format/labels.tsx';
import { formatCents, formatSeconds, NONE } from '../../format/numbers.ts';
import { formatFullTime } from '../../format/times.ts';
import { numberOf, partyOf } from '../../live-call/party.ts';
import type { Column } from '../../ui/data-table.tsx';

/** @param nameOf names of campaigns and agents by id */
export function callColumns(nameOf: (id: string) => string): Column<Call>[] {
  return [
    { id: 'who', header: 'Who', width: 8.6, cell: (call) => <Who call={call} /> },
    { id: 'number', header: 'Number', width: 10.2, wide: true, cell: (call) => <PhoneNumber call={call} /> },
    { id: 'result', header: 'Result', width: 8.2, cell: (call) => <CallBadge call={call} /> },
    {
      id: 'disposition',
      header: 'Disposition',
      width: 10.2,
      wide: true,
      cell: ({ disposition, converted }) => (
        <span className="inline-flex items-center gap-1.5">
          {disposition === null ? <span className="text-muted">{NONE}</span> : DISPOSITION_TEXT[disposition]}
          {converted && disposition !== 'converted' && (
            <Star aria-label="Converted" className="size-3.5 text-good" />
          )}
        </span>
      ),
    },
    {
      id: 'score',
      header: 'Score',
      width: 3.8,
      align: 'end',
      wide: true,
      cell: ({ score }) => score ?? NONE,
    },
    {
      id: 'talk',
      header: 'Talk',
      width: 4,
      align: 'end',
      wide: true,
      cell: ({ talkSeconds }) => formatSeconds(talkSeconds),
    },
    {
      id: 'cost',
      header: 'Cost',
      width: 5,
      align: 'end',
      wide: true,
      cell: ({ costCents }) => formatCents(costCents),
    },
    {
      id: 'campaign',
      header: 'Campaign',
      width: 7.9,
      wide: true,
      cell: ({ campaignId }) =>
        campaignId === null ? <span className="text-muted">None</span> : nameOf(campaignId),
    },
    { id: 'agent', header: 'Agent', width: 7, wide: true, cell: ({ agentId }) => nameOf(agentId) },
    { id: 'started', header: 'Started', width: 8, cell: ({ startedAt }) => <Started iso={startedAt} /> },
  ];
}

function Who({ call }: { call: Call }) {
  return (
    <span className="flex items-center gap-1.5">
      {call.needsAttention && (
        <CircleAlert aria-label="Needs attention" className="size-4 shrink-0 text-bad" />
      )}
      <span className="min-w-0 truncate font-medium">{partyOf(call)}</span>
    </span>
  );
}

function PhoneNumber({ call }: { call: Call }) {
  return (
    <span className="flex items-center gap-1.5">
      {call.direction === 'inbound' && call.kind === 'phone' && (
        <PhoneIncoming aria-label="Came in" className="size-3.5 shrink-0 text-info" />
      )}
      <span className="min-w-0 truncate text-muted">{numberOf(call)}</span>
    </span>
  );
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** The time today, otherwise with the day; short, since a row is one line. */
function Started({ iso }: { iso: string }) {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  return (
    <time dateTime={iso} title={formatFullTime(iso)}>
      {(isToday ? clock : dayAndClock).format(at)}
    </time>
  );
}
