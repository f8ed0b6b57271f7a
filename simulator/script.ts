import { type HangUp, personNumber, type SimulatedCall } from './calls.ts';
import { findAgent } from './fleet.ts';
import { type Judgement, judge, spokenTime } from './judgement.ts';
import * as say from './phrases.ts';
import { between, pick, type Random, seededRandom } from './random.ts';

interface Turn {
  role: 'agent' | 'user';
  text: string;
  atSeconds: number;
}

/** One call's turns, with the agent's analysis. */
export interface Conversation extends Judgement {
  turns: Turn[];
}

type Line = readonly ['agent' | 'user', readonly string[]];

/** The callback that a busy person asks for. */
const CALLBACK_AFTER_MINUTES = [10, 60] as const;
const DAY_MS = 86_400_000;

/**
 * The conversation of a call that was picked up, deterministic by seed and call. A requested callback comes
 * sooner at a higher speed; a meeting is days away at any speed.
 */
export function composeConversation(
  call: SimulatedCall,
  world: { seed: number; speed: number },
): Conversation {
  const random = seededRandom('script', world.seed, personNumber(call), call.callsBefore);
  const agent = findAgent(call.agentId);
  const meetingAt = meetingTime(call.startedAtMs, random);
  const callbackAt = callbackTime(call, world.speed, random);
  const slots: Record<string, string> = {
    name: personName(call.variables),
    company: agent?.company ?? 'our company',
    offer: agent?.offer ?? 'what we do',
    meeting: spokenTime(meetingAt),
    callback: spokenTime(callbackAt),
  };
  const lines = linesFor(call, random);
  const kept =
    call.plan.cut && call.hungUp === null ? lines.slice(0, Math.ceil((lines.length * 2) / 3)) : lines;
  const texts = kept.map(([role, options]) => ({ role, text: fill(pick(random, options), slots) }));
  const opening = firstMessage(call);
  if (opening !== null && texts[0]?.role === 'agent') texts[0].text = fill(opening, slots);
  const turns = spread(texts, call.hungUp?.plannedTalkSeconds ?? call.plan.talkSeconds);
  return {
    turns: withContexts(call, turns).filter(
      ({ atSeconds }) => call.hungUp === null || atSeconds <= call.plan.talkSeconds,
    ),
    ...judge(call.plan, { person: personName(call.variables), meetingAt, callbackAt }),
    ...(call.hungUp === null ? {} : endingOf(call.hungUp)),
  };
}

/** The agent mentions given context in a turn of its own. */
function withContexts(call: SimulatedCall, turns: Turn[]): Turn[] {
  const mentions = call.contexts.map(
    ({ text, atSeconds }): Turn => ({ role: 'agent', text: `I have just been told: ${text}`, atSeconds }),
  );
  return [...turns, ...mentions].toSorted((left, right) => left.atSeconds - right.atSeconds);
}

function endingOf(hungUp: HangUp): Pick<Conversation, 'tool' | 'terminationReason'> {
  switch (hungUp.by) {
    case 'operator':
      return { tool: null, terminationReason: 'Conversation was ended through the monitor' };
    case 'transfer':
      return {
        tool: { name: 'transfer_to_number', reason: `The call was passed to ${hungUp.to}.` },
        terminationReason: 'transfer_to_number tool was called.',
      };
  }
}

function linesFor(call: SimulatedCall, random: Random): Line[] {
  const start: Line[] = [
    ['agent', say.OPENINGS],
    ['user', say.GREETINGS],
  ];
  const pitched: Line[] = [...start, ['agent', say.PITCHES]];
  const discussed: Line[] = [...pitched, ['user', say.HABITS], ...discussion(random)];
  switch (call.plan.profile) {
    case 'converts':
      return [...discussed, ['agent', say.PROPOSALS], ['user', say.ACCEPTANCES], ['agent', say.BOOKED]];
    case 'qualifies':
      return [...discussed, ['agent', say.PROPOSALS], ['user', say.HESITATIONS], ['agent', say.WILL_SEND]];
    case 'asks_callback':
      return [...start, ['user', say.CALLBACK_REQUESTS], ['agent', say.CALLBACK_PROMISES]];
    case 'not_interested':
      return [...pitched, ['user', say.REFUSALS], ['agent', say.GOODBYES]];
    case 'opts_out':
      return [...pitched, ['user', say.OPT_OUTS], ['agent', say.OPT_OUT_CONFIRMATIONS]];
    case 'wrong_person':
      return [
        ['agent', say.OPENINGS],
        ['user', say.WRONG_PERSONS],
        ['agent', say.GOODBYES],
      ];
    case 'hangs_up':
      return [
        ['agent', say.OPENINGS],
        ['user', say.HANG_UPS],
      ];
    case 'long_call':
      return [...discussed, ...Array.from({ length: 12 }, () => smallTalk(random)).flat()];
    case 'voicemail':
      return [['user', say.VOICEMAIL_GREETINGS]];
    case 'screening':
      return [
        ['user', say.SCREENERS],
        ['agent', say.OPENINGS],
        ['user', say.SCREENER_REJECTIONS],
      ];
    case 'no_answer':
    case 'busy':
    case 'fails':
      return [];
  }
}

function discussion(random: Random): Line[] {
  const first = between(random, 0, say.QUESTIONS.length - 1);
  return Array.from({ length: between(random, 1, 3) }, (_, step): Line[] => {
    const index = (first + step) % say.QUESTIONS.length;
    return [
      ['user', say.QUESTIONS.slice(index, index + 1)],
      ['agent', say.ANSWERS.slice(index, index + 1)],
    ];
  }).flat();
}

function smallTalk(random: Random): Line[] {
  const [user, agent] = pick(random, say.SMALL_TALK);
  return [
    ['user', [user]],
    ['agent', [agent]],
  ];
}

/** A turn starts at its share of all the words spoken before it. */
function spread(texts: Array<{ role: 'agent' | 'user'; text: string }>, talkSeconds: number): Turn[] {
  const total = texts.reduce((sum, { text }) => sum + text.length, 0);
  let spoken = 0;
  return texts.map(({ role, text }) => {
    const atSeconds = Math.floor((spoken / Math.max(total, 1)) * talkSeconds);
    spoken += text.length;
    return { role, text, atSeconds };
  });
}

function fill(template: string, slots: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, key: string) => slots[key] ?? whole);
}

function personName(variables: Record<string, unknown>): string {
  const full = variables.first_name ?? variables.name;
  const first = typeof full === 'string' ? full.trim().split(/\s+/)[0] : '';
  return first === undefined || first === '' ? 'the customer' : first;
}

function firstMessage(call: SimulatedCall): string | null {
  const override = call.clientData.conversation_config_override as {
    agent?: { first_message?: unknown };
  } | null;
  const message = override?.agent?.first_message;
  return typeof message === 'string' && message !== '' ? message : null;
}

function meetingTime(startedAtMs: number, random: Random): Date {
  const day = new Date(startedAtMs + between(random, 1, 7) * DAY_MS);
  day.setUTCHours(between(random, 14, 21), between(random, 0, 3) * 15, 0, 0);
  return day;
}

function callbackTime(call: SimulatedCall, speed: number, random: Random): Date {
  const [low, high] = CALLBACK_AFTER_MINUTES;
  const afterSeconds = call.plan.ringSeconds + call.plan.talkSeconds + between(random, low, high) * 60;
  return new Date(Math.ceil(call.startedAtMs / 1000 + afterSeconds / speed) * 1000);
}
