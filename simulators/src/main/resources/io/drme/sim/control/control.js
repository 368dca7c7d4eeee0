// Flips faults of simulated devices by hand.
const REFRESH_MS = 1_000;
const byId = (id) => document.getElementById(id);
const problem = byId("problem");

async function ask(path, body) {
  const answer = await fetch(
    path,
    body ? { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {},
  );
  const json = await answer.json();
  if (!answer.ok) {
    throw new Error(json.detail ?? `status ${answer.status}`);
  }
  return json.items;
}

async function guarded(act) {
  try {
    await act();
    problem.hidden = true;
  } catch (e) {
    problem.textContent = e instanceof TypeError ? "The simulators do not answer; do they still run?" : e.message;
    problem.hidden = false;
  }
}

const cell = (row, text, kind = "") => {
  const td = row.insertCell();
  td.textContent = text;
  td.className = kind;
  return td;
};

function set(device, unit, fault) {
  const body = { fault, delay: byId("delay").value };
  if (unit) {
    body.unit = unit;
  }
  if (byId("for").value && fault !== "none") {
    body.for = byId("for").value;
  }
  return guarded(async () => show(await ask(`/api/v1/faults/${encodeURIComponent(device)}`, body)));
}

const rows = new Map();
const keyOf = (device, unit) => `${device}:${unit}`;

function addRow(item, unit) {
  const row = byId("devices").insertRow();
  row.dataset.device = item.device;
  row.dataset.unit = unit;
  cell(row, unit ? `unit ${unit}` : item.device, unit ? "unit" : "");
  cell(row, unit ? "" : item.protocol);
  cell(row, unit ? "" : item.listen);
  const now = cell(row, "");
  const choice = document.createElement("select");
  choice.setAttribute("aria-label", `Let ${item.device}${unit ? ` unit ${unit}` : ""} be`);
  for (const fault of ["", "none", ...item.faults.filter((f) => f !== "none")]) {
    choice.add(new Option(fault === "" ? "choose…" : fault === "none" ? "as it should" : fault, fault));
  }
  choice.addEventListener("change", () => {
    if (choice.value) {
      set(item.device, unit, choice.value);
      choice.value = "";
    }
  });
  row.insertCell().append(choice);
  rows.set(keyOf(item.device, unit), now);
}

function show(faults) {
  const present = new Map(faults.map((f) => [keyOf(f.device, f.unit), f.fault]));
  for (const [key, td] of rows) {
    const fault = present.get(key);
    td.textContent = fault ?? "behaves";
    td.className = fault ? "fault" : "";
  }
}

async function refresh() {
  await guarded(async () => show(await ask("/api/v1/faults")));
}

await guarded(async () => {
  for (const item of await ask("/api/v1/devices")) {
    addRow(item, "");
    item.units.forEach((unit) => addRow(item, unit));
  }
});
byId("all-well").addEventListener("click", () =>
  [...rows.keys()].filter((key) => key.endsWith(":")).forEach((key) => set(key.slice(0, -1), "", "none")),
);
await refresh();
setInterval(() => document.hidden || refresh(), REFRESH_MS);
