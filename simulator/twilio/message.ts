import type { JsonObject } from '../talks.ts';
import { rfc2822 } from './call.ts';
import type { SimulatedText } from './text-params.ts';

const PRICE_PER_SEGMENT = 0.0079;

/** A text as Twilio's API returns it. Empty fields are null, never left out. */
export function twilioMessage(text: SimulatedText): JsonObject {
  const path = `/2010-04-01/Accounts/${text.accountSid}/Messages/${text.messageSid}`;
  // A messaging service picks the sender and counts segments when it sends.
  const open = text.status === 'accepted';
  const settled = text.status === 'delivered' || text.status === 'sent' || text.status === 'received';
  return {
    sid: text.messageSid,
    account_sid: text.accountSid,
    messaging_service_sid: text.messagingServiceSid,
    api_version: '2010-04-01',
    body: text.body,
    date_created: rfc2822(text.createdAtMs),
    date_updated: rfc2822(text.updatedAtMs),
    date_sent: text.sentAtMs === null ? null : rfc2822(text.sentAtMs),
    direction: text.direction,
    error_code: text.errorCode,
    error_message: text.errorCode === null ? null : 'The message could not be delivered.',
    from: open ? null : text.from,
    to: text.to,
    num_media: String(text.media.length),
    num_segments: open ? '0' : String(text.segments),
    price: settled ? (-text.segments * PRICE_PER_SEGMENT).toFixed(5) : null,
    price_unit: 'USD',
    status: text.status,
    uri: `${path}.json`,
    subresource_uris: { media: `${path}/Media.json` },
  };
}
