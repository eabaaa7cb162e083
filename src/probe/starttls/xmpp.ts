/** XMPP (RFC 6120 section 5), as a client and as another server. */
import { type Wire, quoted } from '../wire.ts';

const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';

export const xmpp = (wire: Wire, name: string): Promise<void> => stream(wire, name, 'jabber:client');
export const xmppServer = (wire: Wire, name: string): Promise<void> => stream(wire, name, 'jabber:server');

async function stream(wire: Wire, name: string, namespace: string): Promise<void> {
  wire.write(
    `<?xml version='1.0'?><stream:stream to='${escaped(name)}' version='1.0' xmlns='${namespace}' xmlns:stream='http://etherx.jabber.org/streams'>`,
  );
  // Whole, or broken off: the features of a server that has none, an error, the end.
  const features = await wire.until(
    '</stream:features>',
    '<stream:features/>',
    '</stream:error>',
    '</stream:stream>',
  );
  if (!features.includes('<stream:features'))
    wire.refuse(`answered ${quoted(lastTag(features))} to the stream`);
  if (!features.includes('<starttls') || !features.includes(TLS))
    wire.refuse('the server offers no STARTTLS');
  wire.write(`<starttls xmlns='${TLS}'/>`);
  const answer = (await wire.until('>')).trim();
  if (!/^<proceed[\s/>]/.test(answer)) wire.refuse(`answered ${quoted(answer)} to STARTTLS`);
  if (!answer.endsWith('/>')) {
    const end = await wire.until('>');
    if (end !== '</proceed>') wire.refuse(`answered ${quoted(answer + end)} to STARTTLS`);
  }
}

/** An error comes behind the greeting of the stream, which says nothing. */
const lastTag = (text: string): string => text.slice(Math.max(text.indexOf('<stream:error'), 0));

const escaped = (text: string): string =>
  text.replaceAll(/[<>&'"]/g, (character) => `&#${character.charCodeAt(0)};`);
