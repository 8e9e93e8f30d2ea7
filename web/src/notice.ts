import { make } from './dom';

/** A message in place, about the input beside it; `null` takes it away. */
export function set_notice(place: HTMLElement, text: string | null): void {
  if (text === null) place.replaceChildren();
  else place.replaceChildren(make('p', { class: 'notice', role: 'alert' }, text));
}
