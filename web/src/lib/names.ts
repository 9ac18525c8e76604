/** Names for people: countries, carmakers, segments, parties and figures from their identifiers. */
import { language, maybe, t } from "../lang/index.svelte";
import { inSentence } from "./words";

const ISO: Record<string, string> = {
  ...{ USA: "US", JPN: "JP", MEX: "MX", CAN: "CA", KOR: "KR", DEU: "DE", GBR: "GB", CHN: "CN" },
  ...{ THA: "TH", IND: "IN", IDN: "ID", ITA: "IT", FRA: "FR", ESP: "ES", SWE: "SE", SVK: "SK" },
  ...{ HUN: "HU", AUT: "AT", BEL: "BE", CZE: "CZ", POL: "PL", PRT: "PT", ROU: "RO", SVN: "SI" },
  ...{ TUR: "TR", ZAF: "ZA", BRA: "BR", NLD: "NL", FIN: "FI", MAR: "MA", ARG: "AR", SRB: "RS" },
};

// The short names of the browser have no short one for the United States in Japanese.
const OWN: Record<string, string> = { "ja US": "米国", "en US": "United States" };

/** Return a country's name from its ISO code of three or two letters. */
export function country(code: string): string {
  const group = maybe(`country.${code}`);
  if (group !== undefined) return group;
  const short = ISO[code] ?? (/^[A-Z]{2}$/.test(code) ? code : undefined);
  if (short === undefined) return code;
  const names = new Intl.DisplayNames([language.now], { type: "region", style: "short" });
  return OWN[`${language.now} ${short}`] ?? names.of(short) ?? code;
}

/** Return a carmaker's name: those of Japan in Japanese where the page is. */
export function firm(identifier: string): string {
  const key = identifier.toLowerCase().replace(/ /g, "_");
  return maybe(`firm.${key}`) ?? readable(identifier);
}

/** Return a segment's name. */
export function segment(identifier: string): string {
  return maybe(`segment.${identifier}`) ?? readable(identifier);
}

/** Return a power train's name. */
export function powertrain(identifier: string): string {
  return maybe(`powertrain.${identifier}`) ?? identifier;
}

/** Return who gains or loses, from the table's own words. */
export function party(who: string): string {
  const key = who
    .toLowerCase()
    .replace(/[^a-z]+/g, "_")
    .replace(/_$/, "");
  return maybe(`party.${key}`) ?? firm(who);
}

/** Return a recipient of the accounts, a source of diversion or another row's own words. */
export function rowName(kind: "recipient" | "diversion" | "group", words: string): string {
  const key = words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/_$/, "");
  return maybe(`${kind}.${key}`) ?? words;
}

/** Return a figure's label from its fixed name; one that is unknown keeps the engine's label. */
export function figureLabel(name: string, given = ""): string {
  const own = maybe(`figure.${name}`);
  if (own !== undefined) return own;
  const flow = /^units_([A-Z]{3})_to_([A-Z]{2})$/.exec(name);
  if (flow) return t("figure.flow", { from: country(flow[1]!), to: country(flow[2]!) });
  const profit = /^profit_(.+)_usd$/.exec(name);
  if (profit) return t("figure.profit", { firm: firm(profit[1]!) });
  const utilised = /^utilisation_(.+)$/.exec(name);
  if (utilised) return `${readable(utilised[1]!)}`;
  return given || readable(name);
}

/** Return what a figure means, in a sentence or two. */
export function figureMeaning(name: string): string {
  const own = maybe(`meaning.${name}`);
  if (own !== undefined) return own;
  const pattern = name
    .replace(/^units_[A-Z]{3}_to_[A-Z]{2}$/, "flow")
    .replace(/^profit_.+_usd$/, "profit")
    .replace(/_(US|JP)(_usd)?$/, "");
  return maybe(`meaning.${pattern}`) ?? "";
}

/** Return an identifier as words: "large_suv" is "Large SUV". */
export function readable(identifier: string): string {
  return inSentence(identifier);
}

/** Return a parameter's name for people. */
export function parameter(identifier: string): string {
  return maybe(`control.parameter.${identifier}`) ?? readable(identifier);
}

/** Return the title of a scenario: of a shipped one in the page's language, else its own name. */
export function scenarioTitle(name: string): string {
  return maybe(`title.${name}`) ?? readable(name);
}

/** Return the name of a figure's unit, as the head of a column says it. */
export function unitName(unit: string): string {
  return maybe(`unitname.${unit}`) ?? unit;
}
