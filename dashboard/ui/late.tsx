import { useQuery } from '@tanstack/react-query';
import type { ComponentType, ReactNode } from 'react';
import { keys } from '../client/keys.ts';
import { Failure } from './states.tsx';

/** Failed attempts before the failure is shown; attempts continue. */
const SHOWN_FAILURES = 2;
const RETRY_MS = 2_000;
const UNFETCHED = new Error('The code of this part could not be fetched. It is asked for again by itself.');

interface LateProps<Props> {
  name: string;
  load: () => Promise<ComponentType<Props>>;
  /** Placeholder meanwhile. */
  loading?: ReactNode;
  failing?: ReactNode;
  children: (Part: ComponentType<Props>) => ReactNode;
}

/**
 * A part of a screen whose code is loaded on first use, with retries: an absent server leaves a gap, and the
 * rest of the screen works.
 */
export function Late<Props>({
  name,
  load,
  loading = null,
  failing = <Failure error={UNFETCHED} onRetry={() => window.location.reload()} />,
  children,
}: LateProps<Props>) {
  const { data, failureCount } = useQuery({
    queryKey: keys.code(name),
    queryFn: async () => ({ Part: await load() }),
    staleTime: 'static',
    gcTime: Number.POSITIVE_INFINITY,
    retry: true,
    retryDelay: RETRY_MS,
  });
  if (data !== undefined) return children(data.Part);
  return failureCount < SHOWN_FAILURES ? loading : failing;
}
