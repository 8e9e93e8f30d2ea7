// The tabs after the ARIA pattern: one tab stop, arrow keys move and open.
import { by_id } from './dom';

export type TabName = 'text' | 'picture' | 'numbers';
const names: readonly TabName[] = ['text', 'picture', 'numbers'];

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
        // The last one is there once a model for it was opened.
        const shown = names.filter((candidate) => !this.button(candidate).hidden);
        const at = shown.indexOf(name);
        const step = event.key === 'ArrowLeft' ? at - 1 : event.key === 'ArrowRight' ? at + 1 : 0;
        const other = shown.at(event.key === 'End' ? -1 : step % shown.length) ?? name;
        this.show(other);
        this.button(other).focus();
      });
    }
  }

  show(tab: TabName): void {
    if (tab === this.open) return;
    this.open = tab;
    this.button(tab).hidden = false;
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
