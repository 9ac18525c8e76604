/** Which assumptions stand nearest to a figure: those of its market first, nothing left out. */
import { text, type Row } from "./tables";

const ENTRY = /^(lhd_|rhd_|jp_php|jp_us_scheme|jp_type|unfamiliarity|entrant_|spec_|model_life)/;
const BOTH = /^(support|units_without|units_committed|balance|welfare)/;

/** Return the assumptions, the nearest to the figure first, each group in its own order. */
export function relevant(rows: Row[], figure: string): Row[] {
  return rows
    .map((row, index) => ({ row, index, rank: rank(text(row.parameter), figure) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ row }) => row);
}

function rank(parameter: string, figure: string): number {
  const market = /_(US|JP)(_|$)/.exec(figure)?.[1]?.toLowerCase();
  if (/^(support|units_without)/.test(figure) && ENTRY.test(parameter)) return 0;
  if (/^balance/.test(figure) && /(parts|content|freight|fx_)/.test(parameter)) return 0;
  if (market !== undefined && parameter.includes(`_${market}`)) return 1;
  if (/elasticity|diversion|theta/.test(parameter)) return BOTH.test(figure) ? 1 : 2;
  return market !== undefined && /_(us|jp)(_|$)/.test(parameter) ? 4 : 3;
}
