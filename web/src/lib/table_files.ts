/** Which tables a reader may bring, and which of them a file is. */

/** Tables that may be brought, by folder. */
const FOLDERS: Record<string, readonly string[]> = {
  jp: [
    ...["candidates", "market_totals", "nameplates", "prices", "sales", "segments"],
    ...["sources", "sourcing"],
  ],
  policy: [
    ...["adjustments", "comparisons", "country_groups", "measures", "parameters"],
    ...["sources", "widths"],
  ],
  trade: [
    ...["body_volumes", "carmakers", "claims", "firms", "investments", "plant_aliases", "plants"],
    ...["ports", "production_annual", "production_monthly", "routes", "sources", "trade_flows"],
  ],
  us: [
    ...["market_totals", "nameplates", "prices", "prices_epa_my2022", "sales", "segments"],
    ...["sources", "sourcing"],
  ],
};

/** Files of tables as the server calls them. */
export const FILES: readonly string[] = Object.entries(FOLDERS).flatMap(([folder, names]) =>
  names.map((name) => `${folder}/${name}.csv`),
);

/** Return whether a file can be a table, by its name. */
export function isTableFile(file: File): boolean {
  return /\.csv$/i.test(file.name);
}

/** Return which table a file is, where its name or folder says so without doubt. */
export function tableOf(path: string): string {
  const plain = path.replace(/\\/g, "/").toLowerCase();
  const whole = FILES.find((file) => plain === file || plain.endsWith(`/${file}`));
  if (whole) return whole;
  const name = plain.split("/").at(-1) ?? "";
  const flat = FILES.filter((file) => name === file.replace("/", "_"));
  const same = FILES.filter((file) => file.endsWith(`/${name}`));
  return flat[0] ?? (same.length === 1 ? same[0]! : "");
}
