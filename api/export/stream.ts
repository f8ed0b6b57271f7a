const encoder = new TextEncoder();

/**
 * A body of texts that are made as they are read, one at a time. When the reader goes away the source is told to
 * stop, so nothing more is read from the database.
 */
export function streamTexts(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await texts.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await texts.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
