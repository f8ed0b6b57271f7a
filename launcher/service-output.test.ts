import { describe, expect, it } from 'vitest';
import { conciseLine } from './service-output.ts';

describe('conciseLine', () => {
  it('hides information', () => {
    expect(conciseLine('{"level":30,"msg":"listening"}', false)).toBeNull();
  });

  it('shows warnings and errors with their cause', () => {
    const line = '{"level":50,"msg":"signal failed","err":{"message":"not found"}}';
    expect(conciseLine(line, false)).toBe('signal failed: not found');
  });

  it('shows everything on request', () => {
    expect(conciseLine('{"level":30,"msg":"listening"}', true)).toBe('listening');
  });

  it('shows unstructured lines', () => {
    expect(conciseLine('SyntaxError: unexpected token', false)).toBe('SyntaxError: unexpected token');
    expect(conciseLine('{not json', false)).toBe('{not json');
    expect(conciseLine('   ', false)).toBeNull();
  });
});
