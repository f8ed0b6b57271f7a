import {
  Ban,
  Bell,
  Bot,
  CalendarClock,
  Check,
  CircleAlert,
  Clock,
  Handshake,
  type LucideIcon,
  Mail,
  MessageSquare,
  PencilLine,
  Phone,
  PhoneCall,
  PhoneOff,
  Reply,
  RotateCcw,
  Send,
  ShieldBan,
  Star,
  UserCheck,
} from 'lucide-react';
import type { Call } from '../client/generated.ts';
import { DISPOSITION_TEXT, reachText } from '../format/labels.tsx';
import { type Outcome, outcomeText, ruleText } from '../format/rules.ts';
import { formatTime } from '../format/times.ts';
import type { Tone } from '../ui/badge.tsx';

type Data = Record<string, unknown>;

/** What an event of the log is on a line of time. */
export interface EventText {
  icon: LucideIcon;
  tone: Tone;
  title: string;
}

const text = (icon: LucideIcon, tone: Tone, title: string): EventText => ({ icon, tone, title });

/** An event in words; one that is not known here by its own name. */
export function eventText(type: string, data: Data): EventText {
  const family = type.split('.')[0];
  const known =
    family === 'call' || family === 'conversation'
      ? callText(type, data)
      : family === 'lead' || family === 'contact'
        ? leadText(type, data)
        : otherText(type, data);
  return known ?? text(Clock, 'muted', sentenceOf(type));
}

function callText(type: string, data: Data): EventText | null {
  switch (type) {
    case 'call.started':
      return text(PhoneCall, 'accent', data.attempt ? `Call begun, attempt ${data.attempt}` : 'Call begun');
    case 'call.placed':
      return text(Phone, 'accent', 'Dialled');
    case 'call.updated':
      return text(Phone, 'good', data.status === 'in_progress' ? 'Somebody is on the line' : 'Call went on');
    case 'call.ended':
      return text(PhoneOff, 'muted', endText(data));
    case 'call.marked':
      return text(PencilLine, 'info', markText(data));
    case 'call.attributed':
      return text(UserCheck, 'info', 'Attributed to the lead');
    case 'call.context_sent':
      return data.sent === false
        ? text(Bot, 'warn', 'The agent could not be told of it')
        : text(Bot, 'info', 'The agent was told something');
    case 'conversation.stored':
      return text(Phone, 'muted', 'Found at the provider');
    default:
      return null;
  }
}

function endText({ reach, source }: Data): string {
  const how =
    typeof reach === 'string' ? `: ${reachText(reach as NonNullable<Call['reach']>).toLowerCase()}` : '';
  const by = source === 'poll' ? ', found by asking' : source === 'reconciled' ? ', looked up later' : '';
  return `Call ended${how}${by}`;
}

function markText({ converted, disposition, notes }: Data): string {
  const parts = [
    typeof converted === 'boolean' && (converted ? 'converted' : 'not converted'),
    typeof disposition === 'string' &&
      DISPOSITION_TEXT[disposition as keyof typeof DISPOSITION_TEXT]?.toLowerCase(),
    notes !== undefined && `notes ${notes}`,
  ].filter(Boolean);
  return `A person said: ${parts.join(', ')}`;
}

function leadText(type: string, data: Data): EventText | null {
  switch (type) {
    case 'lead.backing_off': {
      const until = typeof data.until === 'string' ? ` ${formatTime(data.until)}` : '';
      return data.kind === 'callback'
        ? text(CalendarClock, 'info', `To be called back${until}`)
        : text(RotateCcw, 'muted', `To be tried again${until}`);
    }
    case 'lead.held':
      return text(Ban, 'warn', `Held: ${ruleText(String(data.rule)).toLowerCase()}`);
    case 'lead.finished':
      return text(
        Check,
        'muted',
        `Lead finished: ${outcomeText(data.outcome as Outcome)?.toLowerCase() ?? 'done'}`,
      );
    case 'lead.converted':
      return text(Star, 'good', 'Converted');
    case 'lead.replied':
      return text(Reply, 'info', data.by === 'call' ? 'Called back' : 'Wrote back');
    case 'lead.changed':
      return text(PencilLine, 'muted', 'Lead corrected');
    case 'lead.restarted':
      return text(RotateCcw, 'muted', 'Taken up again');
    case 'contact.opted_out':
      return text(ShieldBan, 'bad', 'Opted out');
    case 'contact.opted_in':
      return text(Handshake, 'good', 'Opt-out taken back');
    default:
      return null;
  }
}

const MESSAGE_TEXT: Record<string, [LucideIcon, Tone, string]> = {
  'message.scheduled': [Clock, 'muted', 'to be sent'],
  'message.sent': [Send, 'info', 'sent'],
  'message.delivered': [Check, 'good', 'delivered'],
  'message.received': [MessageSquare, 'accent', 'received'],
  'message.failed': [CircleAlert, 'bad', 'failed'],
  'message.unknown': [CircleAlert, 'bad', 'unknown whether sent'],
};

function otherText(type: string, data: Data): EventText | null {
  const channel = data.channel === 'email' ? 'Mail' : data.channel === 'webhook' ? 'Webhook' : 'Text';
  const message = MESSAGE_TEXT[type];
  if (message !== undefined) return text(message[0], message[1], `${channel} ${message[2]}`);
  const [family, what = ''] = type.split('.');
  const bad = what === 'failed';
  if (family === 'follow_up') {
    const icon = channel === 'Mail' ? Mail : channel === 'Webhook' ? Bell : MessageSquare;
    return text(icon, bad ? 'bad' : 'muted', `Follow-up by ${channel.toLowerCase()} ${what}`);
  }
  if (family === 'delivery') return text(Bell, bad ? 'bad' : 'muted', `Webhook ${what}`);
  return null;
}

function sentenceOf(type: string): string {
  const words = type.replaceAll(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
