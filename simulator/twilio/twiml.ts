const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The texts in a TwiML answer: every `<Message>`, its words plain or in `<Body>`. Nothing else of the
 * language is read; what is not a `<Response>` holds no texts.
 */
export function messagesOfTwiml(xml: string): string[] {
  const response = /<Response\b[^>]*>([\s\S]*)<\/Response>/.exec(xml)?.[1];
  if (response === undefined) return [];
  return [...response.matchAll(/<Message\b[^>]*?(?:\/>|>([\s\S]*?)<\/Message>)/g)]
    .map(([, content = '']) => textOf(/<Body\b[^>]*>([\s\S]*?)<\/Body>/.exec(content)?.[1] ?? content))
    .filter((text) => text !== '');
}

function textOf(content: string): string {
  const words = content.replaceAll(/<!\[CDATA\[([\s\S]*?)\]\]>|<[^>]*>/g, (_, literal?: string) =>
    (literal ?? '').replaceAll('&', '&amp;'),
  );
  return words
    .replaceAll(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => decoded(name) ?? whole)
    .trim();
}

function decoded(name: string): string | null {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? null;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : null;
}
