/** One certificate in several files, each for a server of its own: a server knows it by its own file and no other. */
import { describe, expect, it } from 'vitest';
import type { CertificateSubject } from '../../../src/keeper/files/certificate-subject.ts';
import { NO_MEMBERS, type Sighting, membershipOf } from '../../../src/keeper/files/membership.ts';
import { HOUR, MINUTE, World, fileOf, staple, subject } from './world.ts';

const { settings } = subject('a');
const seen = (path: string, ...servers: readonly string[]): Sighting => ({
  key: 'a',
  path,
  foundIn: undefined,
  outputs: [fileOf('a')],
  servers,
  settings,
  isLingering: false,
});

const moved = (path: string): CertificateSubject => ({ ...subject('a'), paths: [path] });

/** What the server is told that the certificate is called. */
async function calledBy(...sightings: readonly Sighting[]): Promise<readonly string[]> {
  const names: string[] = [];
  const world = new World({
    adapterIs: {
      publish: ({ certificate }) => {
        names.push(certificate);
        return Promise.resolve('live');
      },
    },
  });
  const { subjects } = await membershipOf(sightings, NO_MEMBERS);
  for (const one of subjects.values()) await world.deployment.keep(one, staple(0, 12 * HOUR));
  await world.clock.pass(MINUTE);
  return names;
}

describe('a certificate in two files of one name', () => {
  it('is known to a server by the file that is for it', async () => {
    expect(await calledBy(seen('/haproxy/a.pem', 'other'), seen('/exim/a.pem', 'web'))).toEqual([
      '/exim/a.pem',
    ]);
    expect(await calledBy(seen('/exim/a.pem', 'web'), seen('/haproxy/a.pem', 'other'))).toEqual([
      '/exim/a.pem',
    ]);
  });

  it('is known by the first of several', async () => {
    expect(await calledBy(seen('/one/a.pem', 'web'), seen('/two/a.pem', 'web'))).toEqual(['/one/a.pem']);
    const both = [seen('/one/a.pem', 'other'), seen('/two/a.pem', 'web'), seen('/one/a.pem', 'web')];
    expect(await calledBy(...both)).toEqual(['/one/a.pem']);
  });

  it('is known by another when that one is gone', async () => {
    const names: string[] = [];
    const world = new World({
      adapterIs: {
        publish: ({ certificate }) => {
          names.push(certificate);
          return Promise.resolve('live');
        },
      },
    });
    await world.deployment.keep(moved('/one/a.pem'), staple(0, 12 * HOUR));
    await world.clock.pass(MINUTE);
    await world.deployment.keep(moved('/two/a.pem'), staple(0, 24 * HOUR));
    await world.clock.pass(MINUTE);
    expect(names).toEqual(['/one/a.pem', '/two/a.pem']);
  });

  it('is the same one as long as nothing changes', async () => {
    const sightings = [seen('/haproxy/a.pem', 'other'), seen('/exim/a.pem', 'web')];
    const before = await membershipOf(sightings, NO_MEMBERS);
    const same = await membershipOf([...sightings], before);
    expect(same.subjects.get('a')).toBe(before.subjects.get('a'));
    const other = await membershipOf([seen('/haproxy/a.pem', 'web'), seen('/exim/a.pem', 'other')], same);
    expect(other.subjects.get('a')).not.toBe(before.subjects.get('a'));
  });
});
