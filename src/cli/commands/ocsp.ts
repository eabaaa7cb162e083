/** `restaple ocsp`: the client of `openssl ocsp`, with its flags and its words. */
import { randomBytes } from 'node:crypto';
import { NONCE_BYTES } from '../../ocsp/extensions/nonce.ts';
import { DerError, InputError, ResponseError, RestapleError } from '../../errors.ts';
import type { BasicOCSPResponse } from '../../ocsp/basic-ocsp-response.ts';
import type { CertID } from '../../ocsp/cert-id.ts';
import { type OCSPResponse, decodeOCSPResponse } from '../../ocsp/ocsp-response.ts';
import { readBasicResponse } from '../../ocsp/read-response.ts';
import { UsageError } from '../arguments.ts';
import { type ExitCode, EXIT, exitCodeOf, gravest } from '../exit-codes.ts';
import { guarded } from '../guarded.ts';
import type { Io } from '../io.ts';
import { exchange } from '../ocsp/exchange.ts';
import { writeRequest, writeText } from '../ocsp/guarded-file.ts';
import { ocspHelp } from '../ocsp/help.ts';
import { type Judge, judgeOf } from '../ocsp/judge.ts';
import { complain, judgeAll } from '../ocsp/judge-all.ts';
import { keepResponse } from '../ocsp/keep-response.ts';
import { parseFlags } from '../ocsp/parse-flags.ts';
import { checkPurpose, nobodyAsked } from '../ocsp/purpose.ts';
import { type Question, questionsFrom, questionsOf } from '../ocsp/questions.ts';
import { type PreparedRequest, requestFor, requestFrom } from '../ocsp/request.ts';
import { requestText } from '../ocsp/request-text.ts';
import { responderError } from '../ocsp/responder-error.ts';
import { responseText } from '../ocsp/response-text.ts';
import { type Settings, settingsOf } from '../ocsp/settings.ts';
import { summary } from '../ocsp/summary.ts';
import { type Trust, loadTrust } from '../ocsp/trust.ts';
import { readInput } from '../read-input.ts';
import { refuseUsage } from '../usage-output.ts';

export function ocspCommand(args: readonly string[], io: Io): Promise<number> {
  return guarded(io, async () => {
    try {
      const given = parseFlags(args);
      if (given.some(({ name }) => name === 'help')) {
        io.out(ocspHelp());
        return EXIT.ok;
      }
      const settings = settingsOf(given);
      checkPurpose(settings);
      return await printing(settings, io);
    } catch (error) {
      if (error instanceof UsageError) return refuseUsage(io, error, 'restaple ocsp -help');
      if (!(error instanceof RestapleError)) throw error;
      complain(io, error);
      return exitCodeOf(error);
    }
  });
}

/** One call of the verb. `print` is for the result. */
interface Call {
  readonly settings: Settings;
  readonly io: Io;
  readonly print: (text: string) => void;
}

/** Text goes where `-out` says; where standard output is the request's or the response's, it is talk. */
async function printing(settings: Settings, io: Io): Promise<ExitCode> {
  const { out, reqout, respout } = settings;
  if (out === undefined || out === '-') {
    const isTalk = reqout === '-' || respout === '-';
    const print = (text: string): void => (isTalk ? io.err(text) : io.out(text));
    return answer({ settings, io, print });
  }
  const printed: string[] = [];
  try {
    return await answer({ settings, io, print: (text) => printed.push(text) });
  } finally {
    // Also when nothing was printed: whoever reads it must not find the status of the run before.
    await writeText(out, printed.join(''));
  }
}

async function answer(call: Call): Promise<ExitCode> {
  const { settings, io, print } = call;
  const asked = await questionsOf(settings.asked);
  const request = await prepareRequest(settings, asked, io);
  if (request && settings.requestText) print(requestText(request.request));
  if (request && settings.reqout === '-') io.out(request.der);
  else if (request && settings.reqout !== undefined) await writeRequest(settings.reqout, request.der);
  // Read before anybody is asked: a file that is not there must not cost a request.
  const trust = await loadTrust(settings);
  const received = await receive(request, trust, call);
  if (received) return judged(received, asked, request, { ...call, trust });
  if (settings.reqout === undefined && !settings.requestText) throw nobodyAsked(asked);
  return EXIT.ok;
}

/** From the responder or a file; `undefined` when neither is named. */
async function receive(
  request: PreparedRequest | undefined,
  { anchors }: Trust,
  { settings, io }: Call,
): Promise<Received | undefined> {
  const { url, respin } = settings;
  if (request && url) return decoded(await exchange(request.der, url, settings, anchors, io.env));
  if (respin === undefined) return undefined;
  const der = await readInput(respin, io);
  return inFile(respin, () => decoded(der));
}

/** openssl adds a nonce to what it asks of its own, unless told otherwise, and to a request from a file when told. */
async function prepareRequest(
  settings: Settings,
  asked: readonly Question[],
  io: Io,
): Promise<PreparedRequest | undefined> {
  const { reqin, respin } = settings;
  const isOwn = asked.length > 0 && respin === undefined;
  const nonce = (settings.nonce ?? isOwn) ? randomBytes(NONCE_BYTES) : undefined;
  if (reqin !== undefined) {
    const der = await readInput(reqin, io);
    return inFile(reqin, () => requestFrom(der, nonce));
  }
  return asked.length > 0 ? requestFor(asked, nonce) : undefined;
}

interface Received {
  readonly der: Buffer;
  readonly response: OCSPResponse;
}

const decoded = (der: Buffer): Received => ({ der, response: decodeOCSPResponse(der) });

/** An error about the bytes of a file says whose they are. */
function inFile<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new InputError('format-unknown', error.message, path, { cause: error });
  }
}

async function judged(
  { der, response }: Received,
  asked: readonly Question[],
  request: PreparedRequest | undefined,
  { settings, io, print, trust }: Call & { readonly trust: Trust },
): Promise<ExitCode> {
  if (response.responseStatus !== 'successful') print(responderError(response.responseStatus));
  else if (settings.responseText) print(responseText(response));
  const basic = readBasicResponse(response);
  const now = settings.at ?? io.now();
  const judgeFor = (one: BasicOCSPResponse): Judge => judgeOf(one, settings, trust, now);
  // What -no_cert_verify lets pass is no better than what it would take the place of.
  const strictJudgeFor = (one: BasicOCSPResponse): Judge =>
    judgeOf(one, { ...settings, checks: 'everything' }, trust, now);
  const questions = asked.length > 0 ? asked : questionsFrom(certIDsOf(request, basic), trust.issuers);
  if (questions.length === 0)
    throw new ResponseError('certid-mismatch', 'the response is about no certificate');
  const answers = judgeAll(judgeFor(basic), questions, request?.nonce, settings, io);
  print(answers.map((one) => summary(one)).join(''));
  if (settings.respout !== undefined) await keepResponse(settings.respout, der, answers, strictJudgeFor, io);
  return gravest(answers.map(({ error }) => (error ? exitCodeOf(error) : EXIT.ok)));
}

/** Where no certificate was named, the request's own count, or those of the response. */
const certIDsOf = (request: PreparedRequest | undefined, basic: BasicOCSPResponse): CertID[] =>
  request
    ? request.request.tbsRequest.requestList.map(({ reqCert }) => reqCert)
    : basic.tbsResponseData.responses.map(({ certID }) => certID);
