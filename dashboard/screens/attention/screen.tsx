import { useEffect } from 'react';
import { listAttention } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { plural } from '../../format/numbers.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Group } from './group.tsx';
import { byKind } from './kinds.ts';

const PAGE_SIZE = 200;
/** The most severe kinds are sorted first among this many; more items than this share one cause. */
const MAX_ITEMS = 1_000;

/** What only a person can settle, the most severe first. */
export function AttentionScreen() {
  const query = usePages(
    keys.attention,
    (cursor, signal) => listAttention({ cursor, limit: PAGE_SIZE }, { signal }),
    ({ id }) => id,
  );
  const { items, hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query;
  const readsOn = hasNextPage && !isFetchingNextPage && !isError && (items?.length ?? 0) < MAX_ITEMS;
  useEffect(() => {
    if (readsOn) void fetchNextPage();
  }, [readsOn, fetchNextPage]);
  return (
    <Page
      title="Needs attention"
      name="Needs attention"
      subtitle="What the product could not settle by itself, the worst first. What settles later leaves this list by itself."
    >
      <Loaded query={{ ...query, data: items }}>
        {(found) =>
          found.length === 0 ? (
            <Empty title="Nothing needs you">
              Every call is accounted for, no campaign has stopped by itself, and every webhook is taken. When
              that changes, it is shown here and counted beside the menu.
            </Empty>
          ) : (
            <>
              {hasNextPage && found.length >= MAX_ITEMS && (
                <p className="text-muted">
                  The newest {plural(found.length, 'thing')} are shown; there are more.
                </p>
              )}
              {byKind(found).map((group) => (
                <Group key={group.kind} {...group} />
              ))}
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
