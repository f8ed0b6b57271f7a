// `npm run build`: the dashboard, from its sources into dashboard/dist. Nothing else needs a build.
import { buildDashboard } from './services/dashboard.ts';
import { say } from './services/product.ts';

await buildDashboard(say);
say('the dashboard is built');
