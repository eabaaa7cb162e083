/** Values spoilt at random, with all lengths right again, so that decoders get past their first question. */
import * as fc from 'fast-check';
import { DerReader } from '../../src/der/reader.ts';
import { TAG } from '../../src/der/tags.ts';
import {
  bitString,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  tlv,
  utf8String,
} from '../../src/der/writer.ts';

/** A value taken apart: `content` are its parts where it has some. An OCTET STRING that holds DER has parts, too. */
interface Node {
  readonly tag: number;
  readonly content: Buffer | readonly Node[];
}

function nodes(der: Buffer): readonly Node[] {
  const values: Node[] = [];
  const reader = DerReader.over(der, 'value');
  while (!reader.atEnd) {
    const tag = reader.peek();
    values.push(node(tag, reader.octets(tag)));
  }
  return values;
}

function node(tag: number, content: Buffer): Node {
  const hasParts = (tag & 0x20) !== 0 || (tag === TAG.octetString && content.length > 0);
  if (!hasParts) return { tag, content };
  try {
    return { tag, content: nodes(content) };
  } catch {
    return { tag, content };
  }
}

const encode = ({ tag, content }: Node): Buffer =>
  tlv(tag, ...(Buffer.isBuffer(content) ? [content] : content.map((part) => encode(part))));

const count = ({ content }: Node): number =>
  Buffer.isBuffer(content) ? 1 : content.reduce((sum, part) => sum + count(part), 1);

/** What takes the place of the value at `at`, counted from the outermost one in depth-first order; nothing to leave it out. */
function exchange(root: Node, at: number, by: readonly Buffer[]): Buffer {
  let next = 0;
  const walk = (one: Node): Buffer => {
    if (next++ === at) {
      // Those below are passed over with it.
      next += count(one) - 1;
      return Buffer.concat([...by]);
    }
    const { tag, content } = one;
    return tlv(tag, ...(Buffer.isBuffer(content) ? [content] : content.map((part) => walk(part))));
  };
  return walk(root);
}

const small = fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes));
const anyTag = fc.constantFrom(...Object.values(TAG), 0x80, 0x81, 0x82, 0x86, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4);

/** A value as it stands in such places, or of some tag with some content. */
const anyValue: fc.Arbitrary<Buffer> = fc.oneof(
  fc.tuple(anyTag, small).map(([tag, content]) => tlv(tag, content)),
  fc.constantFrom(
    nullValue(),
    sequence(),
    sequence(sequence()),
    octetString(Buffer.alloc(0)),
    bitString(Buffer.alloc(0)),
    integer(Buffer.of(0xff)),
    integer(0x7fffffff),
    utf8String('\u202e'),
    oid('2.5.29.37.0'),
  ),
);

/** `der` with one to three of its values exchanged, doubled or left out. */
export function spoilt(der: Buffer): fc.Arbitrary<Buffer> {
  const edit = fc.tuple(fc.nat(), fc.constantFrom('other', 'none', 'twice', 'from'), anyValue, fc.nat());
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) => {
    let result = der;
    for (const [where, how, other, from] of edits) {
      const [root] = rootsOf(result);
      if (!root) break;
      const all = flat(root).map((one) => encode(one));
      const at = where % all.length;
      const here = all[at] ?? other;
      const by = { other: [other], none: [], twice: [here, here], from: [all[from % all.length] ?? other] };
      result = exchange(root, at, by[how]);
    }
    return result;
  });
}

/** The outermost values; none when an edit has made it no value at all. */
function rootsOf(der: Buffer): readonly Node[] {
  try {
    return nodes(der);
  } catch {
    return [];
  }
}

const flat = (one: Node): Node[] => [
  one,
  ...(Buffer.isBuffer(one.content) ? [] : one.content.flatMap((part) => flat(part))),
];

/** `bytes` with some runs of them cut out and others put in, lengths left as they are. */
export function torn(bytes: Buffer): fc.Arbitrary<Buffer> {
  const edit = fc.tuple(fc.nat(bytes.length), fc.nat(8), small);
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    let result = bytes;
    for (const [at, cut, put] of edits) {
      result = Buffer.concat([result.subarray(0, at), put, result.subarray(at + cut)]);
    }
    return result;
  });
}
