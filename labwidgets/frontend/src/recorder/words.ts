export const NO_MICROPHONE_HERE =
  "Browsers give the microphone only to pages at https:// or at localhost. Open this page that way: behind https, or through a tunnel to this machine (ssh -L 8888:localhost:8888 …).";

const TROUBLES: Record<string, string> = {
  NotAllowedError:
    "The microphone was refused. Allow it for this page (the sign beside the address), then press Space.",
  NotFoundError: "There is no microphone. Plug one in, then press Space.",
  NotReadableError: "The microphone is in use by another program. Close that one, then press Space.",
  OverconstrainedError: "This microphone cannot be used as it is. Try another one, then press Space.",
  SecurityError: NO_MICROPHONE_HERE,
};

/** Why there is no microphone, and what to do. */
export function micTrouble(error: unknown): string {
  // The adapter that ipywebrtc brings hands on plain objects.
  const name = (error as { name?: string } | null)?.name ?? String(error);
  const alias: Record<string, string> = { PermissionDeniedError: "NotAllowedError" };
  return (
    TROUBLES[alias[name] ?? name] ?? `The microphone could not be opened (${name}). Press Space to try again.`
  );
}

export const ASKING = "The browser asks whether this page may use the microphone: allow it.";
export const MUTED =
  "The microphone is muted. Switch it on: on itself, on the keyboard, or in the system's settings.";
export const UNPLUGGED = "The microphone is gone. Plug it in again, then press Space.";

/** A take that ended by itself. */
export function cutTake(why: "muted" | "unplugged" | "gone", at_s: number): string {
  const when = `${at_s.toFixed(1)} s into the take`;
  if (why === "muted") return `The microphone was muted ${when}: it is not kept. ${MUTED}`;
  if (why === "unplugged")
    return `The microphone went away ${when}: it is not kept. Plug it in, then press Space.`;
  return `The kernel went away ${when}: it is not kept.`;
}

/** What became of all takes when the kernel is gone. */
export function kernelGone(n_kept: number): string {
  const kept = n_kept === 1 ? "The 1 take that was kept is" : `All ${n_kept} takes that were kept are`;
  return `The kernel is gone. ${n_kept ? `${kept} on disk. ` : ""}Run the cell again to go on.`;
}

export const AWAY = "The line to the kernel is down. It is tried again; wait here.";

export const BACK = "The line is back.";

/** A good take is not lost by moving on. */
export const DECIDE = "Decide first: Enter keeps the take, Esc throws it away.";

export interface Hint {
  key: string;
  what: string;
}

export const KEY_HINTS: readonly Hint[] = [
  { key: "Space", what: "record, stop" },
  { key: "P", what: "listen" },
  { key: "Enter", what: "keep, next" },
  { key: "R", what: "redo" },
  { key: "Esc", what: "throw away" },
  { key: "↑ ↓", what: "lines" },
  { key: "N", what: "next without a take" },
  { key: "S", what: "speaker" },
];
