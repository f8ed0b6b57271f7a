import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from 'react';
import { createPatcher } from './patch.ts';
import { type LiveEvent, LiveStream, type StreamStatus } from './stream.ts';

const StreamContext = createContext<LiveStream | null>(null);

/** Holds the page's only stream and applies its events to the query cache. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [stream] = useState(() => new LiveStream());
  useEffect(() => {
    const patcher = createPatcher(client);
    const unsubscribe = stream.onEvent((event) => patcher.apply(event));
    let wasLive = false;
    const unwatch = stream.onStatus(() => {
      const isLive = stream.getStatus().state === 'live';
      if (isLive && !wasLive) patcher.retryFailed();
      wasLive = isLive;
    });
    const stop = stream.start();
    return () => {
      unwatch();
      stop();
      unsubscribe();
      patcher.stop();
    };
  }, [client, stream]);
  return <StreamContext value={stream}>{children}</StreamContext>;
}

function useStream(): LiveStream {
  const stream = use(StreamContext);
  if (stream === null) throw new Error('There is no LiveProvider around this.');
  return stream;
}

export function useStreamStatus(): StreamStatus {
  const stream = useStream();
  return useSyncExternalStore(stream.onStatus, stream.getStatus);
}

/** Calls `listener` with every event while the component is mounted. Keep it stable (`useCallback`). */
export function useLiveEvents(listener: (event: LiveEvent) => void): void {
  const stream = useStream();
  useEffect(() => stream.onEvent(listener), [stream, listener]);
}
