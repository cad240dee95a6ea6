import type { CardPayload, StudioReply } from "../core/protocol_takes";
import type { Scope } from "../core/scope";
import { freshId, h, setText } from "../ui/dom";

export interface SpeakerForm {
  readonly root: HTMLElement;
  readonly card: CardPayload;
  readonly agreed: boolean;
  /** Empty for somebody new. */
  open(card: CardPayload | null): void;
  say(text: string): void;
  setBusy(isBusy: boolean): void;
}

/** Who speaks, and what they agree to: asked before the first take. */
export function createForm(
  scope: Scope,
  studio: StudioReply,
  parts: { onSubmit: () => void; onLeave: () => void },
): SpeakerForm {
  const text = (name: string, value = "") =>
    h("input", { type: "text", value, maxlength: 80, autocomplete: "off", spellcheck: "false", name });
  const choice = (name: string, values: readonly string[]) =>
    h(
      "select",
      { name },
      h("option", { value: "" }, "not said"),
      ...values.map((value) => h("option", { value }, value)),
    );
  const fields = {
    speaker: text("speaker"),
    language: text("language", studio.languages[0] ?? ""),
    accent: text("accent"),
    age_band: choice("age_band", studio.age_bands),
    gender: choice("gender", studio.genders),
    device: text("device"),
  };
  const tick = h("input", { type: "checkbox", id: freshId("agree") });
  const agree = h("label", { class: "lw-r-agree", for: tick.id }, "");
  const trouble = h("p", { class: "lw-r-trouble", role: "alert" });
  const begin = h("button", { type: "submit", class: "lw-r-begin" }, "Agree and begin");
  const leave = h("button", { type: "button" }, h("span", { class: "lw-key" }, "Esc"), "Back");
  const root = h(
    "form",
    { class: "lw-r-form", "aria-label": "Speaker and consent", novalidate: true },
    h(
      "div",
      { class: "lw-r-fields" },
      labelled("Pseudonym", fields.speaker, "made up, no real name; needed"),
      labelled("Language", fields.language, "of the lines, such as hi or en-IN"),
      labelled("Accent", fields.accent, "region or kind, such as Awadhi"),
      labelled("Age", fields.age_band),
      labelled("Gender", fields.gender),
      labelled("Device", fields.device, "such as phone, headset, laptop"),
    ),
    h(
      "section",
      { class: "lw-r-consent", "aria-label": "Consent" },
      h("h3", {}, `Consent, version ${studio.form_version}`),
      ...studio.form_text.split("\n").map((line) => h("p", { dir: "auto" }, line)),
      h("p", { class: "lw-r-terms" }, `Licence: ${studio.licence}. Agreed to: ${studio.scope.join(", ")}.`),
      h("div", { class: "lw-r-tick" }, tick, agree),
    ),
    trouble,
    h("div", { class: "lw-r-buttons" }, begin, leave),
  );
  const words = () => {
    const isMinor = fields.age_band.value === studio.minor;
    setText(
      agree,
      isMinor
        ? "I am the speaker's parent or guardian: we read this together, and we agree to it."
        : "I read this, or it was read to me, and I agree to it.",
    );
  };
  scope.listen(fields.age_band, "change", words);
  scope.listen(root, "submit", (event) => {
    event.preventDefault();
    parts.onSubmit();
  });
  scope.listen(leave, "click", parts.onLeave);
  words();
  return {
    root,
    get card() {
      const entries = Object.entries(fields).map(([name, field]) => [name, field.value.trim()]);
      return Object.fromEntries(entries) as unknown as CardPayload;
    },
    get agreed() {
      return tick.checked;
    },
    open(card) {
      root.hidden = false;
      leave.hidden = card === null;
      tick.checked = false;
      for (const [name, field] of Object.entries(fields)) {
        const known = card?.[name as keyof CardPayload];
        field.value = known ?? (name === "language" ? (studio.languages[0] ?? "") : "");
      }
      setText(trouble, "");
      words();
      fields.speaker.focus({ preventScroll: true });
    },
    say: (said) => setText(trouble, said),
    setBusy(isBusy) {
      begin.disabled = isBusy;
    },
  };
}

function labelled(name: string, field: HTMLElement, hint = ""): HTMLElement {
  field.id = freshId("field");
  return h(
    "div",
    { class: "lw-r-field" },
    h("label", { for: field.id }, name),
    field,
    hint && h("span", { class: "lw-r-fieldhint" }, hint),
  );
}
