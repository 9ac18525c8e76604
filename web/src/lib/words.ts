/** Identifiers as words. */

const UPPER = new Set(
  "bmw gm vw byd jlr kgm gac saic us jp usa jpn usd jpy suv mpv ev bev phev hev ice msrp fx lhd rhd php".split(
    " ",
  ),
);

/** Return an identifier as words; a text with capitals or blanks is a name and stays. */
export function inSentence(identifier: string): string {
  if (identifier !== identifier.toLowerCase() || identifier.includes(" ")) return identifier;
  const words = identifier
    .split("_")
    .filter(Boolean)
    .map((word) => (UPPER.has(word) ? word.toUpperCase() : word));
  const text = words.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
