import { SOCKET_RATE } from './sound.ts';

/** Root mean square that counts as speech, of a full scale of 32,767. */
const SPEECH_LEVEL = 300;
const INTERRUPTS_AFTER = 0.3 * SOCKET_RATE;
const TURN_NEEDS = 0.6 * SOCKET_RATE;
const TURN_ENDS_AFTER = 0.4 * SOCKET_RATE;
const LONGEST_TURN = 4 * SOCKET_RATE;

/** Detects turns of speech in a microphone's sound (16-bit little-endian mono, 16 kHz). */
export class SpeechDetector {
  #voiced = 0;
  #silent = 0;

  /** `speaking`: sound has lasted long enough to be speech. `turnOver`: speech was followed by silence. */
  take(samples: Buffer): { speaking: boolean; turnOver: boolean } {
    const count = Math.floor(samples.length / 2);
    if (level(samples, count) >= SPEECH_LEVEL) {
      this.#voiced += count;
      this.#silent = 0;
    } else {
      this.#silent += count;
      // Too short for speech, a click.
      if (this.#silent >= TURN_ENDS_AFTER && this.#voiced < TURN_NEEDS) this.#voiced = 0;
    }
    const speaking = this.#silent === 0 && this.#voiced >= INTERRUPTS_AFTER;
    const turnOver =
      this.#voiced >= LONGEST_TURN || (this.#voiced >= TURN_NEEDS && this.#silent >= TURN_ENDS_AFTER);
    if (turnOver) this.#voiced = 0;
    return { speaking, turnOver };
  }
}

/** Root mean square. */
function level(samples: Buffer, count: number): number {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += samples.readInt16LE(index * 2) ** 2;
  return count === 0 ? 0 : Math.sqrt(sum / count);
}
