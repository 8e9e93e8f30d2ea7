// Screen readers hear the newest answer once it has stood still; every keystroke's answer would be noise.
import { by_id } from './dom';

const pause_ms = 700;
let timer: ReturnType<typeof setTimeout> | undefined;

export function announce(text: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    by_id('announcer', HTMLElement).textContent = text;
  }, pause_ms);
}
