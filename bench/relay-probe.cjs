/**
 * Loaded before a program: counts what it signs and verifies. At SIGUSR2 and at its end it writes that into the file that the
 * environment names, with what is on its heap after a collection.
 */
const crypto = require('node:crypto');
const { writeFileSync } = require('node:fs');

const counts = { sign: 0, verify: 0 };
for (const name of ['sign', 'verify']) {
  const real = crypto[name];
  crypto[name] = (...args) => {
    counts[name] += 1;
    return real(...args);
  };
}
function tell() {
  if (!process.env.PROBE_FILE) return;
  globalThis.gc?.();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  writeFileSync(process.env.PROBE_FILE, JSON.stringify({ ...counts, heap: heapUsed + arrayBuffers }));
}
process.on('SIGUSR2', tell);
process.on('exit', tell);
