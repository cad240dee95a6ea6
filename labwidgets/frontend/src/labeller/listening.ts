import type { Editor, Player } from "../core/parts";
import type { LabelSettings, WordPayload } from "../core/protocol";

/** Room around a word that is played alone, s. */
const WORD_MARGIN_S = 0.08;
/** From hearing a word to pressing a key: a word younger than this is not the one that was meant. */
const REACTION_S = 0.2;

export interface Listening {
  word(word: WordPayload | null): void;
  fromWord(): void;
  beforeWord(): void;
  beforePause(): void;
  /** The word heard last: alone after a pause; while sound plays it goes back to it. */
  again(): void;
}

/** The ways to hear a place once more. */
export function createListening(player: Player, editor: Editor, settings: LabelSettings): Listening {
  const playFrom = (time_s: number) => void player.play(Math.max(0, time_s));
  const playWord = (word: WordPayload | null) => {
    if (word) void player.play(Math.max(0, word.start_s - WORD_MARGIN_S), word.end_s + WORD_MARGIN_S);
  };
  return {
    word: playWord,
    fromWord: () => void player.play(editor.wordAtCaret()?.start_s),
    beforeWord: () => playFrom((editor.wordAtCaret()?.start_s ?? player.time_s) - settings.lead_s),
    beforePause: () => playFrom((player.paused_s ?? player.time_s) - settings.lead_s),
    again() {
      const { time_s } = player;
      const word = editor.wordBegun(time_s - REACTION_S) ?? editor.wordBegun(time_s);
      if (!word) playFrom(time_s - settings.lead_s);
      else if (player.playing) playFrom(word.start_s - WORD_MARGIN_S);
      else playWord(word);
    },
  };
}
