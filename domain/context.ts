import type { Direction, Disposition, Reach } from './call.ts';
import type { MessageChannel } from './message.ts';

/** An earlier call, as far as an agent should know of it. */
export interface PastCall {
  at: Date;
  direction: Direction;
  reach: Reach | null;
  disposition: Disposition | null;
  summary: string | null;
}

/** An earlier text or mail. */
export interface PastMessage {
  at: Date;
  direction: Direction;
  channel: MessageChannel;
  body: string;
}

/** In characters: one long text must not push out all others. */
const LONGEST_LINE = 300;

/**
 * What was said before, as lines for the agent, oldest first: the newest that fit into `maxChars`. Empty when
 * there is nothing. Attempts that nobody answered are left out.
 */
export function summariseHistory(
  { calls, messages, now }: { calls: readonly PastCall[]; messages: readonly PastMessage[]; now: Date },
  { maxChars }: { maxChars: number },
): string {
  const lines = [
    ...calls
      .filter(({ reach }) => reach === 'answered')
      .map((call) => ({ at: call.at, text: callLine(call) })),
    ...messages.map((message) => ({ at: message.at, text: messageLine(message) })),
  ]
    .filter(({ at }) => at <= now)
    .sort((a, b) => b.at.getTime() - a.at.getTime());
  const kept: string[] = [];
  let length = 0;
  for (const { at, text } of lines) {
    const line = shorten(`${ago(now.getTime() - at.getTime())}: ${text}`, LONGEST_LINE);
    if (length + line.length + 1 > maxChars) break;
    length += line.length + 1;
    kept.unshift(line);
  }
  return kept.join('\n');
}

function callLine({ direction, disposition, summary }: PastCall): string {
  const who = direction === 'inbound' ? 'the person called us' : 'we called';
  const outcome =
    disposition === null || disposition === 'none' ? '' : `, ${disposition.replaceAll('_', ' ')}`;
  return `${who}${outcome}${summary === null ? '' : `. ${summary}`}`;
}

function messageLine({ direction, channel, body }: PastMessage): string {
  const what = channel === 'sms' ? 'text' : 'mail';
  const text = body.trim() === '' ? 'without words' : `"${body}"`;
  return direction === 'inbound' ? `the person sent a ${what}: ${text}` : `we sent a ${what}: ${text}`;
}

/** On one line, cut between whole characters. */
function shorten(text: string, maxChars: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= maxChars) return line;
  return `${line
    .slice(0, maxChars - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}

function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return count(minutes, 'minute');
  if (minutes < 1_440) return count(Math.floor(minutes / 60), 'hour');
  return count(Math.floor(minutes / 1_440), 'day');
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'} ago`;
}

const LONGEST_NOTICE = 1_900;

/** What the agent of a call under way is sent when a text has just come. */
export function textNotice(body: string): string {
  const words = body.trim() === '' ? 'without words' : `"${body.slice(0, LONGEST_NOTICE).toWellFormed()}"`;
  return `The person has just sent a text message: ${words}`;
}
