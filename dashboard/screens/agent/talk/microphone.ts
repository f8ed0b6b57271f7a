/** The microphone is unavailable; the message gives the reason and a remedy. */
export class MicrophoneProblem extends Error {
  override readonly name = 'MicrophoneProblem';
}

/** Asks for the microphone before anything else is started. @throws MicrophoneProblem */
export async function askForMicrophone(): Promise<void> {
  // Browsers omit it on pages without HTTPS.
  if (!('mediaDevices' in navigator)) {
    throw new MicrophoneProblem('This page may not use a microphone: open it over HTTPS or on localhost.');
  }
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
  } catch (error) {
    throw new MicrophoneProblem(messageFor(error instanceof DOMException ? error.name : ''));
  }
}

function messageFor(name: string): string {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return "The microphone was refused. Allow it in the browser's settings for this page, and try again.";
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'There is no microphone. Connect one, and try again.';
    case 'NotReadableError':
    case 'AbortError':
      return 'The microphone is in use by something else. Close that, and try again.';
    default:
      return 'The microphone cannot be used in this browser.';
  }
}

/**
 * Over a WebSocket the microphone must deliver the provider's sample rate. Browsers that cannot do that use
 * WebRTC, which converts it.
 */
export function voiceConnection(): 'websocket' | 'webrtc' {
  return 'sampleRate' in navigator.mediaDevices.getSupportedConstraints() ? 'websocket' : 'webrtc';
}
