import { Link } from '@tanstack/react-router';
import { Mail, Paperclip } from 'lucide-react';
import { memo } from 'react';
import type { Message } from '../../client/generated.ts';
import { MessageBadge, writerOf } from '../../format/message-labels.tsx';
import { plural } from '../../format/numbers.ts';
import { Time } from '../../format/time.tsx';
import { cn } from '../../ui/cn.ts';

/** One text or mail: ours on the right, theirs on the left. */
export const Bubble = memo(function Bubble({
  message,
  zone,
}: {
  message: Message;
  zone: string | null | undefined;
}) {
  const { direction, subject, body, attachments } = message;
  const isOurs = direction === 'outbound';
  return (
    <li
      className={cn('grid max-w-[min(36rem,88%)] gap-1', isOurs ? 'justify-self-end' : 'justify-self-start')}
    >
      <div
        className={cn(
          'w-fit max-w-full rounded-2xl border px-3 py-2 wrap-anywhere whitespace-pre-wrap',
          isOurs ? 'justify-self-end rounded-br-sm border-accent/30 bg-accent/10' : 'rounded-bl-sm bg-raised',
        )}
      >
        <span className="sr-only">{isOurs ? `${writerOf(message)} wrote:` : 'They wrote:'}</span>
        {subject !== null && (
          <p className="mb-1 flex items-center gap-1.5 font-semibold">
            <Mail aria-label="Mail" className="size-4 shrink-0" />
            {subject}
          </p>
        )}
        {body}
        {attachments.length > 0 && <Attachments attachments={attachments} />}
      </div>
      <Facts message={message} zone={zone} />
    </li>
  );
});

function Attachments({ attachments }: Pick<Message, 'attachments'>) {
  return (
    <ul aria-label="Attached" className="mt-1.5 grid gap-0.5 text-xs text-muted">
      {attachments.map(({ name, contentType, url }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: attachments do not change.
        <li key={index} className="flex items-center gap-1">
          <Paperclip aria-hidden className="size-3.5" />
          {url?.startsWith('https://') ? (
            <a href={url} target="_blank" rel="noreferrer" className="underline">
              {name ?? contentType}
            </a>
          ) : (
            (name ?? contentType)
          )}
        </li>
      ))}
    </ul>
  );
}

function Facts({ message, zone }: { message: Message; zone: string | null | undefined }) {
  const { direction, status, createdAt, notBefore, segments, error, errorCode, callId } = message;
  const isOurs = direction === 'outbound';
  const waits = status === 'scheduled' && notBefore !== null;
  return (
    <div
      className={cn(
        'flex flex-wrap items-center gap-x-1.5 gap-y-0.5 text-xs text-muted',
        isOurs && 'justify-end',
      )}
    >
      {isOurs && <MessageBadge status={status} />}
      {waits ? (
        <span>
          for the end of quiet hours: <Time iso={notBefore} zone={zone} />
        </span>
      ) : (
        <Time iso={createdAt} zone={zone} />
      )}
      {isOurs && <span>· {writerOf(message)}</span>}
      {isOurs && segments !== null && segments > 1 && <span>· {plural(segments, 'segment')}</span>}
      {callId !== null && (
        <Link to="/calls/$callId" params={{ callId }} className="underline underline-offset-2">
          {isOurs ? 'its call' : 'during a call'}
        </Link>
      )}
      {(error !== null || errorCode !== null) && (
        <span className="basis-full text-bad wrap-anywhere">
          {error ?? 'The carrier gave no reason in words.'}
          {errorCode !== null && ` (${errorCode})`}
        </span>
      )}
    </div>
  );
}
