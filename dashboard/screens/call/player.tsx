import { Pause, Play, RotateCcw, RotateCw } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { formatSeconds } from '../../format/numbers.ts';
import { useShortcut } from '../../shell/shortcuts.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { NativeSelect } from '../../ui/field.tsx';
import { Skeleton } from '../../ui/states.tsx';
import type { Waveform } from './waveform.ts';

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const STEP_SECONDS = 5;

/** A key that the focused control handles itself. */
function isTaken(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest('button, a, summary') !== null;
}

/** The waveform with its controls: the mouse, buttons, space and the arrow keys. */
export function Player({
  place,
  waveform,
  seconds,
}: {
  place: RefObject<HTMLDivElement | null>;
  waveform: Waveform;
  seconds: number | null;
}) {
  const { isReady, failure, duration, onTime } = waveform;
  const clock = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      // Outside React, since it changes with every frame.
      onTime((now) => {
        const text = formatSeconds(Math.floor(now));
        if (clock.current !== null && clock.current.textContent !== text) clock.current.textContent = text;
      }),
    [onTime],
  );
  usePlayerKeys(waveform);
  if (failure !== null) {
    return (
      <p role="status" className="text-muted">
        {failure === 'missing'
          ? 'There is no recording of this call.'
          : 'The recording could not be fetched or played. The transcript below is complete all the same.'}
      </p>
    );
  }
  return (
    <div className="grid gap-2">
      <div className="relative h-18">
        <div ref={place} className="h-18" aria-hidden />
        {!isReady && <Skeleton className="absolute inset-0" />}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Buttons {...waveform} />
        <span className="font-mono text-xs text-muted">
          <span ref={clock}>0:00</span> / {formatSeconds(isReady ? duration : seconds)}
        </span>
        <Speed onChange={waveform.setRate} />
      </div>
    </div>
  );
}

function usePlayerKeys({ isReady, toggle, skip }: Waveform): void {
  const group = 'Recording';
  const options = { group, enabled: isReady, ignoreEventWhen: isTaken };
  useShortcut('space', { does: 'Play or pause', shown: 'Space', ...options }, toggle);
  useShortcut('left', { does: `Back ${STEP_SECONDS} seconds`, shown: '←', ...options }, () =>
    skip(-STEP_SECONDS),
  );
  useShortcut('right', { does: `On ${STEP_SECONDS} seconds`, shown: '→', ...options }, () =>
    skip(STEP_SECONDS),
  );
}

function Buttons({ isReady, isPlaying, toggle, skip }: Waveform) {
  return (
    <>
      <Button variant="primary" icon={isPlaying ? <Pause /> : <Play />} disabled={!isReady} onClick={toggle}>
        {isPlaying ? 'Pause' : 'Play'}
      </Button>
      <IconButton
        label={`Back ${STEP_SECONDS} seconds`}
        icon={<RotateCcw />}
        disabled={!isReady}
        onClick={() => skip(-STEP_SECONDS)}
      />
      <IconButton
        label={`On ${STEP_SECONDS} seconds`}
        icon={<RotateCw />}
        disabled={!isReady}
        onClick={() => skip(STEP_SECONDS)}
      />
    </>
  );
}

function Speed({ onChange }: { onChange: (rate: number) => void }) {
  const [rate, chooseRate] = useState(1);
  return (
    <NativeSelect
      aria-label="Speed"
      className="ml-auto w-24"
      value={rate}
      onChange={(event) => {
        chooseRate(Number(event.target.value));
        onChange(Number(event.target.value));
      }}
    >
      {SPEEDS.map((speed) => (
        <option key={speed} value={speed}>
          {speed}×
        </option>
      ))}
    </NativeSelect>
  );
}
