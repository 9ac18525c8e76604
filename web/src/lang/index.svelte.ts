/** The language of the page: one dictionary per language, the same keys in both. */
import { en } from "./en";
import { ja } from "./ja";

export type Key = keyof typeof en;
export type Lang = "en" | "ja";

export const LANGS: readonly Lang[] = ["en", "ja"];

const words: Record<Lang, Record<Key, string>> = { en, ja };

export const language = $state<{ now: Lang }>({ now: preferred() });

/** Return a text of the page, with `{name}` replaced by the values given. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return words[language.now][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  );
}

/** Return the text of a key that is put together while running, or undefined where there is none. */
export function maybe(key: string): string | undefined {
  return (words[language.now] as Record<string, string>)[key];
}

function preferred(): Lang {
  const asked = typeof navigator === "undefined" ? "en" : navigator.language;
  return asked.startsWith("ja") ? "ja" : "en";
}
