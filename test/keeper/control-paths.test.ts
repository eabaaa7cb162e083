import { describe, expect, it } from 'vitest';
import { controlPaths, requireSocketPath } from '../../src/keeper/control/socket-path.ts';
import { storePath } from '../../src/store/store-path.ts';

const SYSTEM = '/run/restaple/control.sock';

describe('the places of the control socket', () => {
  it.each([
    ['root', {}, 0, [SYSTEM, '/store/control.sock']],
    ['a user', {}, 1000, ['/store/control.sock', SYSTEM]],
    [
      'a user who is logged in',
      { XDG_RUNTIME_DIR: '/run/user/1000' },
      1000,
      ['/run/user/1000/restaple/control.sock', '/store/control.sock', SYSTEM],
    ],
    [
      'root who is logged in, and whose directory goes with that',
      { XDG_RUNTIME_DIR: '/run/user/0' },
      0,
      [SYSTEM, '/run/user/0/restaple/control.sock', '/store/control.sock'],
    ],
    ['a service', { RUNTIME_DIRECTORY: '/run/restaple' }, 990, [SYSTEM, '/store/control.sock']],
    [
      'a service with two directories',
      { RUNTIME_DIRECTORY: '/run/staples:/run/other' },
      990,
      ['/run/staples/control.sock', '/store/control.sock', SYSTEM],
    ],
    [
      'somebody with directories that are none',
      { RUNTIME_DIRECTORY: 'here', XDG_RUNTIME_DIR: '' },
      1000,
      ['/store/control.sock', SYSTEM],
    ],
    ['a system without users', {}, undefined, ['/store/control.sock', SYSTEM]],
  ])('are for %s', (_, env, uid, paths) => {
    expect(controlPaths('/store', env, uid)).toEqual(paths);
  });

  it('are refused when they are longer than the system takes, in bytes', () => {
    expect(() => requireSocketPath(`/${'x'.repeat(102)}`)).not.toThrow();
    expect(() => requireSocketPath(`/${'x'.repeat(107)}`)).toThrow(/at most 10[37] bytes, this has 108: \/x/);
    expect(() => requireSocketPath(`/${'ü'.repeat(54)}`)).toThrow(/this has 109/);
  });
});

describe('the place of the store', () => {
  it.each([
    ['what is named', '/a', { STATE_DIRECTORY: '/s', HOME: '/h' }, 0, '/a'],
    ['the directory of the service', undefined, { STATE_DIRECTORY: '/s:/t', HOME: '/h' }, 0, '/s'],
    ["root's own", undefined, { XDG_STATE_HOME: '/x', HOME: '/root' }, 0, '/var/lib/restaple'],
    ["the user's", undefined, { XDG_STATE_HOME: '/x', HOME: '/h' }, 1000, '/x/restaple'],
    ['below home', undefined, { HOME: '/h' }, 1000, '/h/.local/state/restaple'],
    [
      'below home for a relative one',
      undefined,
      { XDG_STATE_HOME: 'x', HOME: '/h' },
      1000,
      '/h/.local/state/restaple',
    ],
  ])('is %s', (_, given, env, uid, path) => {
    expect(storePath(given, env, uid)).toBe(path);
  });

  it('is absolute, however it is named', () => {
    expect(storePath('a', {}, 0)).toBe(`${process.cwd()}/a`);
  });

  it('is nowhere for a user without a home', () => {
    expect(() => storePath(undefined, {}, 1000)).toThrow('neither --store nor HOME is set');
  });
});
