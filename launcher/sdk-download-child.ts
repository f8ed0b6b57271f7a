// Makes the Temporal SDK download a server into a folder: `sdk-download-child.ts dev-server|time-skipping
// FOLDER`. The SDK cannot download without starting, so the server is started once and ended.
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [kind, downloadDir] = process.argv.slice(2);
const server = { executable: { type: 'cached-download' as const, downloadDir } };
const environment =
  kind === 'dev-server'
    ? await TestWorkflowEnvironment.createLocal({ server })
    : await TestWorkflowEnvironment.createTimeSkipping({ server });
await environment.teardown();
