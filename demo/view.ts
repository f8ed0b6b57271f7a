import { type DemoState, type Outcome, REACH_WORDS } from './state.ts';

const NARROWEST_BAR = 10;
const WIDEST_BAR = 60;
const OUTCOMES_SHOWN = 8;

/** The live view for a terminal; no line is wider than `columns`. */
export function renderFrame(state: DemoState, columns: number): string[] {
  const { leads, lines } = state;
  const share = leads.total === 0 ? 0 : leads.finished / leads.total;
  const barWidth = Math.min(WIDEST_BAR, Math.max(NARROWEST_BAR, columns - 40));
  const rows = [
    `${state.campaignName}: ${state.status}, ${clock(state.elapsedMs)}${killsOf(state)}`,
    `  leads  ${bar(share, barWidth)} ${leads.finished} of ${leads.total} (${Math.floor(share * 100)} %)`,
    `  lines  ${slots(lines.inUse, lines.limit, barWidth)} ${lines.inUse} of ${lines.limit} in use`,
    `         ${leads.waiting} waiting, ${leads.calling} calling, ${leads.backingOff} to be retried`,
    `  calls  ${reachLine(state)}; ${state.conversions} converted`,
    '',
    ...state.outcomes.slice(0, OUTCOMES_SHOWN).map(outcomeLine),
  ];
  return rows.map((row) => (row.length > columns ? `${row.slice(0, Math.max(0, columns - 1))}…` : row));
}

/** The same as one log line. */
export function renderLine(state: DemoState): string {
  const { leads, lines } = state;
  return (
    `${clock(state.elapsedMs)} ${state.status}: ${leads.finished} of ${leads.total} leads finished, ` +
    `${lines.inUse} of ${lines.limit} lines, ${leads.backingOff} to be retried; ` +
    `${reachLine(state)}; ${state.conversions} converted${killsOf(state)}`
  );
}

function killsOf({ kills }: DemoState): string {
  return kills === null ? '' : `, worker killed ${kills} times`;
}

function reachLine({ reach }: DemoState): string {
  const seen = REACH_WORDS.filter(([key]) => reach[key] > 0).map(([key, words]) => `${reach[key]} ${words}`);
  return seen.length === 0 ? 'none ended yet' : seen.join(', ');
}

function outcomeLine({ firstName, phone, reach, disposition, converted }: Outcome): string {
  const what = disposition === null || disposition === 'none' ? '' : `, ${disposition.replaceAll('_', ' ')}`;
  return `  ${converted ? '★' : '·'} ${firstName.padEnd(9)} ${phone.padEnd(16)} ${reach.replaceAll('_', ' ')}${what}`;
}

function bar(share: number, width: number): string {
  const full = Math.min(width, Math.floor(share * width));
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** One mark a line while they fit, otherwise a bar. */
function slots(inUse: number, limit: number, width: number): string {
  if (limit > width) return bar(limit === 0 ? 0 : inUse / limit, width);
  return (
    '●'.repeat(Math.min(inUse, limit)) + '○'.repeat(Math.max(0, limit - inUse)) + ' '.repeat(width - limit)
  );
}

function clock(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1_000);
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
