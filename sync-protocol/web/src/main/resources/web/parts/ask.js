// What a person is asked before something is done: words, a time, and on a screen for everybody who it is.
import { html, nothing, render } from "lit";
import { t } from "/assets/parts/text.js";

const TIMES = ["15m", "1h", "8h", "24h"];
const TIME_TEXTS = { "15m": "15 min", "1h": "1 h", "8h": "8 h", "24h": "24 h" };

/** A dialog that somebody left on a screen for everybody must not wait for the next who comes by. */
const IDLE_MS = 60_000;

/**
 * Asks in a dialog; the keyboard stays inside until it is closed.
 *
 * @param title what is going to be done, also on the button
 * @param what to what
 * @param words {label, required}, or null where none are wanted
 * @param times whether it is for a time
 * @param who whether name and PIN are needed; then it closes by itself after a minute without input
 * @param act is given {words, time, person}; throws where it was not done, and the dialog stays
 * @returns a promise: whether it was done
 */
export function ask({ title, what, words = null, times = false, who = false, act }) {
  const dialog = document.createElement("dialog");
  dialog.dataset.testid = "ask";
  dialog.setAttribute("aria-labelledby", "ask-title");
  document.body.append(dialog);
  return new Promise((resolve) => {
    let done = false;
    let busy = false;
    let idle;
    const stay = () => {
      clearTimeout(idle);
      idle = who ? setTimeout(() => busy || dialog.close(), IDLE_MS) : undefined;
    };
    ["input", "keydown", "pointerdown"].forEach((type) => dialog.addEventListener(type, stay));
    // What is under way can't be taken back, so its end is waited for. A browser may leave out
    // `cancel` at a second Escape.
    dialog.addEventListener("cancel", (event) => busy && event.preventDefault());
    dialog.addEventListener("keydown", (event) => busy && event.key === "Escape" && event.preventDefault());
    dialog.addEventListener("close", () => {
      clearTimeout(idle);
      dialog.remove();
      resolve(done);
    });
    const draw = (problem) => render(form({ title, what, words, times, who, busy, problem, submit, dialog }), dialog);
    const submit = async (event) => {
      event.preventDefault();
      if (busy) {
        return;
      }
      const given = new FormData(event.target);
      busy = true;
      draw(null);
      try {
        await act({
          words: (given.get("words") ?? "").trim(),
          time: given.get("time"),
          person: who ? { name: given.get("name").trim(), pin: given.get("pin") } : null,
        });
        done = true;
        dialog.close();
      } catch (e) {
        busy = false;
        draw(e.text ?? String(e));
        stay();
      } finally {
        dialog.querySelectorAll("input[type=password]").forEach((pin) => (pin.value = ""));
      }
    };
    draw(null);
    dialog.showModal();
    stay();
  });
}

function form({ title, what, words, times, who, busy, problem, submit, dialog }) {
  return html`<form method="dialog" @submit=${submit}>
    <h2 id="ask-title">${title}</h2>
    <p>${what}</p>
    ${times ? timeField() : nothing} ${words ? wordsField(words) : nothing} ${who ? whoFields() : nothing}
    ${problem ? html`<p class="problem" role="alert" data-testid="ask-problem">${problem}</p>` : nothing}
    <div class="toolbar">
      <button class="primary" data-testid="ask-do" ?disabled=${busy}>${busy ? t("ask.busy") : title}</button>
      <button type="button" data-testid="ask-cancel" ?disabled=${busy} @click=${() => dialog.close()}>${t("ask.cancel")}</button>
    </div>
  </form>`;
}

function timeField() {
  return html`<fieldset>
    <legend>${t("ask.for")}</legend>
    <div class="choices">
      ${TIMES.map(
        (time, i) =>
          html`<label><input type="radio" name="time" value=${time} ?checked=${i === 1} /><span>${TIME_TEXTS[time]}</span></label>`,
      )}
    </div>
  </fieldset>`;
}

function wordsField({ label, required }) {
  return html`<label
    >${label}
    <textarea name="words" rows="2" maxlength="500" data-testid="ask-words" ?required=${required}></textarea>
  </label>`;
}

function whoFields() {
  return html`<p class="muted">${t("ask.wall")}</p>
    <label
      >${t("ask.name")}
      <input name="name" required autocomplete="off" autocapitalize="none" spellcheck="false" data-testid="ask-name" />
    </label>
    <label>${t("ask.pin")} <input name="pin" type="password" required autocomplete="off" data-testid="ask-pin" /></label>`;
}
