/** Light and dark: what the reader's system says, unless the switch says otherwise. */

export type Theme = "auto" | "light" | "dark";

const KEY = "backhaul.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const print = matchMedia("print");

export const theme = $state({ choice: stored(), isDark: dark.matches, isPrint: false });

/** Take a choice, keep it for the next visit, and paint the page with it. */
export function choose(choice: Theme): void {
  theme.choice = choice;
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // A browser that keeps nothing still shows the choice.
  }
  paint();
}

/** Paint the page now and whenever the system's setting changes. */
export function followTheme(): void {
  dark.addEventListener("change", paint);
  print.addEventListener("change", paint);
  addEventListener("beforeprint", () => {
    theme.isPrint = true;
    paint();
  });
  addEventListener("afterprint", () => {
    theme.isPrint = false;
    paint();
  });
  paint();
}

/** The value of a colour token as it is painted now. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function paint(): void {
  const isPaper = theme.isPrint || print.matches;
  const wanted = theme.choice === "auto" ? dark.matches : theme.choice === "dark";
  const isDark = wanted && !isPaper;
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  theme.isDark = isDark;
}

function stored(): Theme {
  try {
    const found = localStorage.getItem(KEY);
    if (found === "light" || found === "dark") return found;
  } catch {
    // A browser that keeps nothing follows the system.
  }
  return "auto";
}
