import { newUuid } from "../core/ids";
import type { Preferences } from "../core/memory";
import type { MountContext } from "../core/mount";
import type { Player } from "../core/parts";
import type { LabelSettings } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { Ahead } from "./ahead";
import { Revealed } from "./held_back";
import { createKeeper, type Keeper } from "./keeper";
import { createOutbox, type Outbox } from "./outbox";
import { Pages } from "./pages";
import { firstQuery } from "./queries";
import { N_BINS, SegmentCache } from "./segments";
import { Session } from "./session";
import { createTools, type Tools, type ToolsContext } from "./tools";

export interface LabellerContext extends ToolsContext, Pick<MountContext, "el" | "show" | "at"> {
  createPlayer: (
    scope: Scope,
    transport: Transport,
    settings: LabelSettings,
    preferences: Preferences,
  ) => Player;
}

/** What the labeller works with, whatever it looks like. */
export interface Work extends Tools {
  readonly player: Player;
  readonly pages: Pages;
  readonly outbox: Outbox;
  readonly keeper: Keeper;
  readonly cache: SegmentCache;
  readonly session: Session;
  readonly revealed: Revealed;
}

/** Sound, text, queue, outbox and the session that ties them. */
export function createWork(scope: Scope, context: LabellerContext): Work {
  const tools = createTools(scope, context);
  const { ready, settings, preferences, transport, editor, seat } = tools;
  const player = context.createPlayer(scope, transport, settings, preferences);
  const pages = new Pages(transport, firstQuery(ready));
  const outbox = createOutbox(scope, seat, transport);
  const keeper = createKeeper(scope, seat, transport);
  const cache = new SegmentCache(scope, transport, N_BINS, true);
  const revealed = new Revealed(ready.project_id);
  const session = new Session({
    outbox,
    keeper,
    cache,
    ahead: (isTaken) =>
      new Ahead(transport, cache, {
        query: () => pages.query,
        isTaken,
        nTaken: () => outbox.n_pending + 1,
        onPrefetched: (clip) => player.prefetch(clip),
      }),
    desk: {
      content: () => editor.content,
      heard: () => player.heard(),
      now: () => Date.now(),
      newId: newUuid,
      isRevealed: (segment) => revealed.has(segment),
    },
  });
  return { ...tools, player, pages, outbox, keeper, cache, session, revealed };
}
