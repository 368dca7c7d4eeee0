// What a person is asked before something is done: words, a time, and on a screen for everybody who it is.
import { html, nothing, render } from "lit";
import { t } from "/assets/parts/text.js";

const TIMES = ["15m", "1h", "8h", "24h"];
const TIME_TEXTS = { "15m": "15 min", "1h": "1 h", "8h": "8 h", "24h": "24 h" };

/**
 * Asks in a dialog; the keyboard stays inside until it is closed.
 *
 * @param title what is going to be done, also on the button
 * @param what to what
 * @param words {label, required}, or null where none are wanted
 * @param times whether it is for a time
 * @param who whether name and PIN are needed
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
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(done);
    });
    const draw = (busy, problem) => render(form({ title, what, words, times, who, busy, problem, submit, dialog }), dialog);
    const submit = async (event) => {
      event.preventDefault();
      const given = new FormData(event.target);
      draw(true, null);
      try {
        await act({
          words: (given.get("words") ?? "").trim(),
          time: given.get("time"),
          person: who ? { name: given.get("name").trim(), pin: given.get("pin") } : null,
        });
        done = true;
        dialog.close();
      } catch (e) {
        draw(false, e.text ?? String(e));
      }
    };
    draw(false, null);
    dialog.showModal();
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
      <button type="button" data-testid="ask-cancel" @click=${() => dialog.close()}>${t("ask.cancel")}</button>
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
