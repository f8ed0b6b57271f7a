import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

/** The stream keeps data current; this is how long they count as fresh without it. */
const FRESH_MS = 60_000;
const MOST_TRIES = 3;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      retry: (failures, error) => failures < MOST_TRIES && error instanceof ApiProblem && error.isPassing,
    },
    // A change is retried only by the person.
    mutations: { retry: false },
  },
});
