import { useQuery } from '@tanstack/react-query';
import { searchLeads } from './generated.ts';
import { keys } from './keys.ts';

/**
 * Leads of every campaign by a part of their name, address or number.
 *
 * @param q trimmed; from `shortest` characters on it is looked for
 * @param most how many are wanted
 */
export function useFoundLeads(q: string, { most, shortest = 1 }: { most: number; shortest?: number }) {
  return useQuery({
    queryKey: keys.foundLeads(q, most),
    queryFn: ({ signal }) => searchLeads(q, { limit: most }, { signal }),
    enabled: q.length >= shortest,
  });
}
