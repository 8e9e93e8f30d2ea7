// Two tabs after the ARIA pattern: one tab stop, arrow keys move and open.
import { by_id } from './dom';

export type TabName = 'text' | 'picture';
const names: readonly TabName[] = ['text', 'picture'];

export class Tabs {
  open: TabName = 'text';

  constructor(private readonly opened: (tab: TabName) => void) {
    for (const name of names) {
      const button = this.button(name);
      button.addEventListener('click', () => {
        this.show(name);
      });
      button.addEventListener('keydown', (event) => {
        if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return;
        event.preventDefault();
        const other: TabName =
          event.key === 'Home' ? 'text' : event.key === 'End' ? 'picture' : other_of(name);
        this.show(other);
        this.button(other).focus();
      });
    }
  }

  show(tab: TabName): void {
    if (tab === this.open) return;
    this.open = tab;
    for (const name of names) {
      const button = this.button(name);
      button.setAttribute('aria-selected', String(name === tab));
      button.tabIndex = name === tab ? 0 : -1;
      by_id(`panel-${name}`, HTMLElement).hidden = name !== tab;
    }
    this.opened(tab);
  }

  private button(name: TabName): HTMLButtonElement {
    return by_id(`tab-${name}`, HTMLButtonElement);
  }
}

function other_of(name: TabName): TabName {
  return name === 'text' ? 'picture' : 'text';
}
