// `npm run totals -- --check | --rebuild`: compares the sums that dashboards read with a full count of the
// calls.
import { readEnv } from '#config/env.ts';
import { openDatabase } from '#db/client.ts';
import { compareTotals, rebuildTotals, type TotalsDifference } from '#db/queries/totals.ts';

const SHOWN = 50;

const [mode, ...more] = process.argv.slice(2);
const { DATABASE_URL: databaseUrl } = readEnv();
if ((mode !== '--check' && mode !== '--rebuild') || more.length > 0) {
  stop('error: pass --check or --rebuild');
}
if (databaseUrl === undefined) stop('error: DATABASE_URL is not set; it names the database to count in');

const db = openDatabase(databaseUrl, { maxConnections: 1 });
try {
  const rebuild = mode === '--rebuild';
  const found = rebuild ? await rebuildTotals(db) : await compareTotals(db);
  for (const difference of found.slice(0, SHOWN)) console.info(describe(difference));
  if (found.length > SHOWN) console.info(`and ${found.length - SHOWN} more`);
  if (found.length === 0) console.info('All sums equal a full count.');
  else console.info(`${found.length} rows ${rebuild ? 'were corrected' : 'differ from a full count'}.`);
  process.exitCode = found.length === 0 || rebuild ? 0 : 1;
} finally {
  await db.destroy();
}

function describe({ table, key, kept, counted }: TotalsDifference): string {
  const names = [...new Set([...Object.keys(kept ?? {}), ...Object.keys(counted ?? {})])];
  const apart = names.filter((name) => (kept?.[name] ?? 0) !== (counted?.[name] ?? 0));
  const sums = apart.map((name) => `${name} ${kept?.[name] ?? 0}, counted ${counted?.[name] ?? 0}`);
  return `${table} ${Object.values(key).join(' ')}: ${sums.join('; ')}`;
}

function stop(message: string): never {
  console.error(message);
  process.exit(1);
}
