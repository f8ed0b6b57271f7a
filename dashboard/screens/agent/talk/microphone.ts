/** The microphone cannot be had; the message says why, and what can be done. */
export class MicrophoneProblem extends Error {
  override readonly name = 'MicrophoneProblem';
}

/** Lets the browser ask for the microphone before anything is started for it. @throws MicrophoneProblem */
export async function askForMicrophone(): Promise<void> {
  // Browsers leave it out on pages that did not come over HTTPS.
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
 * Over a WebSocket the microphone has to come at the rate that the provider asks for. A browser that cannot give it
 * so talks by WebRTC, which the browser itself converts for.
 */
export function voiceConnection(): 'websocket' | 'webrtc' {
  return 'sampleRate' in navigator.mediaDevices.getSupportedConstraints() ? 'websocket' : 'webrtc';
}
