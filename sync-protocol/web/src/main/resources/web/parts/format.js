// How values, units, times and reasons look to a person. Pure functions.
import { decimal, t, word } from "/assets/parts/text.js";

/** UCUM codes whose printed form differs; others are shown as they are. */
const UNITS = {
  Cel: "°C",
  "[degF]": "°F",
  deg: "°",
  Ohm: "Ω",
  "m/s2": "m/s²",
  m2: "m²",
  m3: "m³",
  "m3/h": "m³/h",
  "L/min": "L/min",
  "{rpm}": "rpm",
  "/min": "1/min",
  "kW.h": "kWh",
  "mm/s": "mm/s",
  1: "",
};

export const unitText = (unit) => (unit ? (UNITS[unit] ?? unit.replaceAll(".", "·")) : "");

/** A number with as many digits as carry meaning on a panel; texts and booleans as they are. */
export function valueText(value) {
  if (value === null || value === undefined) {
    return "—";
  }
  if (typeof value === "boolean") {
    return t(value ? "format.on" : "format.off");
  }
  if (typeof value !== "number") {
    return String(value);
  }
  if (Number.isInteger(value) && Math.abs(value) < 1e15) {
    return String(value);
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) {
    return decimal(value.toExponential(3));
  }
  const digits = size >= 1000 ? 1 : size >= 10 ? 2 : 3;
  return decimal(String(Number(value.toFixed(digits)))); // No zeros behind that nobody measured.
}

/** A value with its unit. */
export function quantity(value, unit) {
  const text = valueText(value);
  const u = typeof value === "boolean" ? "" : unitText(unit);
  return u ? `${text} ${u}` : text;
}

/** Milliseconds since 1970 of an RFC 3339 time; NaN for none. */
export function millis(time) {
  // More than three digits of a second are not every browser's.
  return time ? Date.parse(time.replace(/(\.\d{3})\d+/, "$1")) : NaN;
}

/** How long ago, in one unit: "3 s", "12 min", "5 h", "8 d". */
export function durationText(ms) {
  if (!Number.isFinite(ms)) {
    return "—";
  }
  const s = Math.max(0, ms) / 1000;
  if (s > 0 && s < 0.1) {
    return "< 0.1 s";
  }
  if (s < 10) {
    return `${decimal(s.toFixed(s < 0.95 ? 1 : 0))} s`;
  }
  if (s < 90) {
    return `${Math.round(s)} s`;
  }
  if (s < 90 * 60) {
    return `${Math.round(s / 60)} min`;
  }
  if (s < 36 * 3600) {
    return `${Math.round(s / 3600)} h`;
  }
  return `${Math.round(s / 86_400)} d`;
}

const pad = (n, size = 2) => String(n).padStart(size, "0");

/** The time of day here, and the date where it is not today. */
export function timeText(time, now = Date.now()) {
  const ms = typeof time === "number" ? time : millis(time);
  if (!Number.isFinite(ms)) {
    return "—";
  }
  const d = new Date(ms);
  const clock = `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
  const today = new Date(now).toDateString() === d.toDateString();
  return today ? clock : `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())} ${clock}`;
}

/** A reason's code as words: comms-lost becomes "comms lost". */
export const reasonText = (reason) => (reason ? word("reason", reason) : "");

/** How long ago, as a phrase. */
export const agoText = (ms) => t("format.ago", { span: durationText(ms) });

/** A count with thin spaces between thousands; the interface gives large ones as text. */
export function countText(n) {
  if (n === null || n === undefined) {
    return "—";
  }
  return String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

export function bytesText(n) {
  if (!Number.isFinite(n)) {
    return "—";
  }
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let i = 0;
  let size = n;
  while (size >= 1024 && i < units.length - 1) {
    size /= 1024;
    i++;
  }
  return `${i === 0 ? size : decimal(size.toFixed(size < 10 ? 1 : 0))} ${units[i]}`;
}

/** Hours as people count them: minutes where they are few, days where they are many. */
export function hoursText(hours) {
  if (!Number.isFinite(hours)) {
    return "—";
  }
  if (hours < 2) {
    return `${Math.round(hours * 60)} min`;
  }
  return hours < 72 ? `${Math.round(hours)} h` : t("format.days", { n: Math.round(hours / 24) });
}

/** A lag or time to drain: seconds as a number, or a text that is shown as it is. */
export function spanText(span) {
  return typeof span === "number" ? durationText(span * 1000) : (span ?? "—");
}

/** Seconds as the interface gives them, "4.2s": in the unit that people count in, with their sign. */
export function secondsText(text) {
  const seconds = parseFloat(text ?? "");
  return seconds === 0 ? "0 s" : (seconds < 0 ? "−" : "") + durationText(Math.abs(seconds) * 1000);
}

/** A part of one as percent. */
export const percentText = (part) => (Number.isFinite(part) ? `${decimal((part * 100).toFixed(1))} %` : "—");
