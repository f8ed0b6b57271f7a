import { expect, test } from 'vitest';
import { CAMPAIGN_STATUSES, type CampaignAction, type CampaignRunStatus, refusal } from './campaign.ts';

const possible = (
  actions: CampaignAction[],
  status: (typeof CAMPAIGN_STATUSES)[number] | CampaignRunStatus,
) => actions.filter((action) => refusal(action, status) === null);

test('which action is possible in which status', () => {
  const actions: CampaignAction[] = ['start', 'pause', 'resume', 'stop', 'archive'];
  expect(Object.fromEntries(CAMPAIGN_STATUSES.map((status) => [status, possible(actions, status)]))).toEqual({
    draft: ['start', 'archive'],
    scheduled: ['start', 'pause', 'stop'],
    running: ['pause', 'stop'],
    paused: ['resume', 'stop'],
    completed: ['archive'],
    stopped: ['archive'],
  });
});

test('which update a campaign workflow accepts in which status', () => {
  const updates: CampaignAction[] = ['pause', 'resume', 'stop', 'changeSettings'];
  const statuses: CampaignRunStatus[] = ['scheduled', 'running', 'paused', 'stopping', 'completed'];
  expect(Object.fromEntries(statuses.map((status) => [status, possible(updates, status)]))).toEqual({
    scheduled: ['pause', 'stop', 'changeSettings'],
    running: ['pause', 'stop', 'changeSettings'],
    paused: ['resume', 'stop', 'changeSettings'],
    stopping: [],
    completed: [],
  });
});

test('a refusal names the status and what it takes', () => {
  expect(refusal('resume', 'running')).toBe('A campaign that is running cannot resume; it must be paused.');
  expect(refusal('changeSettings', 'stopping')).toBe(
    'A campaign that is stopping cannot change its settings; it must be scheduled or running or paused.',
  );
});
