import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowLeft, ArrowLeftRight } from 'lucide-react';
import { useCallback, useEffect, useRef } from 'react';
import { compareAgents } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { useLiveEvents } from '../../live/provider.tsx';
import type { LiveEvent } from '../../live/stream.ts';
import { buttonStyle, IconButton } from '../../ui/button.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { FigureTable } from './figure-table.tsx';
import { readPeriod, readSide, writeSide } from './side.ts';
import { SidePicker } from './side-picker.tsx';
import { TwoTalks } from './two-talks.tsx';

/** Compares two agents, or two versions of one, by figures and by their talks. */
export function CompareScreen() {
  const search = useSearch({ from: '/agents/compare' });
  const [left, right] = [readSide(search.left), readSide(search.right)];
  const navigate = useNavigate({ from: '/agents/compare' });
  const { leftCall: _left, rightCall: _right, left: oldLeft, right: oldRight, ...period } = search;
  const swap = () =>
    void navigate({
      search: { ...period, ...(oldRight && { left: oldRight }), ...(oldLeft && { right: oldLeft }) },
    });
  return (
    <Page
      title="Compare two"
      name="Compare"
      subtitle="The same figures for both, over the newest 1,000 calls of each"
      actions={
        <Link to="/agents" className={buttonStyle({ variant: 'quiet' })}>
          <ArrowLeft aria-hidden />
          All agents
        </Link>
      }
    >
      <div className="grid items-end gap-3 rounded-lg border bg-panel p-4 md:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)]">
        <SidePicker name="left" side={left} />
        <IconButton
          label="Swap the sides"
          icon={<ArrowLeftRight />}
          className="justify-self-center"
          onClick={swap}
        />
        <SidePicker name="right" side={right} />
        <Period />
      </div>
      {left === null || right === null ? (
        <Empty title="Choose two to compare">
          An agent stands for its calls; a version, for the talks in the browser that were given its name.
        </Empty>
      ) : (
        <Both left={writeSide(left)} right={writeSide(right)} />
      )}
    </Page>
  );
}

function Both({ left, right }: { left: string; right: string }) {
  const { from, to } = useSearch({ from: '/agents/compare' });
  const period = readPeriod({ ...(from && { from }), ...(to && { to }) });
  useSlowRefresh();
  const query = useQuery({
    queryKey: keys.comparison(left, right, period),
    queryFn: ({ signal }) => compareAgents(left, right, period, { signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query}>
      {(comparison) => (
        <div className={query.isPlaceholderData ? 'grid gap-5 opacity-60' : 'grid gap-5'}>
          <FigureTable comparison={comparison} />
          <TwoTalks comparison={comparison} />
        </div>
      )}
    </Loaded>
  );
}

/** One call changes figures over many calls little, and each fetch is costly. */
const REFRESH_AFTER_MS = 15_000;

function useSlowRefresh(): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  const listen = useCallback(
    ({ type }: LiveEvent) => {
      if (type !== 'call.ended' && type !== 'conversation.stored') return;
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        void client.invalidateQueries({ queryKey: ['comparison'] });
      }, REFRESH_AFTER_MS);
    },
    [client],
  );
  useLiveEvents(listen);
}

function Period() {
  const search = useSearch({ from: '/agents/compare' });
  const navigate = useNavigate({ from: '/agents/compare' });
  const change = (name: 'from' | 'to', day: string) => {
    const { [name]: _old, leftCall: _left, rightCall: _right, ...rest } = search;
    void navigate({ search: { ...rest, ...(day !== '' && { [name]: day }) }, replace: true });
  };
  const isTurned = search.from !== undefined && search.to !== undefined && search.from > search.to;
  return (
    <div className="grid gap-3 sm:grid-cols-2 md:col-span-3 md:max-w-md">
      <Field label="From">
        {(control) => (
          <Input
            {...control}
            type="date"
            value={search.from ?? ''}
            onChange={(event) => change('from', event.target.value)}
          />
        )}
      </Field>
      <Field label="To" error={isTurned ? 'It ends before it begins' : undefined}>
        {(control) => (
          <Input
            {...control}
            type="date"
            value={search.to ?? ''}
            onChange={(event) => change('to', event.target.value)}
          />
        )}
      </Field>
    </div>
  );
}
