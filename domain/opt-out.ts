/** Where an opt-out came from: a person through the API, a call, or a text. */
export const OPT_OUT_SOURCES = ['api', 'call', 'message'] as const;
export type OptOutSource = (typeof OPT_OUT_SOURCES)[number];

/** What a text asks for, as far as a rule can read it. */
export type TextWish = 'stop' | 'start' | 'help' | 'none';

/**
 * Words that opt out when they are the whole text: Twilio's default keywords, and the same wish in the languages
 * of our other phrases. https://help.twilio.com/articles/223134027
 */
const STOP_WORDS = new Set([
  ...['stop', 'stopall', 'stop all', 'unsubscribe', 'end', 'quit', 'revoke', 'optout', 'opt out', 'cancel'],
  ...['stopp', 'abmelden', 'abbestellen', 'aufhoren', 'arret', 'arreter', 'desabonner', 'desinscription'],
  ...[
    'baja',
    'alto',
    'parar',
    'pare',
    'basta',
    'sair',
    'cancelar',
    'disiscriviti',
    'afmelden',
    'uitschrijven',
  ],
]);
const START_WORDS = new Set(['start', 'unstop', 'unstopp']);
const HELP_WORDS = new Set(['help', 'info', 'hilfe', 'aide', 'ayuda', 'ajuda', 'aiuto']);

/** Said around a keyword without changing it. */
const POLITE =
  /\b(?:please|pls|plz|bitte|s'il vous plait|svp|por favor|per favore|alstublieft|now|thanks|thank you)\b/g;

/** Verbs and nouns of being contacted, in English. */
const CONTACTING =
  '(?:call|calls|calling|text|texts|texting|message|messages|messaging|sms|contact|contacting|phoning|ringing|bothering|harassing|spamming|e-?mailing|sending)';
/** After "don't call me": a time or a condition makes it a wish for another hour, not for none. */
const OTHER_TIME =
  '(?! (?:(?:me|us) )?(?:before|until|till|after|tomorrow|today|tonight|yet|between|during|late|early|so|right now|now|unless|if|back|in the|at (?!all|this|my)|on (?!my|this)))';

/** Wishes within a longer text, after case, accents and typographic quotes are gone. */
const STOP_PHRASES: RegExp[] = [
  `(?<!(?:don't|dont|not|never|won't|didn't|can't) )\\b(?:stop|quit|cease) (?:all |the |these |those |your )*${CONTACTING}\\b`,
  '^(?:can you |could you |would you |will you |just )?(?:please|pls|plz) stop(?! (?:by|at|in|over|off|here|there|and|on)\\b)',
  '\\bstop (?:please|pls|plz)\\b',
  `\\b(?:do not|don't|dont|never) (?:ever )?(?:call|text|message|contact|phone|ring|sms)\\b${OTHER_TIME}`,
  `\\b(?:do not|don't|dont|never)\\b.{0,40}\\b(?:call|text|message|contact|phone|ring|sms)\\b.{0,20}\\b(?:again|any ?more|ever)\\b`,
  `\\bno (?:more|further) ${CONTACTING}\\b`,
  '\\b(?:remove|delete|take|scrub) (?:me|my (?:phone )?(?:number|details|data|name))\\b(?:.{0,30}\\b(?:list|database|system|records|contacts)\\b|$|[.,!])',
  '\\btake (?:me|my number) off\\b',
  '\\b(?:unsubscribe|opt(?:ing)?[ -]?(?:me )?out|lose my number|leave me alone)\\b',
  // German
  '\\bnicht mehr (?:an(?:rufen|schreiben)|kontaktieren|schreiben|texten)\\b',
  '\\b(?:rufen? (?:sie |ihr )?(?:mich|uns)|schreiben? (?:sie |ihr )?(?:mir|uns)|kontaktieren? (?:sie |ihr )?(?:mich|uns)) (?:bitte )?(?:nicht|nie) (?:mehr|wieder)\\b',
  '\\bkeine (?:weiteren )?(?:anrufe|sms|nachrichten) mehr\\b',
  '\\b(?:horen sie|hort|hor) auf\\b.{0,30}\\b(?:anzurufen|zu schreiben|schreiben|anrufen)\\b',
  // French
  "\\barrete[rz]? (?:de )?(?:m'|me |nous )(?:appeler|ecrire|contacter|envoyer)",
  "\\bne (?:m'|me |nous )(?:appele[rz]|ecrive[rz]|contacte[rz]|envoye[rz]) (?:plus|pas de nouveau)\\b",
  '\\b(?:desabonne[rz]|desinscri\\w+)(?:-moi)?\\b',
  // Spanish
  '\\bno (?:me|nos) (?:llam\\w+|escrib\\w+|contact\\w+|mand\\w+|envi\\w+)(?: (?:mensajes|sms|nada))? (?:mas|nunca)\\b',
  '\\b(?:deje|dejen|deja|dejad|pare|paren|para) de (?:llam\\w+|escrib\\w+|contact\\w+|mand\\w+|envi\\w+|molest\\w+)',
  '\\b(?:darme|deme|dame) de baja\\b',
  // Portuguese
  '\\b(?:pare|parem|para) de (?:me )?(?:ligar|escrever|mandar|enviar|contatar|contactar)',
  '\\bnao (?:me )?(?:ligue|liguem|escreva|escrevam|mande|mandem|envie|enviem|contate|contatem)(?: mensagens)? mais\\b',
  // Italian
  '\\b(?:smetta|smettete|smettetela|smettila) di (?:chiamar|scriver|contattar)\\w*',
  '\\bnon (?:mi )?(?:chiam|scriv|contatt)\\w+ piu\\b',
  // Dutch
  '\\b(?:bel|sms|app|contacteer) (?:me|mij|ons) (?:niet|nooit) meer\\b',
  '\\bstop met (?:bellen|smsen|appen|berichten)',
].map((pattern) => new RegExp(pattern));

/**
 * The wish in a text that a contact sent. A request to be left alone counts in whatever words, because revoking
 * may use any reasonable means (47 CFR 64.1200); what only sounds like it ("I'll stop by tomorrow") does not.
 *
 * @param read the carrier's own reading, where its Advanced Opt-Out is in use; it outranks ours
 */
export function readWish(body: string, read: Exclude<TextWish, 'none'> | null = null): TextWish {
  if (read !== null) return read;
  const text = plain(body);
  const word = bare(text);
  if (STOP_WORDS.has(word)) return 'stop';
  if (START_WORDS.has(word)) return 'start';
  if (HELP_WORDS.has(word)) return 'help';
  return STOP_PHRASES.some((phrase) => phrase.test(text)) ? 'stop' : 'none';
}

/** Lower case, without accents, with plain apostrophes and single spaces. */
function plain(body: string): string {
  return body
    .slice(0, 2_000)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’ʼ´`]/g, "'")
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

/** Without punctuation, symbols and courtesies: "STOP, please!" is STOP. */
function bare(text: string): string {
  return text
    .replace(POLITE, ' ')
    .replace(/[^\p{L}\p{N} ]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
