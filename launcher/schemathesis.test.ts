import { afterEach, expect, test, vi } from 'vitest';
import { schemathesisPython } from './schemathesis.ts';

afterEach(() => vi.unstubAllEnvs());

test('without a Python that can make environments it says how to get one', async () => {
  vi.stubEnv('RINGLEADER_PYTHON', '/no/such/python');
  await expect(schemathesisPython(() => {})).rejects.toThrow(
    'There is no Python 3.11 or newer that can make environments, which Schemathesis runs in: ' +
      '"apt-get install python3-venv" puts one there, and RINGLEADER_PYTHON names another.',
  );
});
