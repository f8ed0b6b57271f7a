import { type ComponentProps, useEffect, useRef, useState } from 'react';
import { Input } from './field.tsx';

interface SearchInputProps extends Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'type'> {
  /** As in the URL. */
  value: string | undefined;
  /** Undefined for no search. */
  onSearch: (text: string | undefined) => void;
  /** The trimmed text is searched after this pause in typing; 0: with every key. */
  pauseMs?: number;
}

/**
 * A search kept in the URL. Typed text is held here, since the URL follows later and would move the caret to
 * the end.
 */
export function SearchInput({ value = '', onSearch, pauseMs = 0, ...rest }: SearchInputProps) {
  const [typed, setTyped] = useState(value);
  // Typed texts that the URL has not returned yet.
  const sent = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const place = sent.current.indexOf(value);
    sent.current = place === -1 ? [] : sent.current.slice(place + 1);
    if (place !== -1) return;
    // A change from elsewhere, such as going back, overrides typing.
    clearTimeout(timer.current);
    setTyped(value);
  }, [value]);
  const search = (text: string) => {
    if (text === (sent.current.at(-1) ?? value)) return;
    sent.current.push(text);
    onSearch(text || undefined);
  };
  // Other choices made during the pause must survive.
  const latest = useRef(search);
  latest.current = search;
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    if (pauseMs === 0) search(text);
    else timer.current = setTimeout(() => latest.current(text.trim()), pauseMs);
  };
  return (
    <Input
      type="search"
      autoComplete="off"
      maxLength={200}
      value={typed}
      onChange={({ target }) => type(target.value)}
      {...rest}
    />
  );
}
