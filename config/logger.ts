import { pino } from 'pino';

export type Logger = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>;

/**
 * Structured logs on standard error, one JSON object a line. Keys that hold secrets or personal data are
 * redacted.
 */
export function createLogger(name: string, level: string): pino.Logger {
  return pino(
    {
      name,
      level,
      redact: {
        paths: ['apiKey', 'authorization', 'phone', 'to', '*.apiKey', '*.authorization', '*.phone', '*.to'],
        censor: '[redacted]',
      },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
