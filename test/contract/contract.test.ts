// Schemathesis asks the running product everything that its OpenAPI document allows, and much that it does not.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schemathesisPython } from '#launcher/schemathesis.ts';
import { type Product, startProduct } from './product.ts';
import { complaints, type Phase, runSchemathesis } from './schemathesis.ts';

const SEED = Number(process.env.CONTRACT_SEED || 1);
const EXAMPLES = Number(process.env.CONTRACT_EXAMPLES || 15);
const TIMEOUT_MS = 900_000;

let python: string;
let product: Product;

beforeAll(async () => {
  python = await schemathesisPython((line) => console.info(line));
  product = await startProduct();
  console.info(`seed ${SEED} (CONTRACT_SEED), ${EXAMPLES} examples (CONTRACT_EXAMPLES)`);
}, 900_000);

afterAll(() => product?.stack.stop());

test.each<Phase>(['examples', 'coverage', 'fuzzing', 'stateful'])(
  'the API does what its document says: %s',
  { timeout: TIMEOUT_MS + 10_000 },
  async (phase) => {
    const run = await runSchemathesis(python, product, {
      phase,
      seed: SEED,
      // Of what leads from one answer to the next there is more to see.
      examples: phase === 'stateful' ? 3 * EXAMPLES : EXAMPLES,
      timeoutMs: TIMEOUT_MS,
    });
    const { report } = run;
    console.info(`${phase}: ${report.test_cases.generated} requests in ${Math.round(report.running_time)} s`);
    expect(complaints(run)).toEqual([]);
    expect(report).toMatchObject({ complete: true, phases: { [phase]: { status: 'success' } } });
    expect(report.operations.selected).toBe(report.operations.total);
    // The other two ask of an operation what they can: an example, or what another one's answer leads to.
    if (phase === 'coverage' || phase === 'fuzzing')
      expect(report.operations.tested).toBe(report.operations.total);
    // Every operation was asked with a key, or a signature, that it takes.
    expect(report.warnings.missing_auth).toEqual([]);
  },
);

test('a document that promises something else is found out', { timeout: 120_000 }, async () => {
  const document = await (await fetch(`${product.stack.apiUrl}/openapi.json`)).json();
  document.paths['/api/campaigns'].get.responses['200'].content['application/json'].schema = {
    type: 'array',
  };
  delete document.paths['/api/me'].get.responses['200'];
  const run = await runSchemathesis(python, product, {
    phase: 'coverage',
    seed: SEED,
    examples: 1,
    timeoutMs: 100_000,
    document,
    args: ['--include-operation-id', 'listCampaigns', '--include-operation-id', 'readMe'],
  });
  const codes = run.report.failures.map(({ title }) => title).sort();
  expect(codes).toEqual(['Response violates schema', 'Undocumented status code']);
});
