import { OpenAPIHono } from '@hono/zod-openapi';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { secureHeaders } from 'hono/secure-headers';
import type { Api, ApiContext, ApiEnv } from './context.ts';
import { serveDashboard } from './dashboard.ts';
import { serveDocs } from './docs.ts';
import { authenticate } from './http/auth.ts';
import { createErrorHandler, onInvalid, Problem } from './http/errors.ts';
import { idempotency } from './http/idempotency.ts';
import { readJsonBody } from './http/limits.ts';
import { requestLog } from './http/request-log.ts';
import { receiveElevenLabs } from './provider-events/elevenlabs.ts';
import { receiveTwilio } from './provider-events/twilio.ts';
import { isImportPath } from './routes/leads/import.ts';
import { registerRoutes } from './routes.ts';

/** The whole HTTP surface. */
export function createApp(context: ApiContext): Api {
  const app: Api = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid });
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
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (_c, methods) =>
        new Problem('method-not-allowed', `Possible here: ${methods.join(', ')}.`, {
          headers: { allow: methods.join(', ') },
        }).toResponse(),
    }),
  );
  app.use('/api/*', readJsonBody(isImportPath));
  app.use(
    '/sign-in',
    readJsonBody(() => false),
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

function describe(app: Api): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Ringleader',
      version: '1',
      description:
        'Outbound phone campaigns. Times are ISO 8601 in UTC, durations are in seconds. Errors are problem ' +
        'documents (RFC 9457). Lists are read page by page with cursor and limit. Every POST below /api takes ' +
        'an Idempotency-Key: repeated with the same body, it gets the first answer and does nothing. Secrets are ' +
        'shown the first time only; sound and sessions in the browser are made anew.',
    },
  });
}
