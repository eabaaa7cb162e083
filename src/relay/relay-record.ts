/** What a relay has to tell, in words. Pure. */
import type { Facts } from '../keeper/event-facts.ts';
import { type LogRecord, logRecord } from '../keeper/log/record.ts';
import { complaintOf } from '../keeper/trouble.ts';
import type { RelayEvent } from './front/events.ts';
import type { QuestionEvent } from './question-event.ts';

export function relayRecord(event: QuestionEvent | RelayEvent): LogRecord {
  switch (event.type) {
    case 'client-refused':
      return logRecord(
        'warn',
        `${event.address}: may not ask the relay: it is in none of the networks of allow`,
        {
          event: 'relay-client-refused',
          address: event.address,
        },
      );
    case 'connections-full':
      return logRecord('warn', `the relay has ${event.connections} connections, and takes no more for now`, {
        event: 'relay-connections-full',
        connections: event.connections,
      });
    case 'fault': {
      const { code, message } = complaintOf(event.error);
      return logRecord('error', `a fault while the relay answered: ${message}`, {
        event: 'relay-fault',
        code,
      });
    }
    case 'relay-met':
      return logRecord(
        'info',
        `${event.certificate}: asked for through the relay, answered by ${event.responder}, kept fresh from now on`,
        fieldsOf(event),
      );
    case 'relay-failed':
      return logRecord(
        'warn',
        `${event.certificate}: asked for through the relay, and no answer: ${event.message}`,
        fieldsOf(event),
      );
    case 'relay-unknown-issuer':
      return logRecord(
        'warn',
        `serial ${event.serialNumber}: asked for through the relay, and nothing is known of its issuer, the key with the hash ` +
          `${event.issuerKeyHash}: name a certificate of it, or its CA certificate as issuer of the relay`,
        fieldsOf(event),
      );
    case 'relay-no-responder':
      return logRecord(
        'warn',
        `${event.certificate}: asked for through the relay, and nobody says who answers for it: name a certificate of its ` +
          'issuer, or its responder with url',
        fieldsOf(event),
      );
  }
}

function fieldsOf({ type, ...facts }: QuestionEvent): Facts {
  return { event: type, ...facts };
}
