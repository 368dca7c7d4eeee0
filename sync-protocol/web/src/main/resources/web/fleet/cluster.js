// The centre itself: its members, who holds what of the grid, its store, and its jobs.
import { html, nothing } from "lit";
import { ProblemError, get, list } from "/assets/parts/api.js";
import { bytesText, countText, valueText } from "/assets/parts/format.js";
import { t, word } from "/assets/parts/text.js";
import { View } from "/assets/fleet/view.js";
import "/assets/parts/members.js";

const JOB_COLUMNS = 8;

/** Jobs are there where the centre runs pipelines of the fleet. */
async function jobs() {
  try {
    return await list("/api/v1/jobs", {}, 500);
  } catch (e) {
    if (e instanceof ProblemError && e.problem.status === 404) {
      return null;
    }
    throw e;
  }
}

class ClusterView extends View {
  async read() {
    // A member that is cut off tells its members, and nothing else.
    const members = await list("/api/v1/members");
    const rest = await Promise.all([get("/api/v1/cluster"), jobs()]).catch((e) => ({ problem: e.text ?? String(e) }));
    return { members, cluster: rest[0] ?? null, jobs: rest[1] ?? null, problem: rest.problem ?? null };
  }

  render() {
    const { found } = this;
    if (!found) {
      return html`<section class="panel">${this.problem()}<p class="empty" role="status">${t("list.asking")}</p></section>`;
    }
    return html`${this.problem()} ${found.problem ? html`<p class="problem" role="alert">${found.problem}</p>` : nothing}
      <section class="panel">
        <h2>${t("cluster.members")}</h2>
        <drme-members .members=${found.members} .owned=${found.cluster?.owned ?? {}} .now=${this.now}></drme-members>
      </section>
      ${found.cluster ? this.#figures(found.cluster) : nothing} ${found.jobs ? this.#jobs(found.jobs) : nothing}`;
  }

  #figures(c) {
    const figure = (id, label, value, note, fault) =>
      html`<div class="figure ${fault ? "fault" : ""}" data-testid="figure-${id}">
        <span class="label">${label}</span><span class="big">${value}</span><span class="muted">${note}</span>
      </div>`;
    return html`<section class="panel">
      <h2>${t("cluster.together")}</h2>
      <div class="figures">
        ${figure("members", t("cluster.members"), countText(c.members), t("cluster.minimum", { n: c.minimum }), c.members < c.minimum)}
        ${figure(
          "partitions",
          t("cluster.partitions"),
          countText(c.partitions),
          c.members < 2 ? t("cluster.alone") : t(c.safe ? "cluster.safe" : "cluster.unsafe", { n: c.backups }),
          !c.safe,
        )}
        ${figure("store", t("cluster.store"), bytesText(c.store.bytes), word("store-kind", c.store.kind))}
      </div>
    </section>`;
  }

  /** Whatever a job tells of itself in one word or number. */
  #jobs(all) {
    const columns = [...new Set(all.flatMap((j) => Object.keys(j).filter((k) => typeof j[k] !== "object")))].slice(0, JOB_COLUMNS);
    return html`<section class="panel">
      <h2>${t("cluster.jobs")}</h2>
      ${all.length === 0
        ? html`<p class="empty">${t("cluster.no-jobs")}</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label=${t("cluster.jobs")}>
            <table data-testid="jobs">
              <thead>
                <tr>
                  ${columns.map((c) => html`<th scope="col">${word("job", c)}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${all.map(
                  (j) =>
                    html`<tr>
                      ${columns.map((c) => html`<td class="wrap">${valueText(j[c] ?? "")}</td>`)}
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`}
    </section>`;
  }
}

customElements.define("drme-cluster", ClusterView);
