import type { BrowserJoin, VoiceProvider } from '../ports.ts';
import { field, fieldsOf, textOf } from './fields.ts';
import { malformed, type Reader } from './reader.ts';

type JoinRequest = Parameters<VoiceProvider['joinFromBrowser']>[0];

/**
 * Lets a browser join an agent without the account's key: by an address that opens a WebSocket within the next
 * 15 minutes (the provider's documentation), or by a token for WebRTC.
 */
export async function joinFromBrowser(reader: Reader, { agentId, how }: JoinRequest): Promise<BrowserJoin> {
  switch (how) {
    case 'websocket':
      return { signedUrl: await signedUrl(reader, agentId) };
    case 'webrtc': {
      const body = await reader.read('the token', (client, options) =>
        client.conversationalAi.conversations.getWebrtcToken({ agentId }, options),
      );
      const fields = fieldsOf(body);
      const token = textOf(fields.token);
      if (token === null) throw malformed('the token');
      return { token, conversationId: textOf(field(fields, 'conversation_id')) };
    }
  }
}

/** An address that opens one agent's WebSocket. */
export async function signedUrl(reader: Reader, agentId: string): Promise<string> {
  const body = await reader.read('the signed address', (client, options) =>
    client.conversationalAi.conversations.getSignedUrl({ agentId }, options),
  );
  const url = textOf(field(fieldsOf(body), 'signed_url'));
  if (url === null || !/^wss?:\/\//.test(url)) throw malformed('the signed address');
  return url;
}
