/**
 * What is left of a result once it is reported: its words, not the response and the certificates that they came from. Of
 * a hundred thousand certificates nothing else need be in memory, and it can be handed from thread to thread.
 */
import type { ExitCode } from '../exit-codes.ts';
import { resultJson } from './report-json.ts';
import { TextReport } from './report-text.ts';
import type { Result } from './outcome.ts';

export interface Report {
  readonly exitCode: ExitCode;
  /** False when the file held no server certificate and nobody had named it. */
  readonly isCertificate: boolean;
  /** What is printed, in turn. */
  readonly said: readonly Saying[];
  /** In the document of `--json`. */
  readonly json: object | undefined;
}

type Saying = readonly [to: 'out' | 'err', text: string | Uint8Array];

/** How a call wants its results. */
export interface ReportOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** The DER goes to standard output. */
  readonly stdout: boolean;
  readonly colorOut: boolean;
  readonly colorErr: boolean;
  /** The command that examines a certificate file. */
  readonly doctor: (path: string) => string;
}

export function reportOf(result: Result, options: ReportOptions): Report {
  const { exitCode, outcome } = result;
  const isCertificate = outcome.kind !== 'passed over';
  if (options.json) {
    const json = isCertificate ? resultJson(result, options.doctor(result.path)) : undefined;
    return { exitCode, isCertificate, said: [], json };
  }
  const said: Saying[] = [];
  const { colorOut, colorErr, quiet, verbose, doctor, stdout } = options;
  const talk = {
    out: (text: string | Uint8Array) => void said.push(['out', text]),
    err: (text: string) => void said.push(['err', text]),
    colorOut,
    colorErr,
  };
  new TextReport(talk, { doctor, quiet, verbose, toOut: !stdout }).print(result);
  // Only what was verified, or what the user insisted on, and only `good`.
  if (stdout && outcome.kind === 'answered' && outcome.answer.certStatus.type === 'good')
    talk.out(outcome.der);
  return { exitCode, isCertificate, said, json: undefined };
}
