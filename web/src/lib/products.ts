/** Prices and units of products, put together by segment or carmaker. */
import { amount, text, type Row } from "./tables";

export interface Group {
  id: string;
  /** Change of the mean price at the units of the baseline, per cent; null where all are new. */
  price: number | null;
  /** Change of units, per cent; null where there were none. */
  units: number | null;
  priceBefore: number | null;
  unitsBefore: number;
  unitsAfter: number;
}

/** Return the groups, the largest first. Prices have the weights of the baseline. */
export function grouped(rows: Row[], by: "segment" | "firm"): Group[] {
  const sets = new Map<string, Row[]>();
  for (const row of rows) {
    const id = text(row[by]);
    sets.set(id, [...(sets.get(id) ?? []), row]);
  }
  return [...sets]
    .map(([id, members]) => groupOf(id, members))
    .sort((a, b) => b.unitsBefore - a.unitsBefore);
}

function groupOf(id: string, rows: Row[]): Group {
  const sum = (value: (row: Row) => number): number =>
    rows.reduce((total, row) => total + value(row), 0);
  const before = sum((row) => amount(row.units_baseline));
  const after = sum((row) => amount(row.units_scenario));
  const old = rows.filter((row) => row.price_baseline !== null && amount(row.units_baseline) > 0);
  const spent = (key: string): number =>
    old.reduce((total, row) => total + amount(row[key]) * amount(row.units_baseline), 0);
  const [first, second] = [spent("price_baseline"), spent("price_scenario")];
  return {
    id,
    price: first > 0 ? 100 * (second / first - 1) : null,
    units: before > 0 ? 100 * (after / before - 1) : null,
    priceBefore: before > 0 ? first / before : null,
    unitsBefore: before,
    unitsAfter: after,
  };
}
