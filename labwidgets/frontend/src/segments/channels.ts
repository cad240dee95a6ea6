import type { ClipPayload, RecordingReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { h } from "../ui/dom";
import type { RecordingPlayer } from "./recording_player";
import type { Timeline } from "./timeline";

export interface ChannelParts {
  transport: Transport;
  recording: RecordingReply;
  n_bins: number;
  player: RecordingPlayer;
  timeline: Pick<Timeline, "use">;
}

/** All channels of a call together, or one alone, to hear and to see; nothing where there is only one. */
export function createChannelPicker(scope: Scope, parts: ChannelParts): HTMLSelectElement | null {
  const { transport, recording, n_bins, player, timeline } = parts;
  const { clips } = recording;
  if (clips.length < 2) return null;
  const names = clips.map((_, at) => (at === 0 ? "all channels" : `channel ${at}`));
  const picker = h(
    "select",
    { class: "lw-transport-speed lw-s-channel", "aria-label": "Channel", title: "Channel" },
    ...names.map((name, at) => h("option", { value: at }, name)),
  );
  let n_asked = 0;
  const take = async (clip: ClipPayload) => {
    const mine = ++n_asked;
    const { at_s, span, playing } = player;
    player.open(clip);
    player.enter(span);
    player.seekTo(at_s);
    timeline.use(clip, null);
    if (playing) player.playOn(at_s);
    const whole = { clip: clip.id, start_s: 0, end_s: clip.duration_s, n_bins };
    const found = await transport.request("wave", whole).catch(() => null);
    const [peaks] = found?.buffers ?? [];
    if (mine === n_asked && peaks && !scope.disposed) timeline.use(clip, new Int8Array(peaks));
  };
  scope.listen(picker, "change", () => {
    const clip = clips[Number(picker.value)];
    if (clip) void take(clip);
  });
  return picker;
}

const ALL = -1;

/** The channel that a new segment is on: the one that is heard alone, else that of the segment at hand. */
export function channelFor(heard: ClipPayload | null, n_clips: number, atHand: number | undefined): number {
  const name = heard?.id.split(":").at(-1);
  if (n_clips > 1 && name !== undefined && name !== "mix") return Number(name);
  return atHand ?? (n_clips > 1 ? ALL : 0);
}
