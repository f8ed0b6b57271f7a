import { OpenAPIHono } from '@hono/zod-openapi';
import { secureHeaders } from 'hono/secure-headers';
import type { Api, ApiContext, ApiEnv } from './context.ts';
import { serveDashboard } from './dashboard.ts';
import { serveDocs } from './docs.ts';
import { authenticate } from './http/auth.ts';
import { createErrorHandler, onInvalid } from './http/errors.ts';
import { idempotency, withIdempotencyKey } from './http/idempotency.ts';
import { readJsonBody } from './http/limits.ts';
import { readOperations, refuseOtherMethods } from './http/operations.ts';
import { requestLog } from './http/request-log.ts';
import { receiveElevenLabs } from './provider-events/elevenlabs.ts';
import { receiveTwilio } from './provider-events/twilio.ts';
import { isImportPath } from './routes/leads.ts';
import { registerRoutes } from './routes.ts';

/** The whole HTTP surface. */
export function createApp(context: ApiContext): Api {
  const app: Api = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid });
  const operations = readOperations(app);
  app.onError(createErrorHandler(context.logger));

  app.use(requestLog(context.logger));
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      xFrameOptions: 'DENY',
      strictTransportSecurity: context.config.publicUrl?.startsWith('https:') ?? false,
      // The docs page brings a policy of its own.
      overwrite: false,
    }),
  );
  app.use('/api/*', async (c, next) => {
    c.header('cache-control', 'no-store');
    await next();
  });
  app.use('/api/*', authenticate(context));
  app.use(refuseOtherMethods(operations));
  app.use('/api/*', readJsonBody(operations, isImportPath));
  app.use(
    '/sign-in',
    readJsonBody(operations, () => false),
  );
  app.use('/api/*', idempotency(context, isImportPath));

  registerRoutes(app, context);
  receiveElevenLabs(app, context);
  receiveTwilio(app, context);
  describe(app);
  serveDocs(app);
  serveDashboard(app, context);
  return app;
}

/** What a provider's webhook proves itself by. */
const SIGNED_BY = {
  elevenLabsSignature: 'ElevenLabs-Signature',
  elevenLabsSecret: 'X-Ringleader-Secret',
  twilioSignature: 'X-Twilio-Signature',
};

function describe(app: Api): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  for (const [name, header] of Object.entries(SIGNED_BY)) {
    app.openAPIRegistry.registerComponent('securitySchemes', name, {
      type: 'apiKey',
      in: 'header',
      name: header,
    });
  }
  const document = {
    openapi: '3.1.0' as const,
    info: {
      title: 'Ringleader',
      version: '1',
      description:
        'Outbound phone campaigns. Times are ISO 8601 in UTC, durations are in seconds. Errors are problem ' +
        'documents (RFC 9457). Lists are read page by page with cursor and limit. Every POST below /api takes ' +
        'an Idempotency-Key: repeated with the same body, it gets the first answer and does nothing. Secrets are ' +
        'shown the first time only; sound and sessions in the browser are made anew.',
    },
  };
  app.get('/openapi.json', (c) => c.json(withIdempotencyKey(app.getOpenAPI31Document(document))));
}
