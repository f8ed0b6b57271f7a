import type { StartedSession } from '../../../client/generated.ts';
import type { TalkMode } from './conversation.ts';

export interface Line {
  id: number;
  /** `notice`: context that was given to the agent. */
  role: 'user' | 'agent' | 'notice';
  text: string;
  /** The provider's number of the moment, by which it corrects lines. */
  eventId: number | null;
  interrupted: boolean;
}

/** A talk from its setup to its result. */
export interface TalkState {
  phase: 'idle' | 'starting' | 'live' | 'over';
  mode: TalkMode;
  session: StartedSession | null;
  leadId: string | null;
  label: string | null;
  conversationId: string | null;
  lines: readonly Line[];
  speaking: boolean;
  muted: boolean;
  volume: number;
  /** Why it did not start, or what failed during it. */
  problem: unknown;
  startedAt: string | null;
  ended: string | null;
}

export type TalkAction =
  | { type: 'start'; mode: TalkMode; leadId: string | null; label: string | null }
  | { type: 'session'; session: StartedSession }
  | { type: 'joined'; conversationId: string; at: string }
  | { type: 'failed'; problem: unknown }
  | { type: 'line'; role: Line['role']; text: string; eventId: number | null }
  | { type: 'correction'; eventId: number | null; text: string }
  | { type: 'speaking'; speaking: boolean }
  | { type: 'muted'; muted: boolean }
  | { type: 'volume'; volume: number }
  | { type: 'problem'; problem: unknown }
  | { type: 'ended'; why: string }
  | { type: 'reset' };

export const NO_TALK: TalkState = {
  phase: 'idle',
  mode: 'text',
  session: null,
  leadId: null,
  label: null,
  conversationId: null,
  lines: [],
  speaking: false,
  muted: false,
  volume: 1,
  problem: null,
  startedAt: null,
  ended: null,
};

export function talkReducer(state: TalkState, action: TalkAction): TalkState {
  switch (action.type) {
    case 'start':
      return {
        ...NO_TALK,
        phase: 'starting',
        mode: action.mode,
        leadId: action.leadId,
        label: action.label,
        volume: state.volume,
      };
    case 'session':
      return { ...state, session: action.session };
    case 'joined':
      return {
        ...state,
        // The talk may have ended while it was joined.
        phase: state.phase === 'over' ? 'over' : 'live',
        conversationId: action.conversationId,
        startedAt: action.at,
      };
    case 'failed':
      return { ...state, phase: 'idle', session: null, problem: action.problem };
    case 'line':
      return { ...state, lines: withLine(state.lines, action) };
    case 'correction':
      return { ...state, lines: corrected(state.lines, action) };
    case 'speaking':
      return { ...state, speaking: action.speaking };
    case 'muted':
      return { ...state, muted: action.muted };
    case 'volume':
      return { ...state, volume: action.volume };
    case 'problem':
      return { ...state, problem: action.problem };
    case 'ended':
      return { ...state, phase: 'over', speaking: false, ended: action.why };
    case 'reset':
      return { ...NO_TALK, volume: state.volume };
  }
}

function withLine(
  lines: readonly Line[],
  { role, text, eventId }: Extract<TalkAction, { type: 'line' }>,
): readonly Line[] {
  const last = lines.findLast((line) => line.role === role);
  // Typed text is shown at once; the provider may echo it.
  const isEcho = role === 'user' && eventId !== null && last?.eventId === null && last.text === text;
  if (isEcho) return lines.map((line) => (line === last ? { ...line, eventId } : line));
  return [...lines, { id: lines.length, role, text, eventId, interrupted: false }];
}

/** The agent's latest line of that moment, or its last line when the provider gives no moment. */
function corrected(
  lines: readonly Line[],
  { eventId, text }: Extract<TalkAction, { type: 'correction' }>,
): readonly Line[] {
  const agents = lines.filter(({ role }) => role === 'agent');
  const line = agents.findLast((each) => each.eventId === eventId) ?? agents.at(-1);
  return lines.map((each) => (each === line ? { ...each, text, interrupted: true } : each));
}
