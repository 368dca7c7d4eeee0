// What the pages say, in the language of the browser or of the person's choice.
import de from "/assets/texts/de.js";
import en from "/assets/texts/en.js";

const ALL = { en, de };
const KEPT_AS = "drme-language";

/** A page says which it has, `<html data-languages="en de">`; without a word it is English. */
const offered = (document.documentElement.dataset.languages ?? "en").split(" ");

function chosen() {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null; // Storage is forbidden; the browser's preference counts then.
  }
}

function wanted() {
  const asked = [chosen(), ...navigator.languages.map((l) => l.slice(0, 2).toLowerCase())];
  return asked.find((l) => offered.includes(l)) ?? offered[0];
}

/** Two letters: what the page speaks. */
export const language = wanted();
document.documentElement.lang = language;

const texts = ALL[language];

/** What the page can speak: [{id, name}]. */
export const languages = offered.map((id) => ({ id, name: ALL[id]["language.name"] }));

/** Speaks another language from now on. Where one is in a page stands in its address. */
export function speak(id) {
  try {
    localStorage.setItem(KEPT_AS, id);
  } catch {
    // Storage is forbidden; the choice can't be kept.
  }
  location.reload();
}

/** The text of a key, with {name} filled in; where there are two forms, `n` says which. */
export function t(key, values = {}) {
  const text = texts[key] ?? key;
  const form = typeof text === "string" ? text : Number(values.n) === 1 ? text.one : text.other;
  return form.replace(/\{([a-z]+)\}/g, (_, name) => values[name] ?? "");
}

/** The word for a code of the interface, such as a reason; a code that is new is shown as it is. */
export const word = (kind, code) => texts[`${kind}.${code}`] ?? String(code ?? "").replaceAll("-", " ");

/** A number's text with the decimal sign of the language. */
export const decimal = (text) => (language === "de" ? text.replace(".", ",") : text);
