/** Texts that come from the data or the engine: translated where a translation is known. */
import { country, figureLabel } from "../lib/names";
import { day, month } from "../lib/numbers";
import { inSentence } from "../lib/words";
import { language, maybe } from "./index.svelte";
import { patterns, sentences } from "./ja_data";
import { errors } from "./ja_errors";
import { doing, found } from "./ja_jobs";
import { columns, tables, words } from "./ja_names";

export interface Told {
  text: string;
  /** Language of the text where it is not the page's own. */
  lang: "en" | undefined;
}

/** Names of figures by the label that the engine's sentences call them by. */
const figures = new Map<string, string>();

/** Keep the labels of an answer's figures, for the sentences that name them. */
export function know(answered: readonly { name: string; label: string }[]): void {
  for (const figure of answered) figures.set(figure.label.toLowerCase(), figure.name);
}

function labelled(text: string): string | undefined {
  const name = figures.get(text.toLowerCase());
  if (name !== undefined) return figureLabel(name);
  if (/^(US|JP|[A-Z]{3})$/.test(text)) return country(text);
  return maybe(`control.parameter.${text.replace(/ /g, "_")}`);
}

/** Return the label of an input of the model: a parameter by its name, else the engine's words. */
export function inputLabel(key: string, label: string): string {
  const parameter = maybe(`control.${key}`);
  return parameter ?? ofData(label).text;
}

/** Return an English text of the data in the page's language, else as it is, marked as English. */
export function ofData(text: string): Told {
  if (language.now === "en") return { text, lang: undefined };
  text = text.replace(/\u00a0/g, " ");
  const whole = sentences[text] ?? doing[text] ?? fitted(text);
  return whole === undefined ? { text, lang: "en" } : { text: whole, lang: undefined };
}

/** Return a figure that is a text, such as a day or a list of names, in the page's language. */
export function ofFigure(text: string): string {
  if (language.now === "en") return text;
  return sentences[text] ?? fitted(text) ?? numbers(text);
}

/** Return an identifier of the server in words: in Japanese by its list, else as readable words. */
export function nameOf(kind: "table" | "column", identifier: string): string {
  const known = kind === "table" ? tables : columns;
  return (language.now === "ja" ? known[identifier] : undefined) ?? inSentence(identifier);
}

type Form = readonly [RegExp, string];

// A hole `{1}` takes any text, `{1:n}` a number.
function compiled([english, japanese]: readonly [string, string]): Form {
  const parts = english.split(/(\{\d(?::n)?\})/).map((part) => {
    const hole = /^\{(\d)(:n)?\}$/.exec(part);
    if (!hole) return escaped(part);
    return `(?<n${hole[1]}>${hole[2] ? "[\\d.,]+" : ".+?"})`;
  });
  return [new RegExp(`^${parts.join("")}$`, "su"), japanese];
}

const said = [...found, ...patterns].map(compiled);
const refused = errors.map(compiled);

function fitted(text: string): string | undefined {
  return filledIn(said, text, numbers) ?? filledIn(refused, text, (same) => same);
}

/** Fit a text into the first form that it has; a hole may hold a text of its own. */
function filledIn(
  forms: readonly Form[],
  text: string,
  rest: (text: string) => string,
): string | undefined {
  for (const [form, japanese] of forms) {
    const match = form.exec(text);
    if (match === null) continue;
    const groups = match.groups;
    return japanese.replace(/\{(\d)\}/g, (_, hole: string) => {
      const held = groups?.[`n${hole}`] ?? "";
      return sentences[held] ?? labelled(held) ?? filledIn(forms, held, rest) ?? rest(held);
    });
  }
  return undefined;
}

const SIZES = { million: 1e6, billion: 1e9, trillion: 1e12 };
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

/** Sums, days and names of the engine's English as a Japanese reader has them: 6.09億ドル. */
function numbers(text: string): string {
  return text
    .replace(
      /([-\u2212]?)([\d,]+(?:\.\d+)?) (million|billion|trillion) (USD|JPY)/g,
      (_, sign: string, digits: string, word: keyof typeof SIZES, unit: string) =>
        `${sign}${compact(Number(digits.replace(/,/g, "")) * SIZES[word])}${unit === "USD" ? "ドル" : "円"}`,
    )
    .replace(/([\d,]+(?:\.\d+)?) USD/g, "$1ドル")
    .replace(/(\d) %/g, "$1％")
    .replace(/\b\d{4}-\d{2}-\d{2}\b/g, day)
    .replace(/\b\d{4}-\d{2}\b/g, month)
    .replace(
      new RegExp(`\\b(${MONTHS.join("|")}) (\\d{4})\\b`, "g"),
      (_, name: string, year: string) =>
        month(`${year}-${String(1 + MONTHS.indexOf(name)).padStart(2, "0")}`),
    )
    .replace(
      /the calibrated 2024 world(, [^;(]*)?, under the measures of ([^;(]*) \(/g,
      "2024年の現状、法令は$2（",
    )
    .replace(
      /\b[a-z][a-z0-9_.-]*[a-z0-9]\b/g,
      (word) => words[word] ?? maybe(`title.${word}`) ?? word,
    )
    .replace(/; /g, "、")
    .replace(/ \(/g, "（")
    .replace(/\)/g, "）")
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
