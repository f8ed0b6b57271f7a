import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

/** The stream keeps shown data current; data without an event for this long are refetched. */
const FRESH_MS = 60_000;
const MAX_TRIES = 3;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      retry: (failures, error) => failures < MAX_TRIES && error instanceof ApiProblem && error.isPassing,
    },
    // Only the person may repeat a change.
    mutations: { retry: false },
  },
});
