/** Texts that come from the data or the engine: translated where a translation is known. */
import { language } from "./index.svelte";
import { patterns, sentences } from "./ja_data";

export interface Told {
  text: string;
  /** Language of the text where it is not the page's own. */
  lang: "en" | undefined;
}

/** Return an English text of the data in the page's language, else as it is, marked as English. */
export function ofData(text: string): Told {
  if (language.now === "en") return { text, lang: undefined };
  const whole = sentences[text] ?? fitted(text);
  return whole === undefined ? { text, lang: "en" } : { text: whole, lang: undefined };
}

const compiled = patterns.map(([english, japanese]) => {
  const parts = english
    .split(/(\{\d\})/)
    .map((part) => (/^\{\d\}$/.test(part) ? `(?<n${part[1]}>.+?)` : escaped(part)));
  return [new RegExp(`^${parts.join("")}$`, "u"), japanese] as const;
});

function fitted(text: string): string | undefined {
  for (const [form, japanese] of compiled) {
    const match = form.exec(text);
    const groups = match?.groups ?? {};
    if (match)
      return japanese.replace(/\{(\d)\}/g, (_, hole: string) => filled(groups[`n${hole}`] ?? ""));
  }
  return undefined;
}

/** What stands in a hole may be a text of its own. */
function filled(text: string): string {
  return sentences[text] ?? fitted(text) ?? numbers(text);
}

/** Sums of the engine's English as a Japanese reader counts them: 609 million USD is 6.09億ドル. */
function numbers(text: string): string {
  const size = { million: 1e6, billion: 1e9, trillion: 1e12 };
  return text
    .replace(
      /(-?[\d,]+(?:\.\d+)?) (million|billion|trillion) (USD|JPY)/g,
      (_, digits: string, word: keyof typeof size, unit: string) =>
        `${compact(Number(digits.replace(/,/g, "")) * size[word])}${unit === "USD" ? "ドル" : "円"}`,
    )
    .replace(/(-?[\d,]+(?:\.\d+)?) USD/g, "$1ドル")
    .replace(/ and /g, "と")
    .replace(/ against /g, " 対 ");
}

function compact(value: number): string {
  return new Intl.NumberFormat("ja-JP", {
    notation: "compact",
    maximumSignificantDigits: 4,
  }).format(value);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
