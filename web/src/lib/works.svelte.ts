/**
 * The jobs of the page, one of a kind: a view that is left and opened again finds its job, and there
 * is never more than one stream of events for each.
 */
import type { Answer } from "./api";
import type { Row } from "./tables";
import { Work } from "./work.svelte";
import { bench } from "./workbench.svelte";

export interface Interval {
  name: string;
  label: string;
  unit: string;
  central: number;
  low: number;
  median: number;
  high: number;
  draws: number;
}

export interface Ensemble {
  id: string;
  answer: string[];
  draws: { made: number; solved: number; failed: number };
  /** Of a figure with a baseline its change, of one without its level. */
  figures: Interval[];
  failures: { draw: number; reason: string }[];
}

export interface Influence {
  id: string;
  figure: { name: string; unit: string; central: number };
  answer: string[];
  total: number;
  inputs: Row[];
}

export interface Design {
  id: string;
  answer: string[];
  goal: { figure: string; unit: string; amount: number; reached: number; feasible: boolean };
  cost: {
    text: string;
    unit: string;
    value: number;
    at_rest: number;
    per_unit_of_goal: number | null;
  };
  mix: Row[];
  alone: Row[];
  frontier: Row[];
  shadow_price: number | null;
  certified: boolean;
}

export interface Step {
  date: string;
  event: string;
  measure_id: string;
  importer: string;
  exporter: string;
  product: string;
  instrument: string;
  what: string;
  source_id: string;
  moves: boolean;
}

export interface Path {
  id: string;
  months: string[];
  figures: { name: string; label: string; unit: string; values: number[] }[];
  steps: Step[];
  answer: string[];
  notes: string[];
}

/** Which months are asked for, kept while other views are open. */
export const months = $state({
  which: "laws" as "laws" | "this",
  from: "2024-01",
  to: "2026-12",
  figure: "",
});

/** What a mix of instruments must reach, with what, at the least of which cost. */
export const plan = $state({
  goal: "balance" as "balance" | "content" | "entrants",
  amount: 1000,
  using: ["support", "purchase"],
  minimise: "welfare cost",
});

export const ranges = new Work<Answer>("ranges");
export const timeline = new Work<Path>("timeline");
export const design = new Work<Design>("design");
/** In the view of uncertainty, and in the drawer behind a figure. */
export const influence = {
  view: new Work<Influence>("influence"),
  drawer: new Work<Influence>("influence"),
};

const LAST = "backhaul.draws";

class Draws extends Work<Ensemble> {
  n = $state(1024);
  seed = $state(1);

  constructor() {
    super("ensemble");
    try {
      const last = JSON.parse(localStorage.getItem(LAST) ?? "{}") as { n?: number; seed?: number };
      this.n = last.n ?? this.n;
      this.seed = last.seed ?? this.seed;
    } catch {
      // a browser that keeps nothing begins with the usual number
    }
  }

  /** Start, and remember how many draws and which, so that a page that is loaded again finds them. */
  override async begin(question: object): Promise<void> {
    try {
      localStorage.setItem(LAST, JSON.stringify({ n: this.n, seed: this.seed }));
    } catch {
      // as above
    }
    await super.begin(question);
  }

  /** What is asked, with how many draws and which. */
  get question(): object {
    return { ...bench.question, n: this.n, seed: this.seed };
  }

  /** The interval of a figure, where the ensemble of the question as it stands is done. */
  interval(figure: string): Interval | undefined {
    return this.result?.figures.find((one) => one.name === figure && one.high > one.low);
  }
}

export const ensemble = new Draws();
