import { Page } from '../../ui/page.tsx';
import { Numbers } from './numbers.tsx';
import { Pulse } from './pulse.tsx';
import { RunningCampaigns } from './running.tsx';
import { Ticker } from './ticker.tsx';
import { ReachToday, TodayFigures } from './today.tsx';
import { Wall } from './wall.tsx';

export function LiveScreen() {
  return (
    <Page title="Live" name="Live" subtitle="Calls under way, and what comes of them as it happens.">
      <TodayFigures />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <section aria-labelledby="wall" className="min-w-0 max-lg:order-last">
          <h2 id="wall" className="mb-3 font-semibold">
            Calls under way
          </h2>
          <Wall />
        </section>
        <div className="grid min-w-0 gap-4">
          <Pulse />
          <RunningCampaigns />
          <Numbers />
          <Ticker />
          <ReachToday />
        </div>
      </div>
    </Page>
  );
}
