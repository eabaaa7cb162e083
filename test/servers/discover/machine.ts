/** A machine made of files, and what is found of one server on it, in short words. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { discover } from '../../../src/servers/discover/discover.ts';
import type { Entry } from '../../../src/servers/discover/found.ts';
import { Tree } from '../../../src/servers/discover/tree.ts';
import { withTempDir } from '../../support/files.ts';

export interface InShort {
  readonly entry: Entry | undefined;
  /** `PATH @ FILE:LINE` */
  readonly certificates: readonly string[];
  /** `FILE:LINE + TEXT`, or `- + TEXT` where the line goes. */
  readonly edits: readonly string[];
  /** `FILE:LINE: TEXT` */
  readonly remarks: readonly string[];
  readonly skipped: readonly string[];
}

/** Finds what the files say; an empty text is an empty file. */
export function find(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, InShort>> {
  return withMachine(files, (root) => {
    const { servers } = discover(new Tree(root));
    return Promise.resolve(
      new Map(
        servers.map(({ certificates, edits, entry, remarks, skipped, type }) => [
          type,
          {
            entry,
            certificates: certificates.map(({ path, place }) => `${path} @ ${place.file}:${place.line}`),
            edits: edits.map(
              ({ insert, place, remove }) =>
                `${place.file}:${place.line} ${[...(remove ? ['-'] : []), ...insert.map((line) => `+ ${line}`)].join(' ')}`,
            ),
            remarks: remarks.map(({ place, text }) => `${place.file}:${place.line}: ${text}`),
            skipped: skipped.map(({ place, text }) => `${place.file}:${place.line}: ${text}`),
          },
        ]),
      ),
    );
  });
}

export function withMachine<T>(
  files: Readonly<Record<string, string>>,
  use: (root: string) => Promise<T>,
): Promise<T> {
  return withTempDir(async (root) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    return use(root);
  });
}
