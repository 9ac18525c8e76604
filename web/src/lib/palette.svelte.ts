/** Colours of pictures by role, as they are painted now: light, dark or on paper. */
import { theme, token } from "./theme.svelte";

export interface Palette {
  ink: string;
  muted: string;
  rule: string;
  paper: string;
  tint: string;
  more: string;
  less: string;
  home: string;
  other: string;
  sum: string;
}

const ROLES = [
  ...(["ink", "muted", "rule", "paper", "tint"] as const),
  ...(["more", "less", "home", "other", "sum"] as const),
];

/** Return the colours; read inside an effect or a derived value, it follows the theme. */
export function palette(): Palette {
  void theme.isDark;
  return Object.fromEntries(ROLES.map((role) => [role, token(role)])) as unknown as Palette;
}

export const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, "Hiragino Sans", "Noto Sans CJK JP", sans-serif';
