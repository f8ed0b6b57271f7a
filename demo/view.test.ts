import { describe, expect, test } from 'vitest';
import type { DemoState } from './state.ts';
import { createDisplay } from './terminal.ts';
import { renderFrame, renderLine } from './view.ts';

const none = { answered: 0, voicemail: 0, noAnswer: 0, busy: 0, failed: 0, notPlaced: 0, unknown: 0 };

const state: DemoState = {
  campaignName: 'Demo 7',
  status: 'running',
  elapsedMs: 65_900,
  lines: { limit: 10, inUse: 4 },
  leads: { total: 60, waiting: 20, calling: 4, backingOff: 6, finished: 30 },
  reach: { ...none, answered: 20, noAnswer: 9, unknown: 1 },
  conversions: 7,
  outcomes: [
    { firstName: 'Ada', phone: '+1212•••••01', reach: 'answered', disposition: 'converted', converted: true },
    { firstName: 'Ben', phone: '+1212•••••02', reach: 'no_answer', disposition: null, converted: false },
  ],
  kills: null,
};

describe('the live view', () => {
  test('shows progress, lines, reach and the latest outcomes', () => {
    expect(renderFrame(state, 80)).toEqual([
      'Demo 7: running, 01:05',
      `  leads  ${'█'.repeat(20)}${'░'.repeat(20)} 30 of 60 (50 %)`,
      `  lines  ●●●●○○○○○○${' '.repeat(30)} 4 of 10 in use`,
      '         20 waiting, 4 calling, 6 to be retried',
      '  calls  20 answered, 9 no answer, 1 unknown; 7 converted',
      '',
      '  ★ Ada       +1212•••••01     answered, converted',
      '  · Ben       +1212•••••02     no answer',
    ]);
  });

  test.each([20, 40, 80, 200])('keeps within %i columns', (columns) => {
    const crowded = { ...state, lines: { limit: 100, inUse: 100 }, kills: 15 };
    expect(renderFrame(crowded, columns).filter((row) => row.length > columns)).toEqual([]);
  });

  test('shows that no call has ended, and an empty list', () => {
    const leads = { total: 0, waiting: 0, calling: 0, backingOff: 0, finished: 0 };
    const frame = renderFrame({ ...state, leads, reach: none, outcomes: [] }, 80).join('\n');
    expect(frame).toContain('none ended yet');
    expect(frame).toContain('0 of 0 (0 %)');
  });

  test('fits into a line', () => {
    expect(renderLine({ ...state, kills: 3 })).toBe(
      '01:05 running: 30 of 60 leads finished, 4 of 10 lines, 6 to be retried; ' +
        '20 answered, 9 no answer, 1 unknown; 7 converted, worker killed 3 times',
    );
  });
});

describe('the display', () => {
  const record = (isTTY: boolean) => {
    const written: string[] = [];
    const display = createDisplay({ isTTY, columns: 80, write: (text) => written.push(text) });
    return { display, written };
  };

  test('redraws its rows on a terminal, with log lines above them', () => {
    const { display, written } = record(true);
    display.show(state);
    display.log('worker runs again');
    const rows = renderFrame(state, 80).map((row) => `${row}\n`);
    expect(written).toEqual([
      `\u001b[0J${rows.join('')}`,
      `\r\u001b[${rows.length}A\u001b[0Jworker runs again\n${rows.join('')}`,
    ]);
  });

  test('writes below its last view once it has ended', () => {
    const { display, written } = record(true);
    display.show(state);
    display.end();
    display.log('done');
    expect(written.at(-1)).toBe('\u001b[0Jdone\n');
  });

  test('writes a line elsewhere after a change, every two seconds at most', () => {
    const { display, written } = record(false);
    const at = (elapsedMs: number, finished: number) =>
      display.show({ ...state, elapsedMs, leads: { ...state.leads, finished } });
    at(0, 1);
    at(500, 2);
    at(2_500, 2);
    at(5_000, 2);
    at(30_000, 2);
    expect(written.map((line) => line.slice(0, 5))).toEqual(['00:00', '00:02', '00:30']);
  });

  test('writes a change of status at once', () => {
    const { display, written } = record(false);
    display.show({ ...state, elapsedMs: 0 });
    display.show({ ...state, elapsedMs: 100, status: 'completed' });
    expect(written).toHaveLength(2);
  });
});
