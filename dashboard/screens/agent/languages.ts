/** The provider's agents' languages, by its documentation. */
export const LANGUAGES = [
  'ar',
  'bg',
  'cs',
  'da',
  'de',
  'el',
  'en',
  'es',
  'fi',
  'fr',
  'hi',
  'hr',
  'hu',
  'id',
  'it',
  'ja',
  'ko',
  'ms',
  'nl',
  'no',
  'pl',
  'pt',
  'pt-br',
  'ro',
  'ru',
  'sk',
  'sv',
  'ta',
  'tr',
  'uk',
  'vi',
  'zh',
] as const;

const names = new Intl.DisplayNames(undefined, { type: 'language' });

/** The language's name in the viewer's language; an unknown code stays as it is. */
export function languageText(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
