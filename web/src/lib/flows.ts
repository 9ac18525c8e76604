/** Flows of vehicles from countries to markets, small origins put together. */
import { t } from "../lang/index.svelte";
import { country } from "./names";
import { amount, text, type Row } from "./tables";

export interface Flow {
  from: string;
  to: string;
  baseline: number;
  scenario: number;
  change: number;
}

const SHOWN = 8; // origins that have a name of their own

/** Return the flows of a table, the largest first, as countries' names. */
export function flowsOf(rows: Row[]): Flow[] {
  return rows
    .map((row) => {
      const [baseline, scenario] = [amount(row.units_baseline), amount(row.units_scenario)];
      return {
        from: country(text(row.origin)),
        to: country(text(row.destination)),
        ...{ baseline, scenario, change: scenario - baseline },
      };
    })
    .sort((a, b) => b.scenario - a.scenario);
}

/** Return the flows with all origins but the largest (by a size) as one. */
export function gathered(flows: Flow[], size: (flow: Flow) => number): Flow[] {
  const totals = new Map<string, number>();
  for (const flow of flows) totals.set(flow.from, (totals.get(flow.from) ?? 0) + size(flow));
  const named = [...totals].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const kept = new Set(named.slice(0, named.length > SHOWN + 1 ? SHOWN : named.length));
  const sums = new Map<string, Flow>();
  for (const flow of flows) {
    const from = kept.has(flow.from) ? flow.from : t("flows.others");
    const key = `${from}→${flow.to}`;
    const sum = sums.get(key) ?? { from, to: flow.to, baseline: 0, scenario: 0, change: 0 };
    sums.set(key, {
      ...sum,
      baseline: sum.baseline + flow.baseline,
      scenario: sum.scenario + flow.scenario,
      change: sum.change + flow.change,
    });
  }
  return [...sums.values()];
}
