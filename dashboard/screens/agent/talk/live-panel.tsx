import { Mic, MicOff, PhoneOff, Volume2 } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import { messageOf } from '../../../client/problem.ts';
import { Elapsed } from '../../../format/elapsed.tsx';
import { useShortcut } from '../../../shell/shortcuts.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { Composer } from './composer.tsx';
import { LiveTranscript } from './live-transcript.tsx';
import type { Talk } from './use-talk.ts';

export function LivePanel({ talk, agentName }: { talk: Talk; agentName: string }) {
  const { phase, lines, problem, ended, session } = talk.state;
  const isLive = phase === 'live';
  const panel = useRef<HTMLDivElement>(null);
  // The focused button has disappeared, so focus moves here; in a text talk it moves to the input.
  useEffect(() => {
    if (!panel.current?.contains(document.activeElement)) panel.current?.focus();
  }, []);
  return (
    <div ref={panel} tabIndex={-1} className="grid gap-3 outline-none">
      <div className="flex min-h-8 flex-wrap items-center gap-3">
        <Status talk={talk} agentName={agentName} />
        {isLive && <Controls talk={talk} />}
      </div>
      <LiveTranscript
        lines={lines}
        agentName={agentName}
        isWriting={isLive && lines.at(-1)?.role === 'user'}
      />
      {problem !== null && (
        <p role="alert" className="text-bad">
          {messageOf(problem)}
        </p>
      )}
      {isLive && session !== null && <Composer talk={talk} />}
      {ended !== null && (
        <p role="status" className="text-muted">
          The talk is over. {ended}
        </p>
      )}
    </div>
  );
}

function Status({ talk, agentName }: { talk: Talk; agentName: string }) {
  const { phase, mode, speaking, muted, startedAt } = talk.state;
  if (phase !== 'live') return <Badge>Over</Badge>;
  const doing =
    mode === 'text' ? 'Writing' : speaking ? `${agentName} speaks` : muted ? 'Muted' : 'Listening';
  return (
    <div className="flex items-center sm:min-w-52 gap-2">
      <Badge tone={speaking ? 'accent' : muted ? 'warn' : 'good'}>{doing}</Badge>
      {startedAt !== null && <Elapsed since={startedAt} className="text-muted" />}
    </div>
  );
}

function Controls({ talk }: { talk: Talk }) {
  const { mode, muted, volume } = talk.state;
  const id = useId();
  const isVoice = mode === 'voice';
  useShortcut('m', { does: 'Mute the microphone', group: 'Talk', enabled: isVoice }, () =>
    talk.setMuted(!muted),
  );
  return (
    <div className="ml-auto flex flex-wrap items-center gap-3">
      {isVoice && (
        <>
          <div className="flex items-center gap-2">
            <label htmlFor={id}>
              <Volume2 aria-hidden className="size-4 text-muted" />
              <span className="sr-only">Volume</span>
            </label>
            <input
              id={id}
              type="range"
              min={0}
              max={1}
              step={0.05}
              value={volume}
              aria-valuetext={`${Math.round(volume * 100)} %`}
              className="w-28 accent-accent"
              onChange={(event) => talk.setVolume(event.target.valueAsNumber)}
            />
          </div>
          <Button
            aria-pressed={muted}
            title="Mute the microphone (M)"
            variant={muted ? 'warn' : 'outline'}
            icon={muted ? <MicOff /> : <Mic />}
            className="w-26"
            onClick={() => talk.setMuted(!muted)}
          >
            {muted ? 'Unmute' : 'Mute'}
          </Button>
        </>
      )}
      <Button variant="danger" icon={<PhoneOff />} onClick={talk.end}>
        End the talk
      </Button>
    </div>
  );
}
