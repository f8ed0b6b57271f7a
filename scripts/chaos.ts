// `npm run chaos -- --seeds N [--seed S] [--minutes M]`: the product under faults, judged after each seed.

import { parseOptions, USAGE, UsageError } from '#chaos/options.ts';
import { runChaos } from '#chaos/run.ts';
import { say } from '#launcher/product.ts';
import { onStopRequest } from '#launcher/signals.ts';

const stopping = new AbortController();
onStopRequest(
  (reason) => {
    say(`\nstopping after this seed (${reason})`);
    stopping.abort();
  },
  () => process.exit(1),
);

try {
  const passed = await runChaos(parseOptions(process.argv.slice(2)), stopping.signal);
  process.exit(passed ? 0 : 1);
} catch (error) {
  say(`error: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof UsageError) say(USAGE);
  process.exit(1);
}
