/** A connection on which a request was sent and an answer has begun, as a stream for node:http to read it from. */
import { Duplex } from 'node:stream';
import type { PlainConnection } from './connection.ts';

/**
 * Reads as `first` and what comes after it. What is written goes nowhere, since node:http writes the head of
 * a request that is with the server already.
 */
export function replay(connection: PlainConnection, first: Buffer): Duplex {
  const { socket } = connection;
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (_chunk, _encoding, done) => done(),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  connection.take({
    data: (chunk) => stream.push(Buffer.from(chunk)),
    lost: (error) => {
      if (error) stream.destroy(error);
      // What was read to its end is given out to its end.
      else stream.push(null);
    },
  });
  stream.push(Buffer.from(first));
  return stream;
}
