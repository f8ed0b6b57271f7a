import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useShortcut } from '../../shell/shortcuts.ts';
import { Input } from '../../ui/field.tsx';

/** So long nothing is typed before the search is made: each one is a request at the provider. */
const SETTLE_MS = 250;

/** What is looked for in the tab, kept in the URL. */
export function SearchBox({ label }: { label: string }) {
  const { q = '' } = useSearch({ from: '/agents' });
  const navigate = useNavigate({ from: '/agents' });
  const box = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(q);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useShortcut('slash', { does: label, shown: '/' }, () => box.current?.focus());
  const change = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const wanted = text.trim();
      void navigate({
        to: '/agents',
        search: ({ tab }) => ({ ...(tab && { tab }), ...(wanted && { q: wanted }) }),
        replace: true,
      });
    }, SETTLE_MS);
  };
  return (
    <Input
      ref={box}
      type="search"
      aria-label={label}
      placeholder={label}
      maxLength={200}
      className="max-w-80"
      value={typed}
      onChange={(event) => change(event.target.value)}
    />
  );
}
