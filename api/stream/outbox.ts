/** How much may wait for a client that does not read. */
export interface OutboxLimit {
  frames: number;
  bytes: number;
}

/** The most that a client which does not read holds of its own. */
const PIECE_BYTES = 65_536;

/** What waits to be sent to one client. */
export interface Outbox {
  body: ReadableStream<Uint8Array>;
  /** Frames that were not taken yet. */
  readonly waiting: number;
  /** Pieces that were taken so far: a client that reads, however slowly, makes it grow. */
  readonly taken: number;
  /** False when there is no room: the client reads more slowly than events come. */
  push(frame: Uint8Array): boolean;
  /** Resolves when everything was taken, or the stream is over. */
  drained(): Promise<void>;
  /** Ends the stream after what waits. */
  end(): void;
  /** Ends the stream at once and forgets what waits. */
  abandon(): void;
}

/**
 * A queue that is drained by whoever reads `body`, and no faster: what waits goes out in large pieces, so that
 * a burst of events costs few writes.
 *
 * @param onGone the reader went away
 */
export function createOutbox(limit: OutboxLimit, onGone: () => void): Outbox {
  let frames: Uint8Array[] = [];
  let bytes = 0;
  let pieces = 0;
  let ended = false;
  let over = false;
  let wake: (() => void) | null = null;
  let whenDrained: (() => void)[] = [];

  const signal = () => {
    wake?.();
    wake = null;
  };
  const settleDrained = () => {
    for (const resolve of whenDrained) resolve();
    whenDrained = [];
  };
  const finish = () => {
    over = true;
    frames = [];
    bytes = 0;
    signal();
    settleDrained();
  };
  /** Frames belong to all clients; only what goes out as one piece is copied for this one. */
  const nextPiece = (): Uint8Array => {
    let [count, size] = [0, 0];
    for (const { byteLength } of frames) {
      if (count > 0 && size + byteLength > PIECE_BYTES) break;
      count += 1;
      size += byteLength;
    }
    const taken = frames.splice(0, count);
    const [only] = taken;
    return taken.length === 1 && only !== undefined ? only : Buffer.concat(taken, size);
  };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (frames.length === 0 && !ended && !over) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        if (frames.length > 0) {
          const piece = nextPiece();
          bytes -= piece.byteLength;
          pieces += 1;
          controller.enqueue(piece);
          if (frames.length === 0) settleDrained();
          return;
        }
        if (!over) finish();
        controller.close();
      },
      cancel() {
        if (over) return;
        finish();
        onGone();
      },
    },
    // Nothing is taken ahead of the reader, so what waits is counted here alone.
    { highWaterMark: 0 },
  );
  return {
    body,
    get waiting() {
      return frames.length;
    },
    get taken() {
      return pieces;
    },
    push(frame) {
      if (over || ended) return true;
      const full = frames.length >= limit.frames || bytes + frame.byteLength > limit.bytes;
      // A single frame is let in whatever its size: waiting for room would not make any.
      if (full && frames.length > 0) return false;
      frames.push(frame);
      bytes += frame.byteLength;
      signal();
      return true;
    },
    drained() {
      if (frames.length === 0 || over) return Promise.resolve();
      return new Promise((resolve) => whenDrained.push(resolve));
    },
    end() {
      ended = true;
      signal();
    },
    abandon: finish,
  };
}
