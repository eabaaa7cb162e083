/** What is kept, for a person: the table, and one line that sums it up. */
import type { CertificateView } from '../../keeper/view.ts';
import { colors } from '../colors.ts';
import type { Io } from '../io.ts';
import { showsSigns } from '../signs.ts';
import { tableLines } from './table.ts';
import type { Standing, StandingCounts } from './worry.ts';

/** Lines are written many at a time: each write is a system call. */
const LINES_AT_ONCE = 500;

/** @param views in the order in which they are shown. */
export function printKept(io: Io, views: readonly CertificateView[], counts: StandingCounts): void {
  const style = { width: io.columnsOut, signs: showsSigns(io.env), colors: colors(io.colorOut) };
  if (views.length > 0) {
    let lines: string[] = [];
    for (const line of tableLines(views, io.now().getTime(), style)) {
      lines.push(`${line}\n`);
      if (lines.length < LINES_AT_ONCE) continue;
      io.out(lines.join(''));
      lines = [];
    }
    io.out(`${lines.join('')}\n`);
  }
  io.out(`${summary(views.length, counts)}\n`);
}

const ORDER: readonly Standing[] = [
  'good',
  'failing',
  'revoked',
  'missing',
  'expired',
  'pending',
  'nothing to ask',
];

function summary(all: number, counts: StandingCounts): string {
  if (all === 0) return 'no certificates';
  const parts = ORDER.filter((standing) => counts[standing] > 0).map(
    (standing) => `${grouped(counts[standing])} ${standing}`,
  );
  return `${grouped(all)} certificate${all === 1 ? '' : 's'}: ${parts.join(', ')}`;
}

/** `Intl` would do it as well, and takes longer to load than all the rest. */
const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
