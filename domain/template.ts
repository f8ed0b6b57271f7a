import { Liquid, LiquidError, type Template } from 'liquidjs';

/** A variable of a template. */
export type TemplateValue = string | number | boolean | Date | { [name: string]: TemplateValue };
export type TemplateVariables = Record<string, TemplateValue>;

/** A template that cannot be parsed or rendered. The message names the place and contains no value. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** Against hostile templates. */
const LONGEST_TEMPLATE = 50_000;
const RENDER_MS = 2_000;
const RENDER_BYTES = 2_000_000;

/** Tags that would read other templates: there are none. */
const READING_TAGS = ['include', 'render', 'layout', 'block'];

const liquid = createLiquid();

function createLiquid(): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    // A variable may be missing where the template asks for it with `if` or `default`.
    lenientIf: true,
    ownPropertyOnly: true,
    templates: {},
    renderLimit: RENDER_MS,
    memoryLimit: RENDER_BYTES,
  });
  for (const tag of READING_TAGS) delete engine.tags[tag];
  return engine;
}

/** What is wrong with a template, in one sentence; null when it can be parsed. Variables are not checked. */
export function checkTemplate(source: string): string | null {
  try {
    parse(source);
    return null;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

/**
 * Fills in a Liquid template as plain text.
 *
 * @param maxLength of the result, in characters
 * @throws TemplateError when it cannot be parsed, names an unknown variable without a `default`, becomes too long or
 *   is empty
 */
export function renderTemplate(source: string, variables: TemplateVariables, maxLength: number): string {
  const text = fill(parse(source), variables).trim();
  if (text === '') throw new TemplateError('The template says nothing.');
  if (text.length > maxLength) throw new TemplateError(`The text is longer than ${maxLength} characters.`);
  return text;
}

/** Plain text as HTML, with everything escaped. */
export function textToHtml(text: string): string {
  const paragraphs = text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escapeHtml(paragraph.trim()).replaceAll('\n', '<br>\n')}</p>`);
  return `<!doctype html>\n<html><body>\n${paragraphs.join('\n')}\n</body></html>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function parse(source: string): Template[] {
  if (source.length > LONGEST_TEMPLATE) throw new TemplateError('The template is too long.');
  try {
    return liquid.parse(source);
  } catch (error) {
    throw templateError(error);
  }
}

function fill(templates: Template[], variables: TemplateVariables): string {
  try {
    return String(liquid.renderSync(templates, variables));
  } catch (error) {
    throw templateError(error);
  }
}

/** The first line of the engine's message: those below quote the template. */
function templateError(error: unknown): unknown {
  if (!LiquidError.is(error)) return error;
  return new TemplateError(error.message.split('\n')[0]?.slice(0, 300) ?? 'It cannot be read.');
}
