import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import { useShortcut } from '../../shell/shortcuts.ts';
import { SearchInput } from '../../ui/search-input.tsx';

/** Waits for a pause in typing, since each search is a request to the provider. */
const SETTLE_MS = 250;

/** The search of the tab, kept in the URL. */
export function SearchBox({ label }: { label: string }) {
  const { q } = useSearch({ from: '/agents' });
  const navigate = useNavigate({ from: '/agents' });
  const box = useRef<HTMLInputElement>(null);
  useShortcut('slash', { does: label, shown: '/' }, () => box.current?.focus());
  return (
    <SearchInput
      ref={box}
      aria-label={label}
      placeholder={label}
      className="max-w-80"
      value={q}
      pauseMs={SETTLE_MS}
      onSearch={(text) =>
        void navigate({
          to: '/agents',
          search: ({ tab }) => ({ ...(tab && { tab }), ...(text && { q: text }) }),
          replace: true,
        })
      }
    />
  );
}
