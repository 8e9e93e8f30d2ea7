// Words as Keras's TextVectorization counts them: runs between white space that are more than ASCII punctuation.
const run = /\S+/g;
const more_than_punctuation = /[^\s!-/:-@[-`{-~]/;

export function has_word(text: string): boolean {
  return more_than_punctuation.test(text);
}

/** Shorter texts go to the library as they are; it refuses ones over 100,000 bytes. */
const long_text = 20_000;

/**
 * A long text's beginning, with at least `needed` words in it, and how many words come after that. Nobody has to
 * shorten a text of which the network reads only the beginning anyway.
 */
export function beginning_of(text: string, needed: number): { beginning: string; words_after: number } {
  if (text.length <= long_text) return { beginning: text, words_after: 0 };
  let end = text.length;
  let words = 0;
  for (const match of text.matchAll(run)) {
    if (!has_word(match[0])) continue;
    words++;
    if (words === needed) end = match.index + match[0].length;
  }
  return { beginning: text.slice(0, end), words_after: Math.max(0, words - needed) };
}
