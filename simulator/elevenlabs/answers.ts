import { findAgent, promptOf } from '../fleet.ts';
import { spokenTime } from '../judgement.ts';
import * as say from '../phrases.ts';
import { between, pick, type Random } from '../random.ts';
import type { SimulatedTalk } from '../talks.ts';

const DAY_MS = 86_400_000;
const LONGEST_QUOTE = 160;

export interface Answer {
  text: string;
  /** The agent hangs up after this. */
  ends: boolean;
}

type Intent = 'opt_out' | 'bye' | 'refusal' | 'acceptance' | 'time' | 'instructions' | 'question' | 'other';

const INTENTS: ReadonlyArray<readonly [Intent, RegExp]> = [
  [
    'opt_out',
    /\b(stop (calling|texting|writing)|unsubscribe|take me off|do not (call|text)|don't (call|text))\b/i,
  ],
  ['bye', /\b(bye|goodbye|that is all|that's all)\b/i],
  ['refusal', /\b(not interested|no thanks|no, thank)/i],
  ['acceptance', /\b(yes|book|sounds good|works for me|let us do|let's do)\b/i],
  ['time', /\b(when|what time|which day|meeting|appointment)\b/i],
  ['instructions', /\b(instructions|prompt|who are you|what are you told)\b/i],
  ['question', /\?\s*$/],
];

/**
 * The agent's answer to one utterance. It mentions new contexts, follows the prompt given for this talk, and
 * records the outcome in the talk.
 */
export function answerTo(
  talk: SimulatedTalk,
  utterance: string,
  circumstances: { random: Random; now: number; newContexts: readonly string[]; prompt: string | null },
): Answer {
  const { random, now, newContexts, prompt } = circumstances;
  const mentions = newContexts.map((text) => `I have just been told: ${quote(text)}`);
  const instructed =
    prompt !== null && !talk.turns.some(({ text }) => text.includes(quote(prompt)))
      ? [`My instructions for this talk are: ${quote(prompt)}`]
      : [];
  const intent = INTENTS.find(([, pattern]) => pattern.test(utterance))?.[0] ?? 'other';
  const { text, ends } = respond(talk, intent, random, now);
  return { text: [...mentions, ...instructed, text].join(' '), ends };
}

function respond(talk: SimulatedTalk, intent: Intent, random: Random, now: number): Answer {
  const agent = findAgent(talk.agentId);
  const meetingAt = talk.outcome.meetingAt ?? proposedTime(talk, now);
  const options = (phrases: readonly string[], ends = false): Answer => {
    const text = pick(random, phrases)
      .replaceAll('{name}', nameOf(talk.variables))
      .replaceAll('{company}', agent?.company ?? 'our company')
      .replaceAll('{offer}', agent?.offer ?? 'what we do')
      .replaceAll('{meeting}', spokenTime(meetingAt));
    return { text, ends };
  };
  switch (intent) {
    case 'opt_out':
      talk.outcome.optedOut = true;
      talk.outcome.interested = false;
      return options(say.OPT_OUT_CONFIRMATIONS, true);
    case 'bye':
      return options(say.GOODBYES, true);
    case 'refusal':
      talk.outcome.interested = false;
      return options(say.GOODBYES);
    case 'acceptance':
      talk.outcome.interested = true;
      talk.outcome.meetingAt = meetingAt;
      return options(say.BOOKED);
    case 'time':
      talk.outcome.interested = true;
      return options(say.PROPOSALS);
    case 'instructions':
      return { text: agent === null ? 'I am an assistant.' : promptOf(agent), ends: false };
    case 'question':
      return options(say.ANSWERS);
    case 'other':
      return options(say.PITCHES);
  }
}

/** Constant within one talk. */
function proposedTime(talk: SimulatedTalk, now: number): Date {
  const day = new Date(now + 2 * DAY_MS);
  day.setUTCHours(14 + (talk.index % 6), 0, 0, 0);
  return day;
}

function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE)}…`;
}

function nameOf(variables: Record<string, unknown>): string {
  const name = variables.first_name ?? variables.name;
  return typeof name === 'string' && name.trim() !== '' ? (name.trim().split(/\s+/)[0] ?? '') : 'there';
}

/** An invented utterance: the simulator does no speech recognition. */
export function inventedSpeech(random: Random): string {
  return pick(random, [...say.HABITS, ...say.QUESTIONS].slice(0, between(random, 4, 8)));
}
