import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFile, makeCached } from './cache.ts';
import type { Log } from './processes.ts';
import { outputOf, runTool } from './run-tool.ts';
import { downloadedServer, downloadServer } from './sdk-download.ts';

const ARTIFACT_VERSION = '1.38.0';
const ENTRY = `temporal-test-server/${ARTIFACT_VERSION}`;

const PROJECT = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>ringleader</groupId>
  <artifactId>time-skipping-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${ARTIFACT_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** Runs the libraries beside it with the fast-starting compiler, since it is short-lived. */
const WRAPPER = `#!/bin/sh
folder=$(dirname "$0")
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$folder/lib/*" io.temporal.testserver.TestServer "$@"
`;

/**
 * Temporal's time-skipping test server, a program that takes its port as an argument: the one that
 * `RINGLEADER_TIME_SKIPPING_BIN` names, a cached one, the SDK's download, or one made from its Maven
 * artifact.
 */
export async function timeSkippingServerPath(log: Log): Promise<string> {
  const named = process.env.RINGLEADER_TIME_SKIPPING_BIN;
  if (named) {
    if (!existsSync(named))
      throw new Error(`RINGLEADER_TIME_SKIPPING_BIN names ${named}, which does not exist.`);
    return named;
  }
  const cached = downloadedServer('time-skipping') ?? cachedFile(ENTRY, 'server');
  if (cached !== null) return cached;
  const downloaded = process.env.RINGLEADER_NO_DOWNLOAD ? null : await downloadServer('time-skipping', log);
  return downloaded ?? (await fromMaven(log));
}

async function fromMaven(log: Log): Promise<string> {
  if (outputOf('java', ['-version']) === null || outputOf('mvn', ['--version']) === null) {
    throw new Error(
      "Temporal's time-skipping server could not be downloaded, and there is no Java with Maven to run it. " +
        'Install a Java runtime (11 or newer) and Maven, or name the program in RINGLEADER_TIME_SKIPPING_BIN.',
    );
  }
  log(`fetching Temporal's time-skipping server ${ARTIFACT_VERSION} with Maven, once`);
  const make = async (folder: string) => {
    writeFileSync(join(folder, 'pom.xml'), PROJECT);
    await runTool({
      program: 'mvn',
      args: ['--batch-mode', '--quiet', 'dependency:copy-dependencies', '-DoutputDirectory=lib'],
      cwd: folder,
      timeoutMs: 900_000,
      onWait: (seconds) => log(`  still fetching (${seconds} s)`),
    });
    writeFileSync(join(folder, 'server'), WRAPPER);
    chmodSync(join(folder, 'server'), 0o755);
  };
  return makeCached({ name: ENTRY, file: 'server', log, make });
}
