/** The answer in words and key figures: which are shown first, and sentences in either language. */
import { t, type Lang } from "../lang/index.svelte";
import type { Answer, Figure } from "./api";
import { digitsFor, number, quantity, change as changed } from "./numbers";

const SMALL = 0.5e6; // USD a year below which nobody gains or loses
const SMALL_PERCENT = 0.05;

/** Figures by how soon a reader looks for them. */
export const KEY: readonly string[] = [
  ...["support_per_vehicle_usd", "support_outlay_usd", "units_without_support", "demand_shift_usd"],
  ...["balance_us_jp_net_usd", "balance_us_jp_gross_usd", "units_JPN_to_US", "units_USA_to_JP"],
  ...["price_index_US", "price_index_JP", "units_total_US"],
  ...["consumer_surplus_US_usd", "consumer_surplus_JP_usd"],
  ...["government_US_usd", "government_JP_usd", "profits", "welfare_world_usd"],
];
const MOST = 12;

/** Return the figures with the sum of all profits among them. */
export function withProfits(figures: Figure[]): Figure[] {
  const profits = figures.filter((figure) => /^profit_.+_usd$/.test(figure.name));
  if (profits.length === 0) return figures;
  const sum = (pick: (figure: Figure) => number | null): number =>
    profits.reduce((total, figure) => total + (pick(figure) ?? 0), 0);
  const baseline = sum((figure) => figure.baseline);
  const scenario = sum((figure) => figure.scenario);
  const total: Figure = {
    name: "profits",
    label: "",
    unit: "USD",
    baseline,
    scenario,
    change: scenario - baseline,
    percent: baseline ? (100 * (scenario - baseline)) / Math.abs(baseline) : null,
    low: null,
    high: null,
  };
  return [...figures, total];
}

/** Return the key figures: those that the question is about, and those that move. */
export function keyFigures(figures: Figure[]): Figure[] {
  const found = KEY.map((name) => figures.find((figure) => figure.name === name)).filter(
    (figure) => figure !== undefined,
  );
  const moves = (figure: Figure): boolean =>
    figure.change === null || Math.abs(figure.change) > 2e-6 * Math.abs(figure.scenario);
  const moving = found.filter(moves);
  const shown = moving.length >= 4 ? moving : found;
  return shown.slice(0, MOST);
}

/** Return the answer in sentences: the engine's own in English, the same from the figures in Japanese. */
export function sentences(answer: Answer, lang: Lang): string[] {
  if (lang === "en" && answer.answer.length > 0) return answer.answer;
  const table = new Map(withProfits(answer.figures).map((figure) => [figure.name, figure]));
  return [first(table, answer.answer[0] ?? ""), people(table), balance(table)].filter(
    (text) => text !== "",
  );
}

function first(table: Map<string, Figure>, engine: string): string {
  const support = table.get("support_per_vehicle_usd");
  const without = table.get("units_without_support");
  const outlay = table.get("support_outlay_usd");
  if (support && without && table.has("units_committed")) {
    const values = {
      units: quantity(table.get("units_committed")!.scenario, "vehicles"),
      without: quantity(without.scenario, "vehicles"),
      interval: span(without),
      support: quantity(Number(support.scenario.toPrecision(3)), "USD per vehicle"),
      outlay: quantity(outlay?.scenario ?? 0, "USD"),
      value: quantity(Math.abs(table.get("balance_us_jp_gross_usd")?.change ?? 0), "USD"),
      scale: scale(engine),
    };
    return t(support.scenario > 0 ? "say.promise" : "say.promise_free", values);
  }
  if (without) {
    const values = { without: quantity(without.scenario, "vehicles"), interval: span(without) };
    if (outlay && outlay.scenario > 0) {
      return t("say.entry_support", { ...values, outlay: quantity(outlay.scenario, "USD") });
    }
    return t("say.entry", values);
  }
  const parts = [shift(table), market(table, "US"), market(table, "JP"), shipped(table)];
  const said = parts.filter((part) => part !== "");
  return said.length ? t("say.end", { text: said.join(t("say.and")) }) : t("say.nothing");
}

/** Return what part of the whole deficit that is, which the engine alone knows. */
function scale(engine: string): string {
  const found = /about ([\d.]+) % of the ([\d.]+) billion USD US goods deficit/.exec(engine);
  if (!found) return "";
  return t("say.scale", { share: found[1]!, deficit: quantity(Number(found[2]) * 1e9, "USD") });
}

function shift(table: Map<string, Figure>): string {
  const figure = table.get("demand_shift_usd");
  return figure ? t("say.shift", { value: quantity(figure.scenario, "USD") }) : "";
}

function market(table: Map<string, Figure>, code: "US" | "JP"): string {
  const price = (table.get(`price_index_${code}`)?.scenario ?? 100) - 100;
  const units = table.get(`units_total_${code}`)?.percent ?? 0;
  if (Math.max(Math.abs(price), Math.abs(units)) < SMALL_PERCENT) return "";
  return t(`say.market_${code}`, {
    price: moves(price, "rise", "fall"),
    units: moves(units, "more", "fewer"),
  });
}

function moves(percent: number, up: "rise" | "more", down: "fall" | "fewer"): string {
  if (Math.abs(percent) < SMALL_PERCENT) return t("say.hardly");
  return t(percent > 0 ? `say.${up}` : `say.${down}`, { n: number(Math.abs(percent), 2) });
}

function shipped(table: Map<string, Figure>): string {
  const figure = table.get("units_JPN_to_US");
  if (!figure || figure.baseline === null || Math.abs(figure.percent ?? 0) < SMALL_PERCENT)
    return "";
  const digits = digitsFor(figure.baseline, figure.scenario);
  return t("say.shipped", {
    from: quantity(figure.baseline, "vehicles", digits),
    to: quantity(figure.scenario, "vehicles", digits),
  });
}

function people(table: Map<string, Figure>): string {
  const names = [
    ...["consumer_surplus_US_usd", "consumer_surplus_JP_usd"],
    ...["government_US_usd", "government_JP_usd", "profits"],
  ] as const;
  const parts = names.flatMap((name) => {
    const value = table.get(name)?.change ?? 0;
    if (Math.abs(value) < SMALL) return [];
    const words = { who: t(`say.${name}` as "say.profits"), n: quantity(Math.abs(value), "USD") };
    return [t(value > 0 ? "say.gain" : "say.lose", words)];
  });
  if (parts.length === 0) return t("say.nobody");
  return t("say.a_year", { text: parts.join(t("say.and")) });
}

function balance(table: Map<string, Figure>): string {
  const net = table.get("balance_us_jp_net_usd")?.change ?? 0;
  if (Math.abs(net) < SMALL) return t("say.balance_still");
  const other = (name: string): string => changed(table.get(name)?.change ?? 0, "USD");
  return t(net > 0 ? "say.balance_smaller" : "say.balance_larger", {
    n: quantity(Math.abs(net), "USD"),
    gross: other("balance_us_jp_gross_usd"),
    content: other("balance_us_jp_content_usd"),
  });
}

function span(figure: Figure): string {
  if (figure.low === null || figure.high === null) return "";
  return t("say.interval", {
    low: quantity(figure.low, "vehicles"),
    high: quantity(figure.high, "vehicles"),
  });
}
