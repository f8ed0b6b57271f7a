import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type WaveSurfer from 'wavesurfer.js';
import { useDrawnTheme } from '../../shell/theme.ts';

const HEIGHT = 72;

export interface Waveform {
  isReady: boolean;
  isPlaying: boolean;
  /** Why there is no sound. */
  failure: 'missing' | 'broken' | null;
  /** In seconds; 0 until ready. */
  duration: number;
  toggle: () => void;
  seek: (seconds: number) => void;
  skip: (seconds: number) => void;
  setRate: (rate: number) => void;
  /** Calls with the position in seconds whenever it changes. Returns the unsubscribe function. */
  onTime: (listener: (seconds: number) => void) => () => void;
}

/**
 * Draws and plays the recording at `url`, if any, in `place`. The library is loaded with the first recording.
 */
export function useWaveform(place: RefObject<HTMLElement | null>, url: string | null): Waveform {
  const surfer = useRef<WaveSurfer | null>(null);
  const { notify, onTime } = useListeners();
  const [isReady, setReady] = useState(false);
  const [isPlaying, setPlaying] = useState(false);
  const [failure, setFailure] = useState<Waveform['failure']>(null);
  const theme = useDrawnTheme();
  useEffect(() => {
    if (url === null) return;
    let isGone = false;
    let made: WaveSurfer | null = null;
    const make = async () => {
      const { default: Library } = await import('wavesurfer.js');
      if (isGone || place.current === null) return;
      made = Library.create({ ...lookOf(), container: place.current });
      surfer.current = made;
      made.on('ready', () => setReady(true));
      made.on('play', () => setPlaying(true));
      made.on('pause', () => setPlaying(false));
      made.on('finish', () => setPlaying(false));
      made.on('timeupdate', notify);
      made.on('error', (error) => setFailure(/404/.test(String(error?.message)) ? 'missing' : 'broken'));
      // The error event above reports a failure.
      await made.load(url).catch(() => {});
    };
    make().catch(() => setFailure('broken'));
    return () => {
      isGone = true;
      made?.destroy();
      surfer.current = null;
      setReady(false);
      setPlaying(false);
      setFailure(null);
    };
  }, [place, url, notify]);
  useEffect(() => {
    // A canvas does not follow the document's colours.
    if (isReady && theme !== '') surfer.current?.setOptions(colours());
  }, [theme, isReady]);
  const controls = useMemo(
    () => ({
      toggle: () => void surfer.current?.playPause().catch(() => setFailure('broken')),
      seek: (seconds: number) => surfer.current?.setTime(seconds),
      skip: (seconds: number) => surfer.current?.skip(seconds),
      setRate: (rate: number) => surfer.current?.setPlaybackRate(rate, true),
      onTime,
    }),
    [onTime],
  );
  return {
    isReady,
    isPlaying,
    failure,
    duration: isReady ? (surfer.current?.getDuration() ?? 0) : 0,
    ...controls,
  };
}

/** Subscribers to the position in the recording. */
function useListeners() {
  const [listeners] = useState(() => new Set<(seconds: number) => void>());
  const notify = useCallback(
    (seconds: number) => {
      for (const listener of listeners) listener(seconds);
    },
    [listeners],
  );
  const onTime = useCallback(
    (listener: (seconds: number) => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    [listeners],
  );
  return { notify, onTime };
}

function lookOf() {
  return {
    height: HEIGHT,
    barWidth: 2,
    barGap: 1,
    barRadius: 2,
    cursorWidth: 2,
    dragToSeek: true,
    cspNonce: nonce(),
    ...colours(),
  };
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    waveColor: colour('--line-strong'),
    progressColor: colour('--accent'),
    cursorColor: colour('--ink'),
  };
}

/** The page's policy lets the library add its styles only with this nonce. */
function nonce(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
}
