import type { MountKind } from "../core/mount";

export const mountPlayer: MountKind = (_scope, { el }) => {
  el.textContent = "player";
};
