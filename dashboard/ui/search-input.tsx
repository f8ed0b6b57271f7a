import { type ComponentProps, useEffect, useRef, useState } from 'react';
import { Input } from './field.tsx';

interface SearchInputProps extends Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'type'> {
  /** As the URL has it. */
  value: string | undefined;
  /** Undefined: nothing is looked for. */
  onSearch: (text: string | undefined) => void;
  /** The search is made, without the spaces around it, when nothing was typed for so long; 0: with every key. */
  pauseMs?: number;
}

/**
 * A search whose text is kept in the URL. What is typed stands here at once: the URL follows a moment later, and would
 * move the caret to the end.
 */
export function SearchInput({ value = '', onSearch, pauseMs = 0, ...rest }: SearchInputProps) {
  const [typed, setTyped] = useState(value);
  // What was typed, and has not come back by the URL yet.
  const sent = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const place = sent.current.indexOf(value);
    sent.current = place === -1 ? [] : sent.current.slice(place + 1);
    if (place !== -1) return;
    // Changed from elsewhere, such as by the way back: what was being typed is not to undo that.
    clearTimeout(timer.current);
    setTyped(value);
  }, [value]);
  const search = (text: string) => {
    if (text === (sent.current.at(-1) ?? value)) return;
    sent.current.push(text);
    onSearch(text || undefined);
  };
  // After a pause, what else was chosen meanwhile is to stay.
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
