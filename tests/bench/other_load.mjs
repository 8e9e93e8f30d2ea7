// What the rest of the machine does while somebody is measured: two threads on two cores are slowed down by any other
// program, and not all peers alike.
import { readFileSync } from 'node:fs';

/** In /proc, time is counted in hundredths of a second. */
const ticks_per_ms = 0.1;

/** Busy time of the whole machine: user, nice, system, irq, softirq, steal; not idle and iowait. */
function machine_ticks() {
  const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split(/\s+/, 9)
    .map(Number);
  return user + nice + system + irq + softirq + steal;
}

/** Of one process with all its threads. Its name, in parentheses, may hold anything. */
function process_ticks(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Runs `work` and says how many cores everybody but process `pid` kept busy meanwhile; 0 where nothing can be known. */
export async function with_other_load(pid, work) {
  const others = () => {
    try {
      return machine_ticks() - process_ticks(pid);
    } catch {
      return 0; // no /proc here
    }
  };
  const before = others();
  const started = performance.now();
  const result = await work();
  const cores = (others() - before) / ((performance.now() - started) * ticks_per_ms);
  return { result, cores: Math.max(cores, 0) };
}
