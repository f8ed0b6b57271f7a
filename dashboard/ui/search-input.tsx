import { type ComponentProps, useEffect, useRef, useState } from 'react';
import { Input } from './field.tsx';

interface SearchInputProps extends Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'type'> {
  /** As the URL has it. */
  value: string | undefined;
  /** Undefined: nothing is looked for. */
  onSearch: (text: string | undefined) => void;
}

/**
 * A search whose text is kept in the URL. What is typed stands here at once: the URL follows a moment later, and would
 * move the caret to the end.
 */
export function SearchInput({ value = '', onSearch, ...rest }: SearchInputProps) {
  const [typed, setTyped] = useState(value);
  // What was typed, and has not come back by the URL yet.
  const sent = useRef<string[]>([]);
  useEffect(() => {
    const place = sent.current.indexOf(value);
    if (place === -1) setTyped(value);
    sent.current = place === -1 ? [] : sent.current.slice(place + 1);
  }, [value]);
  return (
    <Input
      type="search"
      autoComplete="off"
      maxLength={200}
      value={typed}
      onChange={({ target }) => {
        setTyped(target.value);
        sent.current.push(target.value);
        onSearch(target.value || undefined);
      }}
      {...rest}
    />
  );
}
