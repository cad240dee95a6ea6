import { preferencesOf } from "../core/memory";
import type { MountKind } from "../core/mount";
import type { Player } from "../core/parts";
import { addStyles } from "../core/styles";
import { keepKeysFromHost } from "../ui/host_keys";
import themeCss from "../ui/theme.css";
import { createPlayer } from "./player";

const STEP_S = 1;
const N_BINS = 2000;

/** The player as a widget of its own. */
export const mountPlayer: MountKind = (scope, { el, transport, ready }) => {
  addStyles(el.ownerDocument, "theme", themeCss);
  el.classList.add("lw");
  const player = createPlayer(scope, transport, ready.settings, preferencesOf(ready.annotator));
  const { root } = player;
  root.tabIndex = 0;
  root.setAttribute("role", "region");
  root.setAttribute(
    "aria-label",
    "Sound. Space plays and pauses, the arrow keys move and set the loudness, V shows the spectrogram.",
  );
  el.replaceChildren(root);
  keepKeysFromHost(scope, root);
  scope.listen(root, "keydown", (event) => {
    const isControl = event.target instanceof HTMLElement && event.target.closest("button, select, input");
    if (isControl || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = KEYS[event.key];
    if (!action) return;
    event.preventDefault();
    action(player);
  });
  scope.listen(root, "pointerdown", () => root.focus({ preventScroll: true }));

  const { clip } = ready;
  if (!clip) {
    root.replaceChildren("This widget was given no sound.");
    return;
  }
  player.load(clip, null);
  const ask = { clip: clip.id, n_bins: Math.min(N_BINS, Math.ceil(clip.duration_s * 200)) };
  transport.request("peaks", ask).then(
    ({ buffers: [bytes] }) => bytes && !scope.disposed && player.setPeaks(new Int8Array(bytes)),
    (error: Error) => !scope.disposed && root.append(`The waveform could not be drawn. ${error.message}`),
  );
};

const KEYS: Record<string, (player: Player) => void> = {
  " ": (player) => player.toggle(),
  ArrowLeft: (player) => player.seek(player.time_s - STEP_S),
  ArrowRight: (player) => player.seek(player.time_s + STEP_S),
  Home: (player) => player.seek(0),
  End: (player) => player.seek(player.clip?.duration_s ?? 0),
  ",": (player) => player.slower(),
  ".": (player) => player.faster(),
  ArrowUp: (player) => player.louder(),
  ArrowDown: (player) => player.quieter(),
  v: (player) => player.toggleSpectrogram(),
  l: (player) => player.loop(),
  "+": (player) => player.zoom(1.5),
  "=": (player) => player.zoom(1.5),
  "-": (player) => player.zoom(1 / 1.5),
};
