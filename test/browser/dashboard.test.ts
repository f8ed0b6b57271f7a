// The dashboard in a real Chromium against the product as it runs: its database, Temporal, worker and API, with
// simulated phones. The tests stand in `parts/` and share one product, so they are of one file for the runner.

import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { accessTests } from './parts/access.ts';
import { callTests } from './parts/calls.ts';
import { campaignTests } from './parts/campaigns.ts';
import { hostileTests } from './parts/hostile.ts';
import { largeTests } from './parts/large.ts';
import { likenessTests } from './parts/likeness.ts';
import { outageTests } from './parts/outages.ts';
import { screenTests } from './parts/screens.ts';
import { stillnessTests } from './parts/stillness.ts';
import { closeScreens, startProduct, stopProduct } from './rig.ts';
import { makeWorld } from './world.ts';

beforeAll(async () => {
  await startProduct();
  await makeWorld();
}, 300_000);

/** What waits inside a test says sooner what it waited for. */
const LONG = { timeout: 240_000 };

afterEach(closeScreens);

afterAll(stopProduct, 60_000);

describe('access', LONG, accessTests);
describe('campaigns', LONG, campaignTests);
describe('calls', LONG, callTests);
describe('screens', LONG, screenTests);
describe('likeness', LONG, likenessTests);
describe('stillness', LONG, stillnessTests);
describe('hostile words', LONG, hostileTests);
describe('outages', LONG, outageTests);
describe('size', LONG, largeTests);
