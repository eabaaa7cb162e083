/** Every verb with its options: the whole of what can be typed. */
import { type Command, Option } from 'commander';
import type { Io } from './io.ts';
import { collect, duration, header, instant, positiveInteger } from './option-values.ts';

export function defineVerbs(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command('fetch')
    .summary('fetch, verify and write the OCSP staple of certificates')
    .description(
      'Asks the OCSP responder that each certificate names, verifies the answer, and writes it beside the certificate\n' +
        'with the extension .ocsp, ready for a server to staple. A file that is there is never made worse.',
    )
    .argument('<cert...>', 'certificate files, directories or glob patterns')
    .option(
      '--issuer <file>',
      'CA certificates, a file or a directory, of which the right one is taken',
      collect,
    )
    .option('--url <url>', 'ask this responder instead of those in the certificate', collect)
    .option('-o, --out <file>', 'write to this file (one certificate)')
    .option('--out-dir <dir>', 'write into this directory')
    .option('--stdout', 'write the DER to standard output (one certificate)')
    .option('--header <name: value>', 'send this HTTP header, Host included', header)
    .addOption(
      new Option('--method <method>', 'HTTP method').choices(['auto', 'get', 'post']).default('auto'),
    )
    .addOption(new Option('--hash <hash>', 'hash of the CertID').choices(['sha1', 'sha256']).default('sha1'))
    .option('--nonce', 'send a nonce and demand it back')
    .option('--timeout <duration>', 'for the whole attempt on a certificate (default: 45s)', duration)
    .option('--jobs <n>', 'certificates at the same time (default: 64)', positiveInteger)
    .option(
      '--trust <file>',
      'certificates that may sign responses although the issuer did not delegate to them',
      collect,
    )
    .option('--allow-sha1', 'accept SHA-1 signatures')
    .option('--max-age <duration>', 'refuse a response whose thisUpdate is older', duration)
    .option('--allow-no-next-update', 'accept a response without nextUpdate, until --max-age')
    .option('--no-verify', 'DANGEROUS: check neither who signed the response nor when')
    .option('--if-due', 'do nothing while the present staple is in the first half of its life')
    .option('--json', 'print JSON')
    .option('-q, --quiet', 'print errors only')
    .option('-v, --verbose', 'print every step')
    .action(async (certs: string[], options: FetchFlags) => {
      const { fetchCommand } = await import('./commands/fetch.ts');
      done(await fetchCommand(certs, options, io));
    });

  program
    .command('inspect')
    .summary('show what is in a certificate, an OCSP request or an OCSP response')
    .description('Finds out by itself what each file holds, and shows every field. Needs no network.')
    .argument('<file...>', 'PEM, DER or PKCS#7; - for standard input')
    .option('--json', 'print JSON')
    .action(async (files: string[], options: InspectFlags) => {
      const { inspectCommand } = await import('./commands/inspect.ts');
      done(await inspectCommand(files, options, io));
    });

  program
    .command('verify')
    .summary('put an OCSP response to every rule')
    .description('Lists each rule of verification with its outcome. Needs no network.')
    .argument('<response>', 'the OCSP response, DER or PEM; - for standard input')
    .requiredOption('--cert <file>', 'the certificate that the response should be for')
    .option(
      '--issuer <file>',
      'CA certificates, a file or a directory, of which the right one is taken',
      collect,
    )
    .option('--at <time>', 'judge as of this time, such as 2026-02-25T12:00:00Z (default: now)', instant)
    .option('--max-age <duration>', 'refuse a response whose thisUpdate is older', duration)
    .option('--allow-no-next-update', 'accept a response without nextUpdate, until --max-age')
    .option(
      '--trust <file>',
      'certificates that may sign responses although the issuer did not delegate to them',
      collect,
    )
    .option('--allow-sha1', 'accept SHA-1 signatures')
    .option('--json', 'print JSON')
    .action(async (response: string, options: VerifyFlags) => {
      const { verifyCommand } = await import('./commands/verify.ts');
      done(await verifyCommand(response, options, io));
    });

  program
    .command('demo')
    .summary('show the whole story in a world of its own')
    .description(
      'Starts a CA, an OCSP responder, a CDN in front of it and a TLS server on loopback, and tells the story.',
    )
    .option('--keep', 'leave the world running and print commands to try')
    .action(async (options: DemoFlags) => {
      const { demoCommand } = await import('./commands/demo.ts');
      done(await demoCommand(options, io));
    });
}

/** How a response is to be judged: the same words on every verb that judges one. */
export interface JudgeFlags {
  readonly issuer?: readonly string[];
  readonly trust?: readonly string[];
  readonly allowSha1?: true;
  /** In milliseconds. */
  readonly maxAge?: number;
  readonly allowNoNextUpdate?: true;
}

export interface FetchFlags extends JudgeFlags {
  readonly url?: readonly string[];
  readonly out?: string;
  readonly outDir?: string;
  readonly stdout?: true;
  readonly header?: readonly (readonly [name: string, value: string])[];
  readonly method: 'auto' | 'get' | 'post';
  readonly hash: 'sha1' | 'sha256';
  readonly nonce?: true;
  /** In milliseconds. */
  readonly timeout?: number;
  readonly jobs?: number;
  readonly verify: boolean;
  readonly ifDue?: true;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
}

export interface InspectFlags {
  readonly json?: true;
}

export interface VerifyFlags extends JudgeFlags {
  readonly cert: string;
  readonly at?: Date;
  readonly json?: true;
}

export interface DemoFlags {
  readonly keep?: true;
}
