import type { Context } from 'hono';
import { type TwilioParams, twilioParamsOf, verifyTwilioSignature } from '#providers/twilio/webhook.ts';
import type { ApiContext, ApiEnv } from '../context.ts';
import { Problem } from '../http/errors.ts';
import { type BodyLimit, readBody } from '../http/limits.ts';

/** A text of 1,600 characters, each escaped to twelve bytes, and room for the other fields. */
const FORM_LIMIT: BodyLimit = { maxBytes: 128 * 1024, idleMs: 10_000, totalMs: 15_000 };

/**
 * The parameters of a request that Twilio signed for the address at which the outside sees us.
 *
 * @throws Problem 403 when the signature is wrong, or when there is nothing to check it against
 */
export async function readSignedForm(
  { config, logger }: Pick<ApiContext, 'config' | 'logger'>,
  c: Context<ApiEnv>,
): Promise<TwilioParams> {
  const params = twilioParamsOf((await readBody(c.req.raw, FORM_LIMIT)).toString('utf8'));
  const { pathname, search } = new URL(c.req.url);
  const verified =
    config.twilio !== null &&
    config.publicUrl !== null &&
    verifyTwilioSignature({
      authToken: config.twilio.authToken,
      signature: c.req.header('x-twilio-signature'),
      url: `${config.publicUrl.replace(/\/$/, '')}${pathname}${search}`,
      params,
    });
  if (verified) return params;
  logger.warn({ path: pathname }, 'webhook refused');
  throw new Problem('forbidden', 'The signature is not valid.');
}
