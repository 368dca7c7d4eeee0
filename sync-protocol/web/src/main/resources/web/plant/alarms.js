// The list of alarms, and one alarm with its trend around the moment and its past.
import { html, nothing } from "lit";
import { ProblemError, get, list } from "/assets/parts/api.js";
import { acknowledgeButton, can, deedButton, isHidden, needsAcknowledge, symbol } from "/assets/parts/alarms.js";
import { durationText, millis, quantity, timeText } from "/assets/parts/format.js";
import { t, word } from "/assets/parts/text.js";
import { reading } from "/assets/parts/value.js";
import { View, to } from "/assets/plant/view.js";
import "/assets/plant/load.js";
import "/assets/parts/alarm-list.js";
import "/assets/parts/trend.js";

const LONG_AGO = "2000-01-01T00:00:00Z";
const MOST_BEFORE = 200;
const AROUND_MS = 10 * 60_000;
const DEEDS = ["acknowledge", "shelve", "unshelve", "return-to-service", "reset", "comment"];

class AlarmsView extends View {
  render() {
    const { plant } = this;
    return html`<section class="panel">
      <h2 class="hidden">${t("view.alarms")}</h2>
      ${this.problem("alarms")}
      <drme-alarms
        .alarms=${plant.book.all}
        .who=${plant.who}
        .now=${this.now}
        .one=${to.alarm}
        .state=${this.query.get("state") ?? "open"}
        .area=${this.query.get("area") ?? ""}
        @filter=${(e) => location.replace(to.alarms(e.detail))}
        @acknowledged=${() => plant.readAlarms()}
      ></drme-alarms>
    </section>
    <section class="panel" data-testid="alarm-load">
      ${this.problem("summary")}
      <drme-alarm-load .summary=${plant.summary} .now=${this.now}></drme-alarm-load>
    </section>`;
  }
}

class AlarmView extends View {
  static properties = { found: { state: true }, before: { state: true }, error: { state: true } };

  #asked = "";
  #known = "";

  constructor() {
    super();
    this.found = null;
    this.before = [];
    this.error = null;
  }

  willUpdate() {
    const live = this.plant.book.all.find((a) => a.id === this.place);
    const known = live
      ? JSON.stringify([live.state, live.priority, live.acknowledgedAt, live.clearedAt, live.until, live.comment, live.by])
      : "";
    if (this.place !== this.#asked) {
      this.found = null;
      this.before = [];
      this.error = null;
      this.#asked = this.place;
      this.#known = known;
      this.#read();
    } else if (known !== this.#known) {
      this.#known = known;
      this.#read();
    }
  }

  async #read() {
    const id = this.place;
    try {
      const found = await get(`/api/v1/alarms/${encodeURIComponent(id)}`);
      const same = await list("/api/v1/alarms", { match: `${found.gateway}/${found.tag}`, from: LONG_AGO }, 2_000);
      if (id === this.place) {
        this.found = found;
        this.before = same.filter((a) => a.name === found.name && a.id !== id && millis(a.raisedAt) <= millis(found.raisedAt));
        this.error = null;
      }
    } catch (e) {
      if (id === this.place) {
        this.error = e instanceof ProblemError && e.problem.status === 404 ? t("alarm.missing", { id }) : (e.text ?? String(e));
      }
    }
  }

  /** Around the moment: as long before as behind, and to its end. */
  #span(alarm) {
    const raised = millis(alarm.raisedAt);
    const cleared = millis(alarm.clearedAt ?? "");
    const end = Math.min(Number.isFinite(cleared) ? cleared : this.#openedAt, raised + 6 * AROUND_MS);
    return { from: raised - AROUND_MS, to: Math.max(raised, end) + AROUND_MS };
  }

  #openedAt = Date.now();
  #spans = { of: "", span: null, marks: [] };

  /** Made once a change, so that the trend is not read anew each second. */
  #around(alarm) {
    const of = `${alarm.id} ${alarm.clearedAt} ${alarm.acknowledgedAt}`;
    if (this.#spans.of !== of) {
      const marks = [
        { t: millis(alarm.raisedAt), text: t("alarms.raised") },
        { t: millis(alarm.clearedAt ?? ""), text: word("alarm", "normal") },
        { t: millis(alarm.acknowledgedAt ?? ""), text: t("alarms.acknowledged") },
      ].filter((m) => Number.isFinite(m.t));
      this.#spans = { of, span: this.#span(alarm), marks };
    }
    return this.#spans;
  }

  render() {
    const alarm = this.found;
    const back = html`<p><a class="button" href=${to.view("alarms")}>◀ ${t("alarm.back")}</a></p>`;
    if (!alarm) {
      return html`${back}
        <section class="panel"><p class="empty" role="status">${this.error ?? t("why.asking")}</p></section>`;
    }
    const item = this.plant.item(alarm.tag) ?? { gateway: alarm.gateway, tag: alarm.tag };
    const { span, marks } = this.#around(alarm);
    return html`${back}
      <section class="panel" data-testid="alarm-page" data-state=${alarm.state}>
        ${this.#head(alarm)} ${this.#facts(alarm, item)}
      </section>
      <section class="panel">
        <h2>${t("alarm.around")}</h2>
        <drme-trend .item=${item} .now=${this.now} .span=${span} .marks=${marks} .rangeMs=${2 * AROUND_MS}></drme-trend>
        <p><a href=${to.trends({ tags: alarm.tag, from: span.from, to: span.to })}>${t("trend.open")}</a></p>
      </section>
      <section class="panel">${this.#steps(alarm)}</section>
      <section class="panel">${this.#before(alarm)}</section>`;
  }

  #head(alarm) {
    const { who } = this.plant;
    const done = () => this.#read();
    return html`<div class="toolbar">
      ${symbol(alarm)}
      <h2 data-testid="alarm-title">${alarm.message || alarm.name}</h2>
      <span>${word("priority", alarm.priority)} · <strong>${word("alarm", alarm.state)}</strong></span>
      <span class="spring"></span>
      ${needsAcknowledge(alarm) ? acknowledgeButton([alarm], who, done) : nothing}
      ${DEEDS.filter((d) => d !== "acknowledge" && can(d, alarm)).map((d) => deedButton(d, [alarm], who, done))}
    </div>`;
  }

  #facts(alarm, item) {
    return html`<dl>
      <dt>${t("alarm.wrong")}</dt>
      <dd><strong>${alarm.message || alarm.name}</strong> <span class="muted">${alarm.name}</span></dd>
      ${alarm.cause ? html`<dt>${t("alarm.cause")}</dt><dd data-testid="alarm-cause">${alarm.cause}</dd>` : nothing}
      ${alarm.consequence
        ? html`<dt>${t("alarm.consequence")}</dt><dd data-testid="alarm-consequence">${alarm.consequence}</dd>`
        : nothing}
      ${alarm.respondWithin
        ? html`<dt>${t("alarm.respond")}</dt><dd data-testid="alarm-respond">${durationText(alarm.respondWithin * 1_000)}</dd>`
        : nothing}
      ${alarm.firstOutGroup
        ? html`<dt>${t("alarm.group")}</dt>
            <dd data-testid="alarm-group">
              ${t(alarm.firstOut ? "alarm.first-of" : "alarm.followed-in", { group: alarm.firstOutGroup })}
            </dd>`
        : nothing}
      ${alarm.escalatedFrom
        ? html`<dt>${t("alarm.escalated")}</dt>
            <dd data-testid="alarm-escalated">${t("alarm.escalated-from", { from: word("priority", alarm.escalatedFrom) })}</dd>`
        : nothing}
      <dt>${t("alarm.action")}</dt>
      <dd data-testid="alarm-action"><strong>${alarm.action || t("alarm.no-action")}</strong></dd>
      <dt>${t("alarms.tag")}</dt>
      <dd><a href=${to.tag(alarm.tag)}>${alarm.tag}</a></dd>
      <dt>${t("alarm.value")}</dt>
      <dd>${quantity(alarm.value, item.unit)}</dd>
      <dt>${t("alarm.value-now")}</dt>
      <dd>${reading(this.plant.item(alarm.tag), this.now)}</dd>
      <dt>${t("alarms.raised")}</dt>
      <dd>${timeText(alarm.raisedAt, this.now)}, ${t("format.ago", { span: durationText(this.now - millis(alarm.raisedAt)) })}</dd>
      ${isHidden(alarm) ? html`<dt>${t("alarm.aside")}</dt><dd data-testid="alarm-aside">${this.#aside(alarm)}</dd>` : nothing}
    </dl>`;
  }

  /** Until when it is put aside, by whom and why. */
  #aside({ state, until, by, comment }) {
    const end =
      state === "suppressed"
        ? t("alarm.until.suppressed")
        : until
          ? t(`alarm.until.${state}`, { time: timeText(until, this.now) })
          : t("alarm.until.none");
    return by ? `${end}, ${t("alarm.aside-by", { name: by, words: comment || "—" })}` : end;
  }

  #steps(alarm) {
    return html`<h2>${t("alarm.steps")}</h2>
      <div class="scroll-x" tabindex="0" role="region" aria-label=${t("alarm.steps")}>
        <table data-testid="alarm-steps">
          <thead>
            <tr>
              <th scope="col">${t("alarm.when")}</th>
              <th scope="col">${t("alarm.what")}</th>
              <th scope="col">${t("alarm.who")}</th>
              <th scope="col">${t("alarm.words")}</th>
            </tr>
          </thead>
          <tbody>
            ${(alarm.steps ?? []).map(
              (s, i, all) =>
                html`<tr>
                  <td class="time">${timeText(s.at, this.now)}</td>
                  <td>${this.#what(s, all[i - 1])}</td>
                  <td>${s.by || html`<span class="muted">${t("alarm.by-plant")}</span>`}</td>
                  <td class="wrap">${s.comment}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  }

  #what(step, before) {
    if (step.from !== step.to) {
      return word("alarm", step.to);
    }
    return before && before.priority !== step.priority
      ? t("alarm.raised-to", { priority: word("priority", step.priority) })
      : t("alarm.commented");
  }

  #before() {
    return html`<h2>${t("alarm.before")} (${this.before.length})</h2>
      ${this.before.length === 0
        ? html`<p class="empty">${t("alarm.no-before")}</p>`
        : html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t("alarm.before")}>
            <table data-testid="alarm-before">
              <thead>
                <tr>
                  <th scope="col">${t("alarms.raised")}</th>
                  <th scope="col">${t("alarm.lasted")}</th>
                  <th scope="col">${t("alarms.value")}</th>
                  <th scope="col">${t("alarms.acknowledged")}</th>
                </tr>
              </thead>
              <tbody>
                ${this.before.slice(0, MOST_BEFORE).map((a) => this.#earlier(a))}
              </tbody>
            </table>
          </div>`}`;
  }

  #earlier(alarm) {
    const unit = this.plant.item(alarm.tag)?.unit;
    return html`<tr>
      <td><a class="row-link" href=${to.alarm(alarm)}>${timeText(alarm.raisedAt, this.now)}</a></td>
      <td>${durationText(millis(alarm.clearedAt ?? "") - millis(alarm.raisedAt))}</td>
      <td>${quantity(alarm.value, unit)}</td>
      <td>${alarm.acknowledgedBy ?? "—"}</td>
    </tr>`;
  }
}

customElements.define("drme-alarms-view", AlarmsView);
customElements.define("drme-alarm-view", AlarmView);
