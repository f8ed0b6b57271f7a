const RATE_HZ = 8_000;
const TONE_HZ = 440;
const SECONDS = 12;
const HEADER_BYTES = 44;
const MIDDLE = 128;

/** A recording as a browser reads it (WAV, 8 bits, mono): a tone that swells and dies away by turns. */
export function recording(): Buffer {
  const length = RATE_HZ * SECONDS;
  const sound = Buffer.alloc(HEADER_BYTES + length);
  sound.write('RIFF', 0);
  sound.writeUInt32LE(HEADER_BYTES - 8 + length, 4);
  sound.write('WAVEfmt ', 8);
  sound.writeUInt32LE(16, 16);
  sound.writeUInt16LE(1, 20);
  sound.writeUInt16LE(1, 22);
  sound.writeUInt32LE(RATE_HZ, 24);
  sound.writeUInt32LE(RATE_HZ, 28);
  sound.writeUInt16LE(1, 32);
  sound.writeUInt16LE(8, 34);
  sound.write('data', 36);
  sound.writeUInt32LE(length, 40);
  for (let at = 0; at < length; at += 1) {
    const seconds = at / RATE_HZ;
    const loudness = Math.abs(Math.sin(seconds * 1.3)) * 110;
    sound[HEADER_BYTES + at] = Math.round(MIDDLE + loudness * Math.sin(2 * Math.PI * TONE_HZ * seconds));
  }
  return sound;
}
