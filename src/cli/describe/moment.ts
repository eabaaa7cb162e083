/** Times in a description are ISO text, as JSON shows them; a listing shows them as openssl does. */
import { formatTime } from '../../der/time.ts';

export function momentWords(iso: string): string {
  return formatTime(new Date(iso));
}
