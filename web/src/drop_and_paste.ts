// The whole page takes a dropped file, and a picture pasted anywhere.
import { by_id } from './dom';
import { file_of } from './files';
import { set_notice } from './notice';

export function connect_drop_and_paste(open: (file: File) => void): void {
  connect_drop(open);
  window.addEventListener('paste', (event) => {
    const file = file_of(event.clipboardData);
    // Text copied from a word processor carries a picture of itself; in the text area the text is meant.
    const text_is_meant =
      event.target instanceof HTMLTextAreaElement && event.clipboardData?.types.includes('text/plain');
    if (!file || text_is_meant) return;
    event.preventDefault();
    open(file);
  });
  connect_paste_button(open);
}

function connect_drop(open: (file: File) => void): void {
  const root = document.documentElement;
  const carries_file = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

  window.addEventListener('dragover', (event) => {
    if (!carries_file(event)) return; // dragged text goes where it always goes
    event.preventDefault();
    root.classList.add('dropping');
  });
  window.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) root.classList.remove('dropping'); // left the window, not one element
  });
  window.addEventListener('drop', (event) => {
    root.classList.remove('dropping');
    if (!carries_file(event)) return;
    event.preventDefault();
    const file = file_of(event.dataTransfer);
    if (file) open(file);
  });
}

/** For phones, which have no Ctrl+V. The browser asks its user before it hands the clipboard over. */
function connect_paste_button(open: (file: File) => void): void {
  const button = by_id('picture-paste', HTMLButtonElement);
  if (!('clipboard' in navigator && 'read' in navigator.clipboard)) return;
  button.hidden = false;
  const paste = async (): Promise<void> => {
    const place = by_id('picture-notice', HTMLElement);
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((candidate) => candidate.startsWith('image/'));
        if (type === undefined) continue;
        open(new File([await item.getType(type)], 'pasted picture', { type }));
        return;
      }
      set_notice(place, 'There is no picture in the clipboard. Copy one, then paste again.');
    } catch {
      set_notice(
        place,
        'The browser did not hand over the clipboard. Allow it, or press Ctrl and V on the page.',
      );
    }
  };
  button.addEventListener('click', () => {
    void paste();
  });
}
