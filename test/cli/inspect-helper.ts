import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withTempDir } from '../support/files.ts';
import { type CliOptions, type CliRun, runCli } from '../support/run-cli.ts';

/** `restaple inspect FILE` of one file of this content; the transcript has FILE for its path. */
export async function inspect(content: Uint8Array | string, options: CliOptions = {}): Promise<CliRun> {
  return withTempDir(async (dir) => {
    const file = join(dir, 'some.file');
    await writeFile(file, content);
    const { out, err, ...rest } = await runCli(['inspect', file], options);
    return { ...rest, out: out.replaceAll(file, 'FILE'), err: err.replaceAll(file, 'FILE') };
  });
}

/** `files` of `restaple inspect --json -` with this on standard input. */
export async function inspectJson(content: Uint8Array | string, options: CliOptions = {}): Promise<unknown> {
  const { out } = await runCli(['inspect', '--json', '-'], { ...options, stdin: Buffer.from(content) });
  const document: { readonly files: unknown } = JSON.parse(out);
  return document.files;
}
