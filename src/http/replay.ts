/** A connection on which a request was sent and an answer has begun, as a stream for node:http to read it from. */
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

/**
 * Reads as `first` and what comes after it on `socket`. What is written goes nowhere, since node:http writes the head of
 * a request that is with the server already.
 */
export function replay(socket: Socket, first: Buffer): Duplex {
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (_chunk, _encoding, done) => done(),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) socket.pause();
  });
  socket.on('end', () => stream.push(null));
  socket.on('error', (error) => stream.destroy(error));
  // What was read to its end is given out to its end.
  socket.on('close', () => {
    if (!socket.readableEnded) stream.destroy();
  });
  stream.push(first);
  return stream;
}
