/** Which facts a figure is built from, as questions to the server. */

export interface FactQuery {
  path: string;
  columns: string[];
}

const PRODUCTS = ["label", "firm", "segment", "units", "units_source", "price", "price_source"];
const PLANTS = ["name", "firm", "capacity", "output", "grade", "source_id"];
const MEASURES = ["measure_id", "exporter", "product", "rate", "start", "end", "source_id"];

/** Return the questions for the facts behind a figure, by its fixed name. */
export function factsFor(figure: string): FactQuery[] {
  const flow = /^units_([A-Z]{3})_to_([A-Z]{2})$/.exec(figure);
  if (flow) {
    return [
      { path: `/facts/plants?country=${flow[1]}&limit=100`, columns: PLANTS },
      { path: `/facts/measures?limit=200&importer=${iso(flow[2]!)}`, columns: MEASURES },
    ];
  }
  const profit = /^profit_(.+)_usd$/.exec(figure);
  if (profit && profit[1]) {
    return [
      {
        path: `/facts/products?firm=${encodeURIComponent(profit[1])}&limit=200`,
        columns: PRODUCTS,
      },
    ];
  }
  const market = /_(US|JP)(_|$)/.exec(figure)?.[1];
  if (market) {
    return [
      { path: `/facts/products?market=${market}&limit=400`, columns: PRODUCTS },
      { path: `/facts/measures?limit=200&importer=${iso(market)}`, columns: MEASURES },
    ];
  }
  if (/^(support|units_)/.test(figure)) {
    return [
      {
        path: "/facts/candidates?limit=100",
        columns: ["nameplate_id", "firm", "status", "source_id"],
      },
    ];
  }
  if (figure.startsWith("balance")) {
    return [{ path: "/facts/measures?limit=200&importer=USA", columns: MEASURES }];
  }
  return [];
}

function iso(market: string): string {
  return market === "US" ? "USA" : "JPN";
}
