/** What is counted while the world goes on. Times in milliseconds. */

export interface Violation {
  readonly at: number;
  readonly text: string;
}

/** From the end of an outage that hit all certificates of a responder until all that had waited were answered. */
export interface Recovery {
  readonly waited: number;
  readonly afterMs: number;
  /** From the first answer until 95 of 100 were. */
  readonly spreadMs: number;
}

export class Figures {
  certificateDays = 0;
  requests = 0;
  answered = 0;
  newer = 0;
  /** Requests into outages that hit everybody, and how long these were in all. */
  intoOutage = 0;
  outageMs = 0;
  mostIntoOutagePerHour = 0;
  mostAtOnce = 0;
  mostPerSecond = 0;
  mostInAll = 0;
  withoutMs = 0;
  avoidableMs = 0;
  worse = 0;
  revokedPublished = 0;
  outages = 0;
  crashes = 0;
  clockJumps = 0;
  diskTroubleMs = 0;
  damaged = 0;
  revocations = 0;
  events = 0;
  readonly recoveries: Recovery[] = [];
  readonly violations: Violation[] = [];
  violationCount = 0;

  violate(at: number, text: string): void {
    this.violationCount += 1;
    if (this.violations.length < 10) this.violations.push({ at, text });
  }
}
