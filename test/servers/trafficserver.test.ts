import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/servers/adapter.ts';
import { createTrafficServer } from '../../src/servers/trafficserver.ts';
import { withTempDir } from '../support/files.ts';

const none = { socket: undefined, check: undefined };
const certificate = '/etc/letsencrypt/live/example.com/fullchain.pem';

const inWorld = (
  reload: Command | undefined,
  use: (adapter: ReturnType<typeof createTrafficServer>, file: string) => Promise<void>,
) =>
  withTempDir(async (dir) => {
    const adapter = createTrafficServer({ ...none, dir, reload });
    const [file = ''] = adapter.outputsOf(certificate);
    await writeFile(file, 'a staple');
    await use(adapter, file);
  });

describe('Traffic Server', () => {
  it('reads a staple from the directory, under the name of the certificate', () => {
    const adapter = createTrafficServer({ ...none, dir: '/var/lib/restaple/ats', reload: undefined });
    expect(adapter.outputsOf(certificate)).toEqual(['/var/lib/restaple/ats/example.com.ocsp']);
  });

  it('is told by traffic_ctl, after the file that names the staples was touched', () => {
    const { reload } = createTrafficServer({ ...none, dir: '/s', reload: undefined });
    expect(reload?.at(-1)).toMatch(
      /^touch -c \S+\/ssl_multicert\.config && exec \S+\/traffic_ctl config reload$/,
    );
  });

  it('takes a staple, and finds none after a withdrawal, when it is reloaded', () =>
    inWorld(['/bin/true'], async (adapter, file) => {
      expect(await adapter.publish({ certificate, file, der: Buffer.alloc(10_240), validUntil: 0 })).toBe(
        'reload',
      );
      expect(existsSync(file)).toBe(true);
      expect(await adapter.withdraw({ certificate, file })).toBe('reload');
      expect(existsSync(file)).toBe(false);
    }));

  it('never finds a staple that it would die of', () =>
    inWorld(['/bin/true'], async (adapter, file) => {
      const publish = adapter.publish({ certificate, file, der: Buffer.alloc(10_241), validUntil: 0 });
      await expect(publish).rejects.toMatchObject({ code: 'server-refused' });
      expect(existsSync(file)).toBe(false);
    }));
});
