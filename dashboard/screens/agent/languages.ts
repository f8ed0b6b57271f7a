/** Those that the provider's agents speak, by its documentation of the agent's language. */
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

/** A language by its name in the viewer's; its code where that is not one. */
export function languageText(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
