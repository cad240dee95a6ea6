/** Lines to read, one after the other: record, look, listen, keep. */
import type { MountContext } from "../core/mount";
import type { CardPayload, StudioReply } from "../core/protocol_takes";
import type { Scope } from "../core/scope";
import { addStyles } from "../core/styles";
import { h, setText } from "../ui/dom";
import { keepKeysFromHost } from "../ui/host_keys";
import themeCss from "../ui/theme.css";
import { Desk } from "./desk";
import { createForm } from "./form";
import { bindKeys } from "./keyboard";
import { createList } from "./list";
import { Microphone } from "./microphone";
import { Prompts } from "./prompts";
import recorderCss from "./recorder.css";
import { createStage } from "./stage";
import { KEY_HINTS } from "./words";

export function mount(scope: Scope, context: MountContext): void {
  const { el, transport } = context;
  addStyles(el.ownerDocument, "theme", themeCss);
  addStyles(el.ownerDocument, "recorder", recorderCss);
  el.classList.add("lw", "lw-r");
  transport.request("studio", {}).then(
    ({ payload }) => !scope.disposed && build(scope, context, payload),
    (error: Error) =>
      !scope.disposed && el.replaceChildren(`The recorder could not be opened. ${error.message}`),
  );
}

function build(scope: Scope, { el, transport, model }: MountContext, studio: StudioReply): void {
  let card: CardPayload | null = studio.card;
  const microphone = new Microphone(scope, model, studio.constraints);
  const prompts = new Prompts(transport, studio.n_prompts);
  const desk = new Desk(scope, transport, microphone, studio);
  const language = () => card?.language ?? studio.languages[0] ?? "und";
  const who = h("button", { type: "button", class: "lw-r-who" }, "");
  const count = h("span", { class: "lw-r-count" }, "");
  const stage = createStage(scope, { desk, prompts, microphone, language });
  const list = createList(scope, prompts, {
    language: language(),
    onChoose(number) {
      desk.goTo(number);
      frame.focus({ preventScroll: true });
    },
  });
  const form = createForm(scope, studio, {
    onSubmit: () => void signIn(),
    onLeave: () => showForm(false),
  });
  const work = h("div", { class: "lw-r-work" }, list.root, stage.root);
  const hints = KEY_HINTS.map(({ key, what }) =>
    h("span", { class: "lw-r-hint" }, h("kbd", {}, key), ` ${what}`),
  );
  const foot = h("div", { class: "lw-r-foot" }, ...hints);
  const frame = h(
    "div",
    { class: "lw-r-frame", role: "region", tabindex: "0", "aria-label": "Recorder" },
    h("div", { class: "lw-r-top" }, h("span", { class: "lw-r-name" }, studio.collection), who, count),
    form.root,
    work,
    foot,
  );

  const showForm = (isForm: boolean) => {
    form.root.hidden = !isForm;
    work.hidden = isForm;
    foot.hidden = isForm;
    who.hidden = isForm;
    if (isForm) {
      stage.stop();
      form.open(card);
    } else {
      list.show(desk.number);
      frame.focus({ preventScroll: true });
    }
  };
  const signIn = async () => {
    form.setBusy(true);
    try {
      const { payload } = await transport.request("sign_in", { card: form.card, agreed: form.agreed });
      if (scope.disposed) return;
      card = payload.card;
      prompts.reset();
      desk.n_kept = payload.n_kept;
      desk.goTo(payload.number ?? 0);
      showForm(false);
      showCounts();
    } catch (error) {
      form.say((error as Error).message);
    } finally {
      form.setBusy(false);
    }
  };
  const showCounts = () => {
    setText(who, card ? `Speaker: ${card.speaker}` : "");
    setText(count, `${desk.n_kept.toLocaleString()} of ${studio.n_prompts.toLocaleString()} kept`);
  };
  const nextOpen = async () => {
    if (desk.isBusy || desk.phase === "recording") return;
    const { payload } = await transport.request("next_prompt", { after: desk.number });
    if (payload.number !== null) desk.goTo(payload.number);
  };
  const changeSpeaker = () => {
    if (desk.isBusy || desk.phase === "recording") return;
    desk.discard();
    showForm(true);
  };

  scope.listen(who, "click", changeSpeaker);
  scope.add(desk.events.on("change", showCounts));
  scope.add(desk.events.on("move", (number) => list.show(number)));
  scope.add(desk.events.on("kept", (number) => prompts.setKept(number)));
  scope.add(prompts.events.on("trouble", (message) => setText(count, message)));
  el.replaceChildren(frame);
  keepKeysFromHost(scope, frame);
  bindKeys(scope, frame, {
    desk,
    isForm: () => !form.root.hidden,
    leaveForm: () => card && showForm(false),
    play: stage.play,
    pageRows: () => list.pageRows,
    nextOpen: () => void nextOpen().catch(() => undefined),
    changeSpeaker,
  });
  showCounts();
  showForm(card === null);
}
