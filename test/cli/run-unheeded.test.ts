import { describe, expect, it } from 'vitest';
import { unheeded } from '../../src/cli/run/unheeded.ts';
import { configOf } from '../config/parsed.ts';

const BASE = 'certificates: [{ files: a.crt }]\n';
const told = (before: string, after: string): string | undefined =>
  unheeded(configOf(BASE + before), configOf(BASE + after))?.message;

describe('on SIGHUP it is told', () => {
  it.each([
    ['store', 'store: /var/lib/a\n', 'store: /var/lib/b\n', 'store'],
    ['rescan', '', 'rescan: 5m\n', 'rescan'],
    [
      'how many requests',
      '',
      'policy: { requests: 8 }\n',
      'policy.requests and policy.requests-per-responder',
    ],
    ['a relay that comes', '', 'relay: {}\n', 'relay'],
    [
      'several',
      '',
      'policy: { requests: 8 }\ncontrol: off\n',
      'policy.requests and policy.requests-per-responder, control',
    ],
    [
      'what a relay asks by',
      'relay: {}\n',
      'relay: {}\ndefaults: { method: post }\n',
      'defaults (of the relay)',
    ],
  ])('that %s counts after a restart', (_what, before, after, keys) => {
    expect(told(before, after)).toBe(`what was changed in the config counts after a restart: ${keys}`);
  });

  it.each([
    ['nothing changed', 'policy: { requests: 8 }\n', 'policy: { requests: 8 }\n'],
    [
      'what changed is heeded',
      '',
      'defaults: { method: post }\nresponders: [{ url: http://a.example, use: http://b.example }]\n',
    ],
  ])('nothing, where %s', (_what, before, after) => {
    expect(told(before, after)).toBeUndefined();
  });
});
