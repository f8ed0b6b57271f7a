import { describe, expect, test } from 'vitest';
import { checkTemplate, renderTemplate, TemplateError, textToHtml } from './template.ts';

const render = (source: string, variables = {}) => renderTemplate(source, variables, 1_000);

describe('checkTemplate', () => {
  test.each(['Hi', "Hi {{ name | default: 'there' }}", '{% if meeting %}See you{% endif %}'])(
    'takes %s',
    (source) => expect(checkTemplate(source)).toBeNull(),
  );

  test.each([
    ['{{ name', 'not closed'],
    ['{% if a %}', 'not closed'],
    ['{{ a | shout }}', 'undefined filter'],
    ["{% include 'other' %}", 'not found'],
    ["{% render 'other' %}", 'not found'],
    ["{% layout 'other' %}", 'not found'],
  ])('refuses %s', (source, problem) => expect(checkTemplate(source)).toContain(problem));

  test('refuses what is too long', () => {
    expect(checkTemplate('x'.repeat(60_000))).toContain('too long');
  });
});

describe('renderTemplate', () => {
  test('fills in variables, also nested ones', () => {
    expect(render('Hi {{ name }}, {{ collected.size }}!', { name: 'Ada', collected: { size: 3 } })).toBe(
      'Hi Ada, 3!',
    );
  });

  test('a variable that is not there needs a default', () => {
    expect(() => render('Hi {{ name }}')).toThrow(TemplateError);
    expect(() => render('Hi {{ name }}')).toThrow('undefined variable: name');
    expect(render("Hi {{ name | default: 'there' }}{% if meeting %}!{% endif %}")).toBe('Hi there');
    expect(render("{{ meeting.date | default: 'soon' }}")).toBe('soon');
  });

  test('reaches nothing but its variables', () => {
    for (const source of ['{{ constructor }}', '{{ name.constructor }}', '{{ __proto__ }}']) {
      expect(() => render(source, { name: 'Ada' }), source).toThrow(TemplateError);
    }
  });

  test('what a variable holds is not a template', () => {
    expect(render('{{ name }}', { name: '{{ phone }}', phone: '+12025550117' })).toBe('{{ phone }}');
  });

  test('is bounded', () => {
    expect(() => render('{% for i in (1..1000000000) %}x{% endfor %}')).toThrow(TemplateError);
    expect(() => renderTemplate('{{ name }}', { name: 'x'.repeat(1_001) }, 1_000)).toThrow(
      'longer than 1000',
    );
    expect(() => render(' {{ name }} ', { name: ' ' })).toThrow('says nothing');
  });
});

test('textToHtml escapes whatever is in it', () => {
  const html = textToHtml('Hi <b onclick="x">Ada</b> & Bob\nnext\n\nlast');
  expect(html).toContain(
    '<p>Hi &lt;b onclick=&quot;x&quot;&gt;Ada&lt;/b&gt; &amp; Bob<br>\nnext</p>\n<p>last</p>',
  );
  expect(html).not.toContain('<b ');
});
