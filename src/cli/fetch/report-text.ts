/** What became of a certificate, in the words that a user of `openssl ocsp` knows. */
import { formatInstant } from '../../der/time.ts';
import { printable } from '../../text.ts';
import { printError } from '../error-output.ts';
import type { Talk } from '../io.ts';
import { statusLines } from '../status-lines.ts';
import type { Answer, Result } from './outcome.ts';
import { colors } from '../colors.ts';

export interface TextOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** False when standard output belongs to the DER: then everything is talk. */
  readonly toOut: boolean;
  /** The command that examines a certificate file. */
  readonly doctor: (path: string) => string;
}

/** Prints results one after the other. */
export class TextReport {
  readonly #io: Talk;
  readonly #options: TextOptions;

  constructor(io: Talk, options: TextOptions) {
    this.#io = io;
    this.#options = options;
  }

  print({ path, output, mustStaple, outcome }: Result): void {
    switch (outcome.kind) {
      case 'answered':
        // The better staple is what a server will send, so its times are the ones to show.
        this.#status(path, outcome.kept ?? outcome.answer);
        if (outcome.kept)
          this.#note(
            path,
            `kept the staple that is there: the response, of ${formatInstant(outcome.answer.thisUpdate)}, is worse`,
          );
        else if (outcome.answer.certStatus.type !== 'good') this.#untouched(path, output, mustStaple);
        else if (output !== undefined) {
          this.#verbose(
            path,
            `${outcome.file} ${output}${mustStaple ? ', for a must-staple certificate' : ''}`,
          );
        }
        return;
      case 'not due':
        this.#status(path, outcome.verdict);
        this.#verbose(path, `not due until ${formatInstant(outcome.dueAt)}`);
        return;
      case 'nothing to do':
        this.#note(path, 'nothing to do: the CA publishes no revocation for this certificate (noRevAvail)');
        return;
      case 'passed over':
        this.#verbose(path, 'passed over: no server certificate in it');
        return;
      case 'failed':
        printError(this.#io, outcome.error, { subject: path, doctor: this.#options.doctor(path) });
        this.#mustStaple(path, mustStaple);
        return;
    }
  }

  #status(path: string, answer: Answer): void {
    if (answer.certStatus.type === 'good' && this.#options.quiet) return;
    const { green, red, yellow } = colors(this.#options.toOut ? this.#io.colorOut : this.#io.colorErr);
    const color = { good: green, revoked: red, unknown: yellow }[answer.certStatus.type];
    const lines = [`${printable(path)}: ${color(answer.certStatus.type)}`, ...statusLines(answer)];
    const text = `${lines.join('\n')}\n`;
    if (this.#options.toOut) this.#io.out(text);
    else this.#io.err(text);
  }

  #untouched(path: string, output: string | undefined, mustStaple: boolean): void {
    if (output !== undefined)
      this.#note(path, `${output} was not written: only a good response becomes a staple`);
    this.#mustStaple(path, mustStaple);
  }

  #mustStaple(path: string, mustStaple: boolean): void {
    if (mustStaple)
      this.#note(path, 'the certificate is must-staple: clients that honour this refuse it without a staple');
  }

  #note(path: string, text: string): void {
    if (!this.#options.quiet) this.#io.err(`restaple: ${printable(path)}: ${printable(text)}\n`);
  }

  #verbose(path: string, text: string): void {
    if (this.#options.verbose) this.#note(path, text);
  }
}
