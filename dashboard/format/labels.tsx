import {
  Ban,
  Check,
  CircleHelp,
  Clock,
  Pause,
  Phone,
  PhoneIncoming,
  PhoneMissed,
  PhoneOff,
  Play,
  Voicemail,
  X,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type {
  Call,
  CallStatus,
  CampaignStatus,
  Direction,
  Disposition,
  LeadState,
  Reach,
} from '../client/generated.ts';
import { Badge, type Tone } from '../ui/badge.tsx';

interface Label {
  tone: Tone;
  icon: ReactNode;
  text: string;
}

const REACH: Record<Reach, Label> = {
  answered: { tone: 'good', icon: <Check />, text: 'Answered' },
  voicemail: { tone: 'info', icon: <Voicemail />, text: 'Voicemail' },
  no_answer: { tone: 'muted', icon: <PhoneMissed />, text: 'No answer' },
  busy: { tone: 'muted', icon: <PhoneOff />, text: 'Busy' },
  failed: { tone: 'bad', icon: <X />, text: 'Failed' },
  not_placed: { tone: 'warn', icon: <Ban />, text: 'Not placed' },
  unknown: { tone: 'bad', icon: <CircleHelp />, text: 'Unknown' },
};

const CALL_STATUS: Record<CallStatus, Label> = {
  dialling: { tone: 'accent', icon: <Phone />, text: 'Dialling' },
  ringing: { tone: 'accent', icon: <PhoneIncoming />, text: 'Ringing' },
  in_progress: { tone: 'good', icon: <Phone />, text: 'Talking' },
  ended: { tone: 'muted', icon: <PhoneOff />, text: 'Ended' },
};

export const DISPOSITION_TEXT: Record<Disposition, string> = {
  converted: 'Converted',
  qualified: 'Qualified',
  callback_requested: 'Callback requested',
  not_interested: 'Not interested',
  opted_out: 'Opted out',
  wrong_person: 'Wrong person',
  none: 'None',
};

export const DIRECTION_TEXT: Record<Direction, string> = { outbound: 'Outbound', inbound: 'Inbound' };

const CAMPAIGN_STATUS: Record<CampaignStatus, Label> = {
  draft: { tone: 'muted', icon: <Clock />, text: 'Draft' },
  scheduled: { tone: 'info', icon: <Clock />, text: 'Scheduled' },
  running: { tone: 'good', icon: <Play />, text: 'Running' },
  paused: { tone: 'warn', icon: <Pause />, text: 'Paused' },
  completed: { tone: 'muted', icon: <Check />, text: 'Completed' },
  stopped: { tone: 'bad', icon: <Ban />, text: 'Stopped' },
};

const LEAD_STATE: Record<LeadState, Label> = {
  waiting: { tone: 'muted', icon: <Clock />, text: 'Waiting' },
  queued: { tone: 'info', icon: <Clock />, text: 'Queued for a line' },
  calling: { tone: 'accent', icon: <Phone />, text: 'Calling' },
  backing_off: { tone: 'info', icon: <Clock />, text: 'Waiting to retry' },
  finished: { tone: 'muted', icon: <Check />, text: 'Finished' },
};

function Labelled({ tone, icon, text }: Label) {
  return (
    <Badge tone={tone} icon={icon}>
      {text}
    </Badge>
  );
}

/** A call's reach; its status while it lasts. */
export function CallBadge({ call }: { call: Pick<Call, 'status' | 'reach'> }) {
  if (call.status !== 'ended') return <Labelled {...CALL_STATUS[call.status]} />;
  return <Labelled {...REACH[call.reach ?? 'unknown']} />;
}

export function ReachBadge({ reach }: { reach: Reach }) {
  return <Labelled {...REACH[reach]} />;
}

export function reachText(reach: Reach): string {
  return REACH[reach].text;
}

export function callStatusText(status: CallStatus): string {
  return CALL_STATUS[status].text;
}

export function CampaignBadge({ status }: { status: CampaignStatus }) {
  return <Labelled {...CAMPAIGN_STATUS[status]} />;
}

export function LeadBadge({ state }: { state: LeadState }) {
  return <Labelled {...LEAD_STATE[state]} />;
}

export function leadStateText(state: LeadState): string {
  return LEAD_STATE[state].text;
}
