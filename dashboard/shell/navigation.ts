import type { LinkProps } from '@tanstack/react-router';
import {
  Activity,
  Bot,
  CircleAlert,
  Headphones,
  type LucideIcon,
  Megaphone,
  MessageSquare,
  PhoneCall,
  Settings,
  ShieldBan,
} from 'lucide-react';

export interface Destination {
  to: LinkProps['to'];
  label: string;
  icon: LucideIcon;
  /** Pressed after G. */
  key: string;
}

/** The main screens, in order of use. */
export const DESTINATIONS: readonly Destination[] = [
  { to: '/', label: 'Live', icon: Activity, key: 'l' },
  { to: '/campaigns', label: 'Campaigns', icon: Megaphone, key: 'c' },
  { to: '/calls', label: 'Calls', icon: PhoneCall, key: 'a' },
  { to: '/messages', label: 'Messages', icon: MessageSquare, key: 'm' },
  { to: '/attention', label: 'Needs attention', icon: CircleAlert, key: 'n' },
  { to: '/unattributed', label: 'Unattributed', icon: Headphones, key: 'u' },
  { to: '/agents', label: 'Agents', icon: Bot, key: 'g' },
  { to: '/opt-outs', label: 'Opt-outs', icon: ShieldBan, key: 'o' },
  { to: '/settings', label: 'Settings', icon: Settings, key: 's' },
];
