/** Keys that are each right, and not together. */
import { type Item, itemAt, itemsAlong } from './item.ts';
import { located, urlPrefix } from './build-config.ts';
import { policyClashes } from './policy-clashes.ts';
import { type Clash, type Fault, type Path, formatPath, quoted } from './problem.ts';
import type { CertificateShape, ConfigShape, ResponderShape, RoadShape } from './shape.ts';
import { formatListen } from '../relay/front/listen.ts';
import { isLoopback } from '../relay/front/networks.ts';
import { serverClashes } from './server-clashes.ts';

/** `sun_path` of Linux has 108 bytes, of which the last is zero. */
const MAX_SOCKET_PATH_BYTES = 107;

/** @param directory where paths begin that are not absolute. */
export function clashFaults(shape: ConfigShape, root: Item, directory: string): readonly Fault[] {
  return Array.from(clashesOf(shape, root, directory), (clash) => {
    const offset = itemsAlong(root, clash.path).at(-1)?.offset ?? root.offset;
    return { ...clash, offset };
  });
}

function* clashesOf(shape: ConfigShape, root: Item, directory: string): Generator<Clash> {
  const { policy = {}, defaults = {}, certificates = [], responders = [], control } = shape;
  for (const { key, message } of policyClashes(policy)) yield { path: ['policy', key], message };
  yield* roadClashes(defaults, {}, ['defaults']);
  for (const [i, one] of certificates.entries()) yield* certificateClashes(one, shape, ['certificates', i]);
  yield* twice(filesOf(certificates, directory), 'is named already by');
  yield* twice(outputsOf(certificates, directory), 'is the same file as');
  yield* serverClashes(shape);
  for (const [i, one] of responders.entries()) yield* responderClashes(one, ['responders', i], root);
  yield* twice(responders.flatMap(matchOf), 'never counts: it is the same as');
  yield* socketClashes(control, directory);
  yield* relayClashes(shape);
}

function* roadClashes(own: RoadShape, above: RoadShape, path: Path): Generator<Clash> {
  const all = { ...above, ...own };
  const isOwn = own['allow-no-next-update'] !== undefined;
  if (all['allow-no-next-update'] === true && all['max-age'] === undefined && isOwn) {
    const message = 'needs max-age, or a response without nextUpdate would be good for ever';
    yield { path: [...path, 'allow-no-next-update'], message };
  }
  yield* headerClashes(own, path);
}

function* headerClashes({ header = [] }: Pick<RoadShape, 'header'>, path: Path): Generator<Clash> {
  const names = new Map<string, string>();
  for (const [name] of header) {
    const first = names.get(name.toLowerCase());
    names.set(name.toLowerCase(), name);
    if (first !== undefined)
      yield { path: [...path, 'header', name], message: `is the same header as ${quoted(first)}` };
  }
}

function* certificateClashes(
  own: CertificateShape,
  { defaults = {}, policy }: ConfigShape,
  path: Path,
): Generator<Clash> {
  yield* roadClashes(own, defaults, path);
  for (const { key, message } of policyClashes(own.policy ?? {}, policy))
    yield { path: [...path, 'policy', key], message };
  if (own.output === undefined || own.output === 'off') return;
  if (own['out-dir'] !== undefined)
    yield { path: [...path, 'output'], message: 'output and out-dir exclude each other' };
  const [file = '', ...more] = own.files ?? [];
  if (more.length > 0 || /[*?[{]/.test(file) || file.endsWith('/')) {
    const message = 'output is for one certificate file, and files may be several';
    yield { path: [...path, 'output'], message, hint: 'out-dir takes the staples of several' };
  }
}

function* responderClashes(
  { url, issuer, use, header, disable }: ResponderShape,
  path: Path,
  root: Item,
): Generator<Clash> {
  // What was given and is wrong was cut out, and is not missing.
  const isMapping = typeof itemAt(root, path)?.value === 'object';
  const has = (name: keyof ResponderShape): boolean => itemAt(root, [...path, name]) !== undefined;
  if (isMapping && !has('url') && !has('issuer')) yield { path, message: 'missing; expected url or issuer' };
  if (isMapping && !has('use') && !has('header') && !has('disable'))
    yield { path, message: 'missing; expected use, header or disable' };
  if (url !== undefined && issuer !== undefined)
    yield { path: [...path, 'issuer'], message: 'url and issuer exclude each other' };
  if (disable === true && (use !== undefined || header !== undefined))
    yield { path: [...path, 'disable'], message: 'whom nobody asks needs neither use nor header' };
  yield* headerClashes({ header }, path);
}

function* socketClashes(control: string | undefined, directory: string): Generator<Clash> {
  if (control === undefined || control === 'off') return;
  const bytes = Buffer.byteLength(located(control, directory));
  if (bytes <= MAX_SOCKET_PATH_BYTES) return;
  const message = `expected a path of ${MAX_SOCKET_PATH_BYTES} bytes at most, as sockets have it, found ${bytes}`;
  yield { path: ['control'], message };
}

function* relayClashes({ relay }: ConfigShape): Generator<Clash> {
  for (const [i, listen] of (relay?.listen ?? []).entries()) {
    if (
      relay?.allow !== undefined ||
      listen.type === 'socket' ||
      listen.host === 'localhost' ||
      isLoopback(listen.host)
    )
      continue;
    const message = `${formatListen(listen)} is open to other machines: allow has to say to which`;
    const path = ['relay', 'listen', ...((relay?.listen ?? []).length > 1 ? [i] : [])];
    yield { path, message, hint: '127.0.0.1:2560 is open to this machine alone' };
  }
}

/** Something that may be there once, and where it is. */
type Named = readonly [what: string, path: Path];

const filesOf = (certificates: readonly CertificateShape[], directory: string): readonly Named[] =>
  certificates.flatMap(({ files = [] }, i) =>
    files.map((file, j) => [located(file, directory), ['certificates', i, 'files', j]] as const),
  );

const outputsOf = (certificates: readonly CertificateShape[], directory: string): readonly Named[] =>
  certificates.flatMap(({ output }, i) =>
    output === undefined || output === 'off'
      ? []
      : [[located(output, directory), ['certificates', i, 'output']] as const],
  );

function matchOf({ url, issuer }: ResponderShape, i: number): readonly Named[] {
  if (url !== undefined) return [[urlPrefix(url), ['responders', i, 'url']]];
  return issuer === undefined ? [] : [[issuer, ['responders', i, 'issuer']]];
}

function* twice(all: readonly Named[], relation: string): Generator<Clash> {
  const known = new Map<string, Path>();
  for (const [what, path] of all) {
    const first = known.get(what);
    if (first) yield { path, message: `${relation} ${formatPath(first)}` };
    else known.set(what, path);
  }
}
