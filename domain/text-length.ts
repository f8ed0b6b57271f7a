import { SegmentedMessage } from 'sms-segments-calculator';

/** The longest text that Twilio takes. https://www.twilio.com/docs/messaging/api/message-resource */
export const LONGEST_TEXT = 1_600;

export const TEXT_ENCODINGS = ['GSM-7', 'UCS-2'] as const;
export type TextEncoding = (typeof TEXT_ENCODINGS)[number];

/** Texts are charged by the segment. */
export interface TextLength {
  /** UCS-2 as soon as one character is outside GSM-7: segments then hold less than half. */
  encoding: TextEncoding;
  segments: number;
  /** As the encoding counts them; an emoji may be more than one. */
  characters: number;
}

export function measureText(body: string): TextLength {
  const message = new SegmentedMessage(body);
  return {
    encoding: message.encodingName === 'GSM-7' ? 'GSM-7' : 'UCS-2',
    segments: body === '' ? 0 : message.segmentsCount,
    characters: message.numberOfCharacters,
  };
}
