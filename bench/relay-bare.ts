/**
 * A program: node:http with nothing behind it. It sends the bytes of the file that is its first argument with the headers in its
 * second, and says its port on one line. A POST is answered when its body is there, unread.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { listen } from '../test/support/loopback.ts';

const [, , bodyFile = '', headersFile = ''] = process.argv;
const body = readFileSync(bodyFile, 'latin1');
const headers: string[] = JSON.parse(readFileSync(headersFile, 'utf8'));
const server = createServer({ requireHostHeader: false }, (request, response) => {
  const answer = (): void => void response.writeHead(200, headers).end(body, 'latin1');
  if (request.method === 'POST') request.on('end', answer).resume();
  else answer();
});
process.stdout.write(`${await listen(server)}\n`);
process.stdin.on('end', () => process.exit()).resume();
