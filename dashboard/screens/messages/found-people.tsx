import { Link, useSearch } from '@tanstack/react-router';
import { useDeferredValue } from 'react';
import { useFoundLeads } from '../../client/found-leads.ts';
import { formatPhone } from '../../format/phone.ts';
import { cn } from '../../ui/cn.ts';
import { Empty, Loaded } from '../../ui/states.tsx';
import { PERSON_LIST } from './threads.tsx';

const MAX_FOUND = 50;

interface Person {
  phone: string;
  name: string | null;
  where: string;
}

/** Leads that match the search, and a complete number that no lead has. */
export function FoundPeople({ q }: { q: string }) {
  const { selected } = useSearch({ from: '/messages' });
  const text = useDeferredValue(q.trim());
  const query = useFoundLeads(text, { most: MAX_FOUND });
  if (text === '') return null;
  return (
    <Loaded query={query}>
      {({ items }) => {
        const people = withTyped(byNumber(items), text);
        return people.length === 0 ? (
          <Empty title="Nobody of this name or number">
            To write to a number that no lead has, write it out with its country code, such as +1 415 555
            0117.
          </Empty>
        ) : (
          <nav aria-label="People found" className={PERSON_LIST}>
            <ul>
              {people.map((person) => (
                <li key={person.phone} className="border-b last:border-b-0">
                  <Link
                    from="/messages"
                    search={(old) => ({ ...old, selected: person.phone })}
                    aria-current={person.phone === selected ? 'true' : undefined}
                    className={cn(
                      'block px-3 py-2 hover:bg-raised/70 focus-visible:-outline-offset-2',
                      person.phone === selected && 'bg-accent/10',
                    )}
                  >
                    <span className="block truncate font-medium">
                      {person.name ?? formatPhone(person.phone)}
                    </span>
                    <span className="block truncate text-muted">
                      {person.name !== null && `${formatPhone(person.phone)} · `}
                      {person.where}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
        );
      }}
    </Loaded>
  );
}

/** One entry a number, which may be a lead of several campaigns. */
function byNumber(leads: readonly { phone: string; name: string | null; campaignName: string }[]): Person[] {
  const people = new Map<string, Person>();
  for (const { phone, name, campaignName } of leads) {
    const known = people.get(phone);
    if (known === undefined) people.set(phone, { phone, name, where: campaignName });
    else known.where = `${known.where}, ${campaignName}`;
  }
  return [...people.values()];
}

function withTyped(people: Person[], text: string): Person[] {
  const digits = text.replaceAll(/\D/g, '');
  const phone = `+${digits}`;
  const isNumber = /^\+[\d\s().-]+$/.test(text) && digits.length >= 8 && digits.length <= 15;
  if (!isNumber || people.some((person) => person.phone === phone)) return people;
  return [{ phone, name: null, where: 'No lead has this number' }, ...people];
}
