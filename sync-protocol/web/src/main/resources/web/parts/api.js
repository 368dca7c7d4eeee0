// Talks to the REST interface of the program that served this page.
import { t } from "/assets/parts/text.js";

/** An answer that is a problem (RFC 9457), with what a person needs. */
export class ProblemError extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || "the request failed");
    this.problem = problem;
  }

  /** What, and what to do. */
  get text() {
    return [this.problem.detail, this.problem.remedy].filter(Boolean).join(". ");
  }
}

const REQUEST_LIMIT_MS = 20_000;

/** Name and PIN for one request, where a screen is signed in for everybody. */
function credentials(person) {
  const bytes = new TextEncoder().encode(`${person.name}:${person.pin}`);
  return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}

async function request(method, path, body, person, limitMs = REQUEST_LIMIT_MS) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(person ? credentials(person) : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(limitMs),
    });
  } catch {
    throw new ProblemError({
      status: 0,
      detail: t("api.no-answer"),
      remedy: t("api.no-answer.remedy"),
    });
  }
  if (response.status === 204) {
    return null;
  }
  const json = await response.json().catch(() => ({ title: t("api.status", { n: response.status }) }));
  if (response.ok) {
    return json;
  }
  if (response.status === 401 && !person && path !== "/api/v1/session") {
    signIn();
  }
  throw new ProblemError({ status: response.status, ...json });
}

/** The path with query parameters; those without a value are left out. */
export function withQuery(path, query = {}) {
  const given = Object.entries(query).filter(([, v]) => v !== undefined && v !== null && v !== "");
  const text = new URLSearchParams(given).toString();
  return text ? `${path}?${text}` : path;
}

export const get = (path, query) => request("GET", withQuery(path, query));

/** `person` ({name, pin}) does it in the place of who is signed in. */
export const post = (path, body = {}, person = null, limitMs = REQUEST_LIMIT_MS) =>
  request("POST", path, body, person, limitMs);
export const remove = (path) => request("DELETE", path);

/** All items of a list, page by page, but no more than `most`. */
export async function list(path, query = {}, most = 20_000) {
  const items = [];
  let cursor;
  do {
    const page = await get(path, { ...query, cursor });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor && items.length < most);
  return items;
}

/** Goes to the sign-in and comes back afterwards. */
export function signIn() {
  const here = location.pathname + location.hash;
  location.replace(withQuery("/sign-in", { next: here === "/" ? "" : here }));
}

/** Who is signed in: {name, role}; goes to the sign-in where nobody is. */
export async function session() {
  const who = await get("/api/v1/session");
  if (!who.name) {
    signIn();
    return new Promise(() => {}); // The page is left.
  }
  return who;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/**
 * Does what a page can't be without, again until it is done, after longer and longer waits.
 *
 * @param act does it
 * @param failed is told why it was not, in words, and null once it was
 * @returns a promise: what `act` gave
 */
export async function untilDone(act, failed) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    try {
      const done = await act();
      failed(null);
      return done;
    } catch (e) {
      failed(e instanceof ProblemError ? e.text : String(e));
    }
    // Spread over time, so that a hundred pages do not come back in the same instant.
    await new Promise((resume) => setTimeout(resume, wait * (0.5 + Math.random())));
  }
}

const ROLES = ["viewer", "wall", "operator", "engineer", "admin"];

/** Whether somebody with role `mine` may do what `needed` may. */
export const mayAct = (mine, needed) => ROLES.indexOf(mine) >= ROLES.indexOf(needed);
