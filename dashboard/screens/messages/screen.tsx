import { useSearch } from '@tanstack/react-router';
import { MessageSquare } from 'lucide-react';
import { cn } from '../../ui/cn.ts';
import { Page } from '../../ui/page.tsx';
import { Conversation } from './conversation.tsx';
import { ThreadFilters } from './filters.tsx';
import { FoundPeople } from './found-people.tsx';
import { Threads } from './threads.tsx';

/** Texts and mails as conversations: a list beside the open one; on a phone one at a time. */
export function MessagesScreen() {
  const { selected, q } = useSearch({ from: '/messages' });
  const isOpen = selected !== undefined;
  return (
    <Page title="Messages" name="Messages">
      <div className="grid gap-4 lg:h-[calc(100dvh-9rem)] lg:min-h-96 lg:grid-cols-[22rem_minmax(0,1fr)]">
        <div className={cn('flex min-h-0 min-w-0 flex-col gap-3', isOpen && 'max-lg:hidden')}>
          <ThreadFilters />
          {q === undefined ? <Threads /> : <FoundPeople q={q} />}
        </div>
        <div className={cn('min-h-0 min-w-0', !isOpen && 'max-lg:hidden')}>
          {isOpen ? <Conversation key={selected} phone={selected} /> : <NothingOpen />}
        </div>
      </div>
    </Page>
  );
}

function NothingOpen() {
  return (
    <div className="grid h-full place-content-center justify-items-center gap-2 rounded-lg border border-dashed p-6 text-center text-muted">
      <MessageSquare aria-hidden className="size-7" />
      <p>Choose a conversation, or look for a name or number to begin one.</p>
    </div>
  );
}
