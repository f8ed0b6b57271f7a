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
import type { Disposition, EventType, LeadOutcome, Reach } from '../client/generated.ts';
import { DISPOSITION_TEXT, reachText } from '../format/labels.tsx';
import { type LeadHold, outcomeText, ruleText } from '../format/rules.ts';
import { formatTime } from '../format/times.ts';
import type { Tone } from '../ui/badge.tsx';

type Data = Record<string, unknown>;

/** An event of the log as a timeline entry. */
export interface EventText {
  icon: LucideIcon;
  tone: Tone;
  title: string;
}

const text = (icon: LucideIcon, tone: Tone, title: string): EventText => ({ icon, tone, title });

const plain = (type: EventType) => (): EventText => text(Clock, 'muted', sentenceOf(type));
const message = (icon: LucideIcon, tone: Tone, what: string) => (data: Data) =>
  text(icon, tone, `${channelOf(data)} ${what}`);
const followUp = (tone: Tone, what: string) => (data: Data) => {
  const channel = channelOf(data);
  const icon = channel === 'Mail' ? Mail : channel === 'Webhook' ? Bell : MessageSquare;
  return text(icon, tone, `Follow-up by ${channel.toLowerCase()} ${what}`);
};

/** Complete by its type: every event type of the API. */
const TEXTS: Record<EventType, (data: Data) => EventText> = {
  'call.started': ({ attempt }) =>
    text(PhoneCall, 'accent', attempt ? `Call begun, attempt ${attempt}` : 'Call begun'),
  'call.placed': () => text(Phone, 'accent', 'Dialled'),
  'call.updated': ({ status }) =>
    text(Phone, 'good', status === 'in_progress' ? 'Somebody is on the line' : 'Call went on'),
  'call.ended': (data) => text(PhoneOff, 'muted', endText(data)),
  'call.marked': (data) => text(PencilLine, 'info', markText(data)),
  'call.attributed': () => text(UserCheck, 'info', 'Attributed to the lead'),
  'call.context_sent': ({ sent }) =>
    sent === false
      ? text(Bot, 'warn', 'The agent could not be told of it')
      : text(Bot, 'info', 'The agent was told something'),
  'call.overdue': ({ because }) =>
    text(Clock, 'warn', because === 'live' ? 'Goes on past its limit' : 'Past its limit, and may go on'),
  'call.settled': () => text(PencilLine, 'info', 'Settled by a person'),
  'call.hang_up_requested': ({ reason }) =>
    text(PhoneOff, 'warn', reason === 'opt_out' ? 'Hung up on: opted out' : 'Hung up on: past its limit'),
  'call.hang_up_failed': () => text(PhoneOff, 'bad', 'Could not be hung up'),
  'conversation.stored': () => text(Phone, 'muted', 'Found at the provider'),
  'lead.backing_off': ({ until, kind, beyondLimit }) => {
    const at = typeof until === 'string' ? ` ${formatTime(until)}` : '';
    return kind === 'callback'
      ? text(
          CalendarClock,
          'info',
          `To be called back${at}${beyondLimit === true ? ', one call beyond its attempts' : ''}`,
        )
      : text(RotateCcw, 'muted', `To be tried again${at}`);
  },
  'lead.held': ({ rule }) => text(Ban, 'warn', `Held: ${ruleText(String(rule) as LeadHold).toLowerCase()}`),
  'lead.finished': ({ outcome }) =>
    text(Check, 'muted', `Lead finished: ${outcomeText(outcome as LeadOutcome)?.toLowerCase() ?? 'done'}`),
  'lead.converted': () => text(Star, 'good', 'Converted'),
  'lead.replied': ({ by }) => text(Reply, 'info', by === 'call' ? 'Called back' : 'Wrote back'),
  'lead.changed': () => text(PencilLine, 'muted', 'Lead corrected'),
  'lead.call_requested': ({ beyondLimit }) =>
    text(
      PhoneCall,
      'info',
      `Somebody asked for a call now${beyondLimit === true ? ', one call beyond the attempts' : ''}`,
    ),
  'lead.restarted': () => text(RotateCcw, 'muted', 'Taken up again'),
  'leads.added': plain('leads.added'),
  'contact.opted_out': () => text(ShieldBan, 'bad', 'Opted out'),
  'contact.opted_in': () => text(Handshake, 'good', 'Opt-out taken back'),
  'message.scheduled': message(Clock, 'muted', 'to be sent'),
  'message.sent': message(Send, 'info', 'sent'),
  'message.delivered': message(Check, 'good', 'delivered'),
  'message.received': message(MessageSquare, 'accent', 'received'),
  'message.failed': message(CircleAlert, 'bad', 'failed'),
  'follow_up.planned': followUp('muted', 'planned'),
  'follow_up.done': followUp('muted', 'done'),
  'follow_up.skipped': followUp('muted', 'skipped'),
  'follow_up.failed': followUp('bad', 'failed'),
  'delivery.delivered': () => text(Bell, 'muted', 'Webhook delivered'),
  'delivery.failed': () => text(Bell, 'bad', 'Webhook failed'),
  'endpoint.disabled': plain('endpoint.disabled'),
  'campaign.created': plain('campaign.created'),
  'campaign.changed': plain('campaign.changed'),
  'campaign.scheduled': plain('campaign.scheduled'),
  'campaign.started': plain('campaign.started'),
  'campaign.paused': plain('campaign.paused'),
  'campaign.resumed': plain('campaign.resumed'),
  'campaign.reopened': plain('campaign.reopened'),
  'campaign.ended': plain('campaign.ended'),
  'campaign.completed': plain('campaign.completed'),
  'campaign.stopped': plain('campaign.stopped'),
  'campaign.archived': plain('campaign.archived'),
};

/** The server may be newer than this page: an unknown type is shown by its name. */
export function eventText(type: EventType, data: Data): EventText {
  return (TEXTS[type] ?? plain(type))(data);
}

function channelOf({ channel }: Data): 'Mail' | 'Webhook' | 'Text' {
  return channel === 'email' ? 'Mail' : channel === 'webhook' ? 'Webhook' : 'Text';
}

function endText({ reach, source }: Data): string {
  const how = typeof reach === 'string' ? `: ${reachText(reach as Reach).toLowerCase()}` : '';
  const by = source === 'poll' ? ', found by asking' : source === 'reconciled' ? ', looked up later' : '';
  return `Call ended${how}${by}`;
}

function markText({ converted, disposition, notes }: Data): string {
  const parts = [
    typeof converted === 'boolean' && (converted ? 'converted' : 'not converted'),
    typeof disposition === 'string' && DISPOSITION_TEXT[disposition as Disposition]?.toLowerCase(),
    notes !== undefined && `notes ${notes}`,
  ].filter(Boolean);
  return `A person said: ${parts.join(', ')}`;
}

function sentenceOf(type: string): string {
  const words = type.replaceAll(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
