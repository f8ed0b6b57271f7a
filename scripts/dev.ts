// `npm run dev`: like `npm start`, but a service restarts when a file that it may import changes.
import { watch } from 'node:fs';
import { resolve, sep } from 'node:path';
import { createServer } from 'vite';
import { runProduct, say } from '#launcher/product.ts';
import type { ServiceName, Stack } from '#launcher/stack.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Editors write several files, or one several times, for one change. */
const SETTLE_MS = 300;

const FOLDERS: Record<ServiceName, readonly string[]> = {
  simulator: ['domain', 'simulator'],
  worker: ['domain', 'workflows', 'activities', 'providers', 'db', 'config', 'worker'],
  api: ['domain', 'workflows', 'providers', 'db', 'config', 'api'],
};

function reloadOnChange(stack: Stack): void {
  const changed = new Set<ServiceName>();
  let timer: NodeJS.Timeout | null = null;
  let reloading = Promise.resolve();

  const reload = async () => {
    const names = [...changed];
    changed.clear();
    for (const name of names) {
      say(`a file has changed: restarting the ${name}`);
      try {
        await stack.services[name]?.restart();
      } catch (error) {
        // The service's own output has been shown already.
        say(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
        say(`the ${name} waits for the next change`);
      }
    }
  };
  watch(
    ROOT,
    { recursive: true, ignore: ['**/node_modules/**', '.git/**', '.ringleader/**'] },
    (_event, path) => {
      if (path === null || !path.endsWith('.ts') || path.endsWith('.test.ts')) return;
      const folder = path.split(sep)[0] ?? '';
      for (const name of ['simulator', 'worker', 'api'] as const) {
        if (FOLDERS[name].includes(folder)) changed.add(name);
      }
      if (changed.size === 0) return;
      if (timer) clearTimeout(timer);
      timer = setTimeout(() => {
        reloading = reloading.then(reload);
      }, SETTLE_MS);
    },
  );
}

/** Serves the dashboard from its sources with hot reloading; everything else is proxied to the API. */
async function serveDashboard({ apiUrl }: Stack): Promise<void> {
  process.env.RINGLEADER_API_URL = apiUrl;
  const server = await createServer({ configFile: resolve(ROOT, 'dashboard', 'vite.config.ts') });
  await server.listen();
  say(`the dashboard, with hot reloading: ${server.resolvedUrls?.local[0] ?? ''}`);
}

await runProduct({
  dashboard: 'live',
  dataDir: resolve(process.env.RINGLEADER_DATA_DIR || '.ringleader/data'),
  whileRunning: (stack) => {
    reloadOnChange(stack);
    serveDashboard(stack).catch((error: unknown) => say(`the dashboard is not served: ${String(error)}`));
  },
});
