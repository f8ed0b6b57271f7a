// `npm run build`: builds the dashboard into dashboard/dist. Nothing else needs a build.
import { buildDashboard } from '#launcher/dashboard.ts';
import { say } from '#launcher/product.ts';

await buildDashboard(say);
say('the dashboard is built');
