// CSV as spreadsheets read it, made in the page.

/** A cell; a text that a spreadsheet would take for a formula is kept from it. */
function cell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = typeof value === "string" && /^[=+@\-\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows of cells as a text, each with its end of line. */
export const csvText = (rows) => rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";

/** Hands a text over as a file. */
export function saveAs(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
