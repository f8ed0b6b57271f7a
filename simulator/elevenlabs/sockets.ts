import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { findAgent } from '../fleet.ts';
import type { World } from '../world.ts';
import { monitor } from './monitor.ts';
import { TalkSession } from './talk-session.ts';

const MAX_MESSAGE_BYTES = 1024 * 1024;
const MONITOR_PATH = /^\/v1\/convai\/conversations\/([^/]+)\/monitor$/;
const TALK_PATH = '/v1/convai/conversation';

/** Serves the WebSockets of agents and monitors. Returns a function that closes them all. */
export function serveSockets(server: Server, world: World): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has('convai') ? 'convai' : false),
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const accept = (use: (socket: WebSocket) => void) => sockets.handleUpgrade(request, stream, head, use);
    const monitored = MONITOR_PATH.exec(url.pathname)?.[1];
    if (monitored !== undefined) {
      const refusal = openMonitor(world, request, decodeURIComponent(monitored), accept);
      if (refusal !== null) refuse(stream, refusal);
    } else if (url.pathname === TALK_PATH) {
      accept((socket) => openTalk(world, request, url.searchParams, socket));
    } else {
      refuse(stream, '404 Not Found');
    }
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

function openTalk(world: World, request: IncomingMessage, query: URLSearchParams, socket: WebSocket): void {
  const agent = findAgent(query.get('agent_id') ?? '');
  if (agent === null) {
    socket.close(1008, 'No agent has this id.');
    return;
  }
  const signature = query.get('conversation_signature');
  const keyed = Boolean(request.headers['xi-api-key']);
  const signed = signature !== null && world.signatures.allows(signature, agent.agentId);
  // A signature must be valid when given, even where none is required.
  if ((signature !== null && !signed) || (agent.locked && !signed && !keyed)) {
    socket.close(1008, 'Could not authorize the conversation.');
    return;
  }
  const authorization = signed ? 'signed_url' : keyed ? 'authorization_header' : 'public';
  new TalkSession(world, socket, { agent, authorization });
}

/** Null when opened, otherwise the HTTP status of the refusal. */
function openMonitor(
  world: World,
  request: IncomingMessage,
  conversationId: string,
  accept: (use: (socket: WebSocket) => void) => void,
): string | null {
  if (!request.headers['xi-api-key']) return '401 Unauthorized';
  const conversation = world.exchange.calls.conversation(conversationId);
  if (conversation === null || conversation.endedAtMs !== null) return '404 Not Found';
  if (findAgent(conversation.agentId)?.locked ?? true) return '403 Forbidden';
  accept((socket) => monitor(world, socket, conversation));
  return null;
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
