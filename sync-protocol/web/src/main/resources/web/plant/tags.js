// All tags, and one tag with its value, quality, age, trend, alarms and why it is as it is.
import { html, nothing } from "lit";
import { isOpen, symbol } from "/assets/parts/alarms.js";
import { durationText, millis, timeText } from "/assets/parts/format.js";
import { t, word } from "/assets/parts/text.js";
import { reading } from "/assets/parts/value.js";
import { View, to } from "/assets/plant/view.js";
import "/assets/parts/trend.js";
import "/assets/parts/why.js";

class TagsView extends View {
  render() {
    const area = this.query.get("area");
    const items = area
      ? this.plant.items.filter((i) => i.tag === area || i.tag.startsWith(`${area}/`))
      : this.plant.items;
    return html`<section class="panel">
      <h2 class="hidden">${t("view.tags")}</h2>
      ${this.problem("latest")}
      ${area
        ? html`<div class="toolbar"><h2>${area}</h2><a class="button" href=${to.view("tags")}>${t("alarms.all")}</a></div>`
        : nothing}
      <drme-tags .items=${items} .now=${this.now} @select=${(e) => (location.hash = to.tag(e.detail.tag))}></drme-tags>
    </section>`;
  }
}

class TagView extends View {
  render() {
    const item = this.plant.item(this.place);
    const back = html`<p><a class="button" href=${to.view("tags")}>◀ ${t("view.tags")}</a></p>`;
    if (!item) {
      return html`${back}
        <section class="panel">
          <p class="empty" role="status">
            ${this.plant.items.length ? t("tags.missing", { tag: this.place }) : t("why.asking")}
          </p>
        </section>`;
    }
    const mine = this.plant.book.all.filter((a) => a.tag === item.tag);
    return html`${back}
      <section class="panel" data-testid="tag-page" data-tag=${item.tag} data-quality=${item.quality}>
        <h2>${item.tag}</h2>
        <p class="tag-value" data-testid="tag-value">${reading(item, this.now)}</p>
        <dl>
          <dt>${t("tags.quality")}</dt>
          <dd><span class="quality ${item.quality}">${word("quality", item.quality)}</span></dd>
          <dt>${t("tags.source-time")}</dt>
          <dd>${item.sourceTime ? timeText(item.sourceTime, this.now) : "—"}</dd>
          <dt>${t("tags.age")}</dt>
          <dd>${item.sourceTime ? durationText(this.now - millis(item.sourceTime)) : "—"}</dd>
          ${mine.some(isOpen) ? html`<dt>${t("view.alarms")}</dt><dd class="stack">${mine.filter(isOpen).map((a) => this.#alarm(a))}</dd>` : nothing}
        </dl>
        <drme-why .item=${item} .now=${this.now}></drme-why>
      </section>
      <section class="panel">
        <drme-trend .item=${item} .now=${this.now}></drme-trend>
        <p><a href=${to.trends({ tags: item.tag })}>${t("trend.open")}</a></p>
      </section>`;
  }

  #alarm(alarm) {
    return html`<a class="row-link" href=${to.alarm(alarm)}>${symbol(alarm)} ${alarm.message || alarm.name} (${word("alarm", alarm.state)})</a>`;
  }
}

customElements.define("drme-tags-view", TagsView);
customElements.define("drme-tag-view", TagView);
