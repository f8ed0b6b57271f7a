import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import type { TestFile } from './test-summary.ts';

/** Writes the summary's input to the file that `TEST_REPORT` names. */
// biome-ignore lint/style/noDefaultExport: vitest reads a reporter from the default export.
export default class TestReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const path = process.env.TEST_REPORT;
    if (path !== undefined) writeFileSync(path, JSON.stringify(modules.map(reportOf)));
  }
}

function reportOf(module: TestModule): TestFile {
  const { prepareDuration, environmentSetupDuration, collectDuration, setupDuration, duration } =
    module.diagnostic();
  const importMs = prepareDuration + environmentSetupDuration + collectDuration + setupDuration;
  return {
    file: module.relativeModuleId,
    lane: module.project.name,
    failed: module.state() === 'failed',
    importMs,
    durationMs: importMs + duration,
    tests: [...module.children.allTests()].map((test) => {
      const { state, errors } = test.result();
      return {
        name: test.fullName,
        state: state === 'passed' || state === 'failed' ? state : 'skipped',
        durationMs: test.diagnostic()?.duration ?? 0,
        failure: errors?.[0]?.message ?? '',
      };
    }),
  };
}
