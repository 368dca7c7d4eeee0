// What a device offers as a tree, and tags as a CSV file and back. Pure functions.

/** Nodes by the words of the names: {word, nodes} with others below, or {word, offer}. */
export function treeOf(offers) {
  const root = { nodes: [] };
  for (const offer of offers) {
    const words = offer.name.split("/");
    let at = root;
    for (const word of words.slice(0, -1)) {
      let next = at.nodes.find((n) => n.word === word && n.nodes);
      if (!next) {
        next = { word, nodes: [] };
        at.nodes.push(next);
      }
      at = next;
    }
    at.nodes.push({ word: words.at(-1), offer });
  }
  return root.nodes;
}

const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** As `tags: {file: …}` reads it: the first row names the columns. */
export function csvOfTags(tags) {
  const columns = [...new Set(["name", ...tags.flatMap((tag) => Object.keys(tag))])];
  const rows = tags.map((tag) => columns.map((c) => quoted(tag[c] ?? "")).join(","));
  return [columns.join(","), ...rows].join("\n") + "\n";
}

/** The cells of a CSV text, row by row. */
function cellsOf(text) {
  const rows = [[]];
  let cell = "";
  let inQuotes = false;
  const source = text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (inQuotes) {
      if (c === '"' && source[i + 1] === '"') {
        cell += c;
        i++;
      } else if (c === '"') {
        inQuotes = false;
      } else {
        cell += c;
      }
    } else if (c === '"' && cell === "") {
      inQuotes = true;
    } else if (c === "," || c === "\n") {
      rows.at(-1).push(cell);
      cell = "";
      if (c === "\n") {
        rows.push([]);
      }
    } else {
      cell += c;
    }
  }
  rows.at(-1).push(cell);
  return rows.filter((row) => row.some((value) => value.trim()));
}

/** Tags of a CSV text; an empty cell is an absent key. */
export function tagsOfCsv(text) {
  const [columns = [], ...rows] = cellsOf(text);
  return rows.map((row) =>
    Object.fromEntries(columns.map((c, i) => [c.trim(), (row[i] ?? "").trim()]).filter(([, value]) => value)),
  );
}
