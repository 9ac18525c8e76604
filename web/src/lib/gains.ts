/** Who gains and who loses, in few rows: the largest carmakers by name, the rest together. */
import { t } from "../lang/index.svelte";
import { party } from "./names";
import { amount, text, type Row } from "./tables";

export interface Gain {
  who: string;
  value: number;
  /** A sum of other rows: a nation or the world. */
  isSum: boolean;
}

const SMALL = 0.5e6; // USD a year

/** Return the rows of a picture from the table of welfare; empty where nobody gains or loses. */
export function gains(rows: Row[], firms: number): Gain[] {
  const part = (name: string): Row[] => rows.filter((row) => row.component === name);
  const simple = (row: Row, isSum = false): Gain => ({
    who: party(text(row.who)),
    value: amount(row.change_usd),
    isSum,
  });
  const makers = part("firms")
    .map((row) => simple(row))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const named = makers.slice(0, firms).filter((gain) => Math.abs(gain.value) >= SMALL);
  const rest = makers.filter((gain) => !named.includes(gain));
  const others: Gain = {
    who: t("welfare.other_firms"),
    value: rest.reduce((sum, gain) => sum + gain.value, 0),
    isSum: false,
  };
  const found = [
    ...["consumers", "governments", "dealers"].flatMap((name) =>
      part(name).map((row) => simple(row)),
    ),
    ...named,
    ...(rest.length ? [others] : []),
    ...[...part("national"), ...part("world")].map((row) => simple(row, true)),
  ];
  const moving = found.filter((gain) => Math.abs(gain.value) >= SMALL);
  return moving.some((gain) => !gain.isSum) ? moving : [];
}
