/** How it goes, in one line for `systemctl status`. */
import type { Clock } from '../../keeper/clock.ts';
import type { ServiceManager } from '../../keeper/sd-notify.ts';
import type { CertificateView } from '../../keeper/view.ts';

const EVERY_MS = 60_000;

/** Tells the service manager when the line has changed. */
export class StatusLine {
  #cancel: () => void = () => {};

  constructor(clock: Clock, manager: ServiceManager, views: () => Iterable<CertificateView>) {
    let told = '';
    const next = (): void => {
      this.#cancel = clock.setTimer(EVERY_MS, () => {
        const line = summary(views());
        if (line !== told) manager.status((told = line));
        next();
      });
    };
    next();
  }

  stop(): void {
    this.#cancel();
  }
}

/** `10000 certificates: 9990 good, 10 missing; 12 failing, 3 alarms`. */
export function summary(views: Iterable<CertificateView>): string {
  const states = new Map<string, number>();
  let [all, failing, alarms] = [0, 0, 0];
  for (const { alarm, failures, state } of views) {
    all += 1;
    states.set(state, (states.get(state) ?? 0) + 1);
    if (failures > 0) failing += 1;
    if (alarm !== undefined) alarms += 1;
  }
  const parts = Array.from(states, ([state, count]) => `${count} ${state}`).join(', ');
  const trouble = [failing > 0 ? `${failing} failing` : '', alarms > 0 ? `${alarms} with an alarm` : ''];
  const more = trouble.filter((part) => part !== '').join(', ');
  return `${all} certificates${parts === '' ? '' : `: ${parts}`}${more === '' ? '' : `; ${more}`}`;
}
