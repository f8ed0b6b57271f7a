import { Ban, Check, CheckCheck, CircleHelp, Clock, Send, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Message, MessageSource, MessageStatus } from '../client/generated.ts';
import { Badge, type Tone } from '../ui/badge.tsx';

const STATUS: Record<MessageStatus, { tone: Tone; icon: ReactNode; text: string }> = {
  scheduled: { tone: 'info', icon: <Clock />, text: 'Waits' },
  sending: { tone: 'accent', icon: <Send />, text: 'Being sent' },
  sent: { tone: 'muted', icon: <Check />, text: 'Sent' },
  delivered: { tone: 'good', icon: <CheckCheck />, text: 'Delivered' },
  undelivered: { tone: 'bad', icon: <X />, text: 'Not delivered' },
  failed: { tone: 'bad', icon: <X />, text: 'Failed' },
  refused: { tone: 'warn', icon: <Ban />, text: 'Not sent' },
  unknown: { tone: 'bad', icon: <CircleHelp />, text: 'Unknown' },
  received: { tone: 'muted', icon: <Check />, text: 'Received' },
};

const SOURCES: Record<MessageSource, string> = {
  person: 'A person',
  follow_up: 'A follow-up',
  auto_reply: 'The automatic answer',
  agent: 'The agent',
  contact: 'The contact',
};

export function MessageBadge({ status }: { status: MessageStatus }) {
  const { tone, icon, text } = STATUS[status];
  return (
    <Badge tone={tone} icon={icon}>
      {text}
    </Badge>
  );
}

/** The author of a message; for a person, the key's name. */
export function writerOf({ source, author }: Pick<Message, 'source' | 'author'>): string {
  return author ?? SOURCES[source];
}
