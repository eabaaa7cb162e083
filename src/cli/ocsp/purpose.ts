/** Whether the flags together ask for anything, and for all that it takes. */
import { shellWord } from '../../shell-word.ts';
import { printable } from '../../text.ts';
import { UsageError } from '../arguments.ts';
import type { Question } from './questions.ts';
import type { Settings } from './settings.ts';

const QUESTIONS = '-cert, -serial or -reqin';

/** @throws UsageError where something would be left undone in silence. */
export function checkPurpose(settings: Settings): void {
  const { asked, reqin, reqout, respin, respout, url, nonce, requestText } = settings;
  if (reqin === '-' && respin === '-')
    throw new UsageError('standard input is for -reqin or -respin, not both');
  if (reqout === '-' && respout === '-')
    throw new UsageError('standard output is for -reqout or -respout, not both');
  const hasRequest = asked.length > 0 || reqin !== undefined;
  if (!hasRequest) {
    if (url) throw new UsageError(`there is nothing to ask: ${QUESTIONS} is missing`);
    if (respin === undefined)
      throw new UsageError('nothing to do: -cert, -serial, -reqin or -respin is missing');
    const idle = [reqout !== undefined && '-reqout', nonce === true && '-nonce', requestText && '-req_text'];
    const first = idle.find((flag) => flag !== false);
    // -text is for both, and prints what there is.
    if (first !== undefined && !(first === '-req_text' && settings.responseText))
      throw new UsageError(`${first} needs a request: ${QUESTIONS} is missing`);
  }
  if (respout !== undefined && !url && respin === undefined)
    throw new UsageError('-respout needs -url, -host or -respin');
}

/** openssl makes a request, does nothing with it and exits 0. */
export function nobodyAsked(questions: readonly Question[]): UsageError {
  const [responder] = questions.flatMap(({ responders }) => responders);
  return new UsageError(
    'nobody to ask: -url is missing',
    responder === undefined
      ? undefined
      : `the certificate names one: -url ${shellWord(printable(responder))};`,
  );
}
