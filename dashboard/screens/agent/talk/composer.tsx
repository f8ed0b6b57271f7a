import { Send, StickyNote } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Textarea } from '../../../ui/field.tsx';
import type { Talk } from './use-talk.ts';

/** Sends the agent a message, or context that is not part of the conversation. */
export function Composer({ talk }: { talk: Talk }) {
  const [text, setText] = useState('');
  const box = useRef<HTMLTextAreaElement>(null);
  const isText = talk.state.mode === 'text';
  useEffect(() => {
    if (isText) box.current?.focus();
  }, [isText]);
  const send = (by: (text: string) => void) => {
    const words = text.trim();
    if (words === '') return;
    by(words);
    setText('');
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // This Enter confirms an input method's character.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send(talk.say);
  };
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        send(talk.say);
      }}
    >
      <Textarea
        ref={box}
        aria-label="Message to the agent"
        placeholder="Write to the agent; Enter sends"
        rows={2}
        maxLength={5_000}
        className="min-h-14"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button
          variant="quiet"
          icon={<StickyNote />}
          disabled={text.trim() === ''}
          title="The agent gets to know it; it is not part of what is said"
          onClick={() => send(talk.inform)}
        >
          Let it know only
        </Button>
        <Button type="submit" variant="primary" icon={<Send />} disabled={text.trim() === ''}>
          Send
        </Button>
      </div>
    </form>
  );
}
