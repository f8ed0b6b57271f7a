import type { DemoState } from './state.ts';
import { renderFrame, renderLine } from './view.ts';

/** Shows the live view and log lines. */
export interface Display {
  show(state: DemoState): void;
  /** On a terminal the line appears above the view. */
  log(line: string): void;
  /** The last view stays on the screen. */
  end(): void;
}

interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const LINE_EVERY_MS = 2_000;
const HEARTBEAT_MS = 20_000;
const CLEAR_BELOW = '\u001b[0J';
const up = (rows: number) => (rows === 0 ? '' : `\r\u001b[${rows}A`);

/** A redrawn view on a terminal; elsewhere a line after each change, every two seconds at most. */
export function createDisplay(output: Output): Display {
  return output.isTTY ? redrawn(output) : lineByLine(output);
}

function redrawn(output: Output): Display {
  let last: DemoState | null = null;
  let height = 0;
  const draw = (above: string) => {
    const rows = last === null ? [] : renderFrame(last, output.columns ?? 80);
    output.write(`${up(height)}${CLEAR_BELOW}${above}${rows.map((row) => `${row}\n`).join('')}`);
    height = rows.length;
  };
  return {
    show: (state) => {
      last = state;
      draw('');
    },
    log: (line) => draw(`${line}\n`),
    end: () => {
      last = null;
      height = 0;
    },
  };
}

function lineByLine(output: Output): Display {
  let shown: DemoState | null = null;
  return {
    show: (state) => {
      const sinceMs = state.elapsedMs - (shown?.elapsedMs ?? Number.NEGATIVE_INFINITY);
      if (sinceMs < LINE_EVERY_MS && state.status === shown?.status) return;
      const same =
        shown !== null && renderLine({ ...state, elapsedMs: 0 }) === renderLine({ ...shown, elapsedMs: 0 });
      if (same && sinceMs < HEARTBEAT_MS) return;
      shown = state;
      output.write(`${renderLine(state)}\n`);
    },
    log: (line) => output.write(`${line}\n`),
    end: () => undefined,
  };
}
