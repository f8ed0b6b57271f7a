import { expect, test } from 'vitest';
import { CAMPAIGN_STATUSES, type CampaignAction, refusal } from './campaign.ts';

test('which action is possible in which status', () => {
  const actions: CampaignAction[] = ['start', 'pause', 'resume', 'stop', 'archive'];
  const possible = Object.fromEntries(
    CAMPAIGN_STATUSES.map((status) => [status, actions.filter((action) => refusal(action, status) === null)]),
  );
  expect(possible).toEqual({
    draft: ['start', 'archive'],
    scheduled: ['start', 'pause', 'stop'],
    running: ['pause', 'stop'],
    paused: ['resume', 'stop'],
    completed: ['archive'],
    stopped: ['archive'],
  });
});

test('a refusal names the status and what it takes', () => {
  expect(refusal('resume', 'running')).toBe('A campaign that is running cannot resume; it must be paused.');
});
