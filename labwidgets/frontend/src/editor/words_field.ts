/** Words as part of the editor's state; undo and redo bring back the very same ones. */
import { history, invertedEffects } from "@codemirror/commands";
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { type Clip, reword } from "./reword";
import { NO_WORDS, type Words } from "./words";

interface ClipWords {
  words: Words;
  clip: Clip;
}

const restore = StateEffect.define<Words>();

export const clipWords = StateField.define<ClipWords>({
  create: () => ({ words: NO_WORDS, clip: { duration_s: 0, language: "" } }),
  update(value, transaction) {
    // Steps joined in the history come newest first: the last snapshot is the state before all of them.
    const snapshot = transaction.effects.findLast((effect) => effect.is(restore));
    if (snapshot) return { words: snapshot.value, clip: value.clip };
    if (!transaction.docChanged) return value;
    return {
      words: reword(value.words, transaction.changes, transaction.newDoc, value.clip),
      clip: value.clip,
    };
  },
});

const keepWords = invertedEffects.of((transaction) =>
  transaction.docChanged ? [restore.of(transaction.startState.field(clipWords).words)] : [],
);

/** History of the text, with `words` as they are at its start. */
export function wordHistory(words: Words, clip: Clip): Extension {
  return [clipWords.init(() => ({ words, clip })), history(), keepWords];
}
