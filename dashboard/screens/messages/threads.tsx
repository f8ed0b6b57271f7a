import { Link, useSearch } from '@tanstack/react-router';
import { Ban, Mail } from 'lucide-react';
import { memo } from 'react';
import { listThreads, type MessageThread } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { MessageBadge } from '../../format/message-labels.tsx';
import { formatPhone } from '../../format/phone.ts';
import { Time } from '../../format/time.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Empty, Loaded } from '../../ui/states.tsx';

const PAGE_SIZE = 50;
export const PERSON_LIST = 'min-h-0 overflow-y-auto rounded-lg border bg-panel';

/** Every number with messages, the latest first. */
export function Threads() {
  const { direction, selected } = useSearch({ from: '/messages' });
  const filter = { direction, limit: PAGE_SIZE };
  const query = usePages(
    keys.threads(filter),
    (cursor, signal) => listThreads({ ...filter, cursor }, { signal }),
    ({ phone }) => phone,
  );
  return (
    <Loaded query={{ ...query, data: query.items }}>
      {(threads) =>
        threads.length === 0 ? (
          <Empty title={direction === undefined ? 'No message yet' : 'No such conversation'}>
            {direction === undefined
              ? 'Texts that follow a call, answers to them, and what you write yourself appear here.'
              : 'Nobody is waiting on this side.'}
          </Empty>
        ) : (
          <nav aria-label="Conversations" className={PERSON_LIST}>
            <ul>
              {threads.map((thread) => (
                <li key={thread.phone} className="border-b last:border-b-0">
                  <Thread thread={thread} isOpen={thread.phone === selected} />
                </li>
              ))}
            </ul>
            {query.hasNextPage && (
              <div className="grid place-items-center border-t p-2">
                <Button
                  size="small"
                  busy={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  Older conversations
                </Button>
              </div>
            )}
          </nav>
        )
      }
    </Loaded>
  );
}

interface ThreadProps {
  thread: MessageThread;
  isOpen: boolean;
}

const Thread = memo(function Thread({ thread, isOpen }: ThreadProps) {
  const { phone, name, optedOut, latest } = thread;
  const isOurs = latest.direction === 'outbound';
  return (
    <Link
      from="/messages"
      search={(old) => ({ ...old, selected: phone })}
      aria-current={isOpen ? 'true' : undefined}
      className={cn(
        'grid grid-cols-[minmax(0,1fr)] gap-0.5 px-3 py-2 hover:bg-raised/70 focus-visible:-outline-offset-2',
        isOpen && 'bg-accent/10 hover:bg-accent/10',
      )}
    >
      <span className="flex items-baseline justify-between gap-2">
        <span className={cn('truncate', isOurs ? 'font-medium' : 'font-semibold')}>
          {name ?? formatPhone(phone)}
        </span>
        <span className="shrink-0 text-xs text-muted">
          <Time iso={latest.createdAt} />
        </span>
      </span>
      <span className="flex items-center gap-1.5 text-muted">
        {latest.channel === 'email' && <Mail aria-label="Mail" className="size-3.5 shrink-0" />}
        <span className="min-w-0 flex-1 truncate">
          {isOurs ? 'We: ' : ''}
          {latest.subject ?? latest.body}
        </span>
        {optedOut ? (
          <Badge tone="bad" icon={<Ban />}>
            Opted out
          </Badge>
        ) : (
          isOurs && <MessageBadge status={latest.status} />
        )}
      </span>
    </Link>
  );
});
