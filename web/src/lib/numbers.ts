/**
 * Numbers for people, in the page's language: three digits, units, signs.
 *
 * Japanese readers get 万 and 億 (万台, 億円, 万円); English readers million and billion. Digits
 * follow the same rule in both: as many as a model's answer deserves.
 */
import { language, maybe, t } from "../lang/index.svelte";

export type Unit = string;

export const NONE = "–";
const MINUS = "−";

/** Return how many significant digits show the difference of two levels. */
export function digitsFor(a: number | null, b: number | null, least = 3, most = 5): number {
  if (a === null || b === null || a === b) return least;
  const size = Math.max(Math.abs(a), Math.abs(b));
  const needed = 2 + Math.floor(Math.log10(size)) - Math.floor(Math.log10(Math.abs(a - b)));
  return Math.min(most, Math.max(least, needed));
}

/** Return a bare number: compact where it is long, no more digits than asked. */
export function number(value: number, digits = 3, compact = true): string {
  const kept = Number(value.toPrecision(digits));
  const from = language.now === "ja" ? 1e4 : 1e6;
  const short = compact && Math.abs(kept) >= from;
  const options: Intl.NumberFormatOptions = short
    ? {
        notation: "compact",
        compactDisplay: language.now === "ja" ? "short" : "long",
        minimumSignificantDigits: Math.min(digits, idle(kept, digits)),
        maximumSignificantDigits: digits,
      }
    : { maximumSignificantDigits: Math.max(digits, wholeDigits(kept)) };
  return format(kept, options);
}

/** Return a value with its unit, as "19,370 USD per vehicle" or "1.94万ドル". */
export function quantity(value: number | null, unit: Unit, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  return t(unitKey(unit), { n: bare(value, unit, digits) });
}

/** Return a value as `quantity` does, with a plus where it is above zero. */
export function change(value: number | null, unit: Unit, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  return t(unitKey(unit), { n: signed(value, bare(value, unit, digits)) });
}

export interface Parts {
  before: string;
  number: string;
  after: string;
}

/** Return a quantity as number and unit apart, so that a page can set them in two sizes. */
export function apart(value: number, unit: Unit, isChange = false, digits = 3): Parts {
  const [before = "", after = ""] = t(unitKey(unit)).split("{n}");
  const text = bare(value, unit, digits);
  return { before, number: isChange ? signed(value, text) : text, after };
}

/** Return the number of a quantity without its unit. */
export function bare(value: number, unit: Unit, digits = 3): string {
  if (isCount(unit)) {
    if (value !== 0 && Math.abs(value) < 0.5) return t("number.less_than_one");
    if (Math.abs(value) < 99.5) return format(Math.round(value), { maximumFractionDigits: 0 });
    return number(Math.round(value), digits);
  }
  if (unit === "USD per vehicle") return number(value, Math.max(digits, 4), false);
  if (unit === "JPY per vehicle") return number(value, Math.max(digits, 4), language.now === "ja");
  if (unit.startsWith("index"))
    return format(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return number(value, digits);
}

/** Return two levels with enough digits that their difference can be seen. */
export function pair(a: number | null, b: number, unit: Unit): [string, string] {
  const isPrice = unit.includes("per vehicle");
  const digits = isPrice ? digitsFor(a, b, 4, 6) : digitsFor(a, b);
  return [a === null ? NONE : bare(a, unit, digits), bare(b, unit, digits)];
}

/** Return a change in per cent of a level, signed. The value given is in per cent. */
export function percent(value: number | null, plus = true): string {
  if (value === null || !Number.isFinite(value)) return "";
  const size = Math.abs(value);
  if (value === 0) return `0${gap()}%`;
  if (size < 0.005) return t(value > 0 ? "number.under_percent" : "number.over_minus_percent");
  const places = size < 1 ? 2 : size < 10 ? 1 : 0;
  const text = format(value, { minimumFractionDigits: places, maximumFractionDigits: places });
  return `${plus ? signed(value, text) : text}${gap()}%`;
}

/** Return a ratio (0.15) in per cent without a sign of plus. */
export function share(ratio: number, places = 1): string {
  return `${format(100 * ratio, { maximumFractionDigits: places })}${gap()}%`;
}

/** Return the value of an input with the digits of its step. */
export function setting(value: number, step: number): string {
  const places = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
  return format(value, { maximumFractionDigits: places });
}

/** Return a date of the form 2026-03-01 as it is written in the page's language. */
export function day(iso: string): string {
  const found = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(found.getTime())) return iso;
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeZone: "UTC" }).format(found);
}

/** Return a month of the form 2026-03 as it is written in the page's language. */
export function month(iso: string): string {
  const found = new Date(`${iso}-01T00:00:00Z`);
  if (Number.isNaN(found.getTime())) return iso;
  return new Intl.DateTimeFormat(locale(), {
    year: "numeric",
    month: "short",
    timeZone: "UTC",
  }).format(found);
}

/** Return an axis tick: short, no unit. */
export function tick(value: number): string {
  return format(value, {
    notation: "compact",
    compactDisplay: "short",
    maximumSignificantDigits: 3,
  });
}

/** Return a sum of USD in yen at a rate, for readers who count in 億円. */
export function inYen(usd: number, rate: number, plus = false): string {
  return plus ? change(usd * rate, "JPY") : quantity(usd * rate, "JPY");
}

/** Return whether a unit counts whole things. */
export function isCount(unit: Unit): boolean {
  return ["vehicles", "vehicle", "units", "cars", "jobs"].includes(unit.split(" ")[0] ?? "");
}

function unitKey(unit: Unit): "unit.bare" {
  const key = `unit.${unit}`;
  return (maybe(key) === undefined ? "unit.bare" : key) as "unit.bare";
}

function signed(value: number, text: string): string {
  return value > 0 && /[1-9]/.test(text) && !text.startsWith("+") ? `+${text}` : text;
}

function format(value: number, options: Intl.NumberFormatOptions): string {
  const kept = Object.is(value, -0) ? 0 : value;
  return new Intl.NumberFormat(locale(), options).format(kept).replace(/^-/, MINUS);
}

function wholeDigits(value: number): number {
  return value === 0 ? 1 : Math.max(1, Math.floor(Math.log10(Math.abs(value))) + 1);
}

/** Return how many digits are shown at least: none idle, so that 20,000 is 2万 and not 2.00万. */
function idle(value: number, digits: number): number {
  const text =
    Math.abs(value)
      .toExponential(digits - 1)
      .split("e")[0] ?? "1";
  return Math.max(1, text.replace(".", "").replace(/0+$/, "").length);
}

function gap(): string {
  return language.now === "ja" ? "" : " ";
}

function locale(): string {
  return language.now === "ja" ? "ja-JP" : "en-US";
}
