import { useQuery } from '@tanstack/react-query';
import { searchLeads } from './generated.ts';
import { keys } from './keys.ts';

/**
 * Leads of every campaign by a part of their name, address or number.
 *
 * @param q trimmed; searched from `shortest` characters on
 * @param most maximum number of results
 */
export function useFoundLeads(q: string, { most, shortest = 1 }: { most: number; shortest?: number }) {
  return useQuery({
    queryKey: keys.foundLeads(q, most),
    queryFn: ({ signal }) => searchLeads(q, { limit: most }, { signal }),
    enabled: q.length >= shortest,
  });
}
