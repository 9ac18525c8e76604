/**
 * The share link: what the page shows, written behind the # of its address.
 *
 * It holds the scenario (by name, or its whole text where it is the reader's own), the values of
 * the controls that were moved, the view and the language. Numbers are written with every digit, so
 * that a link read back gives the very same question. Nothing of it is sent to any server.
 */
import { LANGS, type Lang } from "../lang/index.svelte";

export const VIEWS = [
  "answer",
  "compare",
  "trade",
  "prices",
  "welfare",
  "timeline",
  "uncertainty",
  "design",
  "claims",
  "share",
] as const;
/** How many scenarios may stand beside the question; the server takes eight in all. */
export const MOST_BESIDE = 7;

export type View = (typeof VIEWS)[number];

export type Value = number | string | boolean;

export interface Link {
  /** Name of a shipped scenario; empty where `toml` is given. */
  scenario: string;
  /** The reader's own scenario, whole. */
  toml: string;
  /** Scenario to compare with; empty for the one that the question names itself. */
  baseline: string;
  /** Controls that were moved, by their id. */
  changes: Record<string, Value>;
  /** Names of the shipped scenarios that stand beside it. */
  beside: string[];
  /** Address of the reader's own tables; empty for the shipped ones. */
  tables: string;
  view: View;
  lang: Lang | null;
}

/** Return the link as the text behind the #. */
export function written(link: Link): string {
  const parts = new URLSearchParams();
  if (link.toml) parts.set("toml", packed(link.toml));
  else parts.set("s", link.scenario);
  if (link.baseline) parts.set("b", link.baseline);
  for (const id of Object.keys(link.changes).sort()) {
    parts.set(`c.${id}`, valueText(link.changes[id]!));
  }
  for (const name of link.beside) parts.append("k", name);
  if (link.tables) parts.set("t", link.tables);
  parts.set("v", link.view);
  if (link.lang !== null) parts.set("l", link.lang);
  return parts.toString();
}

/** Return the link that a text behind a # stands for; what it does not say is the default. */
export function read(text: string, standard: string): Link {
  const parts = new URLSearchParams(text.replace(/^#/, ""));
  const changes: Record<string, Value> = {};
  for (const [key, value] of parts) {
    if (key.startsWith("c.")) changes[key.slice(2)] = valueOf(value);
  }
  const view = parts.get("v") as View;
  const lang = parts.get("l") as Lang;
  return {
    scenario: parts.get("s") ?? standard,
    toml: unpacked(parts.get("toml") ?? ""),
    baseline: parts.get("b") ?? "",
    changes,
    beside: [...new Set(parts.getAll("k"))].slice(0, MOST_BESIDE),
    tables: parts.get("t") ?? "",
    view: VIEWS.includes(view) ? view : "answer",
    lang: LANGS.includes(lang) ? lang : null,
  };
}

/** A number is written bare; a word in quotes, so that "1" and 1 do not become one. */
function valueText(value: Value): string {
  return JSON.stringify(value);
}

function valueOf(text: string): Value {
  try {
    const found: unknown = JSON.parse(text);
    if (["number", "string", "boolean"].includes(typeof found)) return found as Value;
  } catch {
    // A hand-written link may hold a bare word.
  }
  return text;
}

function packed(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function unpacked(text: string): string {
  if (!text) return "";
  try {
    const letters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return new TextDecoder("utf-8", { fatal: true }).decode(
      Uint8Array.from(letters, (letter) => letter.charCodeAt(0)),
    );
  } catch {
    return "";
  }
}
