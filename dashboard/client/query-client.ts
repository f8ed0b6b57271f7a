import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

/** What is shown is kept true by the stream; only what nothing has told of for so long is asked for again. */
const FRESH_MS = 60_000;
const MOST_TRIES = 3;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      retry: (failures, error) => failures < MOST_TRIES && error instanceof ApiProblem && error.isPassing,
    },
    // A change is made once: whether it is made again is for the person to say.
    mutations: { retry: false },
  },
});
