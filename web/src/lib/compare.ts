/** Scenarios side by side: what the server says of them, and which figures stand first. */
import { maybe, t } from "../lang/index.svelte";
import { KEY } from "./answer";
import type { Question, ScenarioCard } from "./api";
import { scenarioTitle } from "./names";

export interface Cell {
  baseline: number | null;
  scenario: number;
  change: number | null;
  percent: number | null;
}

export interface Compared {
  name: string;
  label: string;
  unit: string;
  /** One for each scenario, in their order; null where the scenario has no such figure. */
  cells: (Cell | null)[];
}

export interface Comparison {
  id: string;
  reproduce: string;
  warnings: string[];
  scenarios: { label: string; name: string; as_of: string; baseline: string }[];
  answer: string[];
  figures: Compared[];
  certified: boolean;
}

/** The questions to put side by side, on the same tables: the reader's own first. */
export function asked(question: Question, beside: readonly string[]): Question[] {
  const tables = question.tables_id ? { tables_id: question.tables_id } : {};
  return [question, ...beside.map((scenario) => ({ scenario, ...tables }))];
}

/** What a cell shows: the change where there is a baseline, else the value. */
export function told(cell: Cell | null | undefined): number | null {
  return cell ? (cell.change ?? cell.scenario) : null;
}

/** Whether a figure is a change against a baseline. */
export function isChange(figure: Compared): boolean {
  return figure.cells.some((cell) => cell !== null && cell.change !== null);
}

/** The figures that a reader looks for first, those that move in some scenario. */
export function keyCompared(figures: readonly Compared[]): Compared[] {
  const moves = (figure: Compared): boolean =>
    figure.cells.some((cell) => Math.abs(told(cell) ?? 0) > 2e-6 * Math.abs(cell?.scenario ?? 0));
  return KEY.flatMap((name) => figures.filter((figure) => figure.name === name)).filter(moves);
}

/** Names of the columns: the reader's question, marked where it was changed, and shipped titles. */
export function heads(question: Question, card: ScenarioCard | null, beside: string[]): string[] {
  const own = question.toml ? t("picker.own") : scenarioTitle(card?.name ?? "");
  const isMoved = Object.keys(question.changes ?? {}).length > 0;
  return [isMoved ? t("compare.moved", { name: own }) : own, ...beside.map(scenarioTitle)];
}

/** The baseline of a scenario in words. */
export function against(baseline: string): string {
  return maybe(`title.${baseline}`) ?? t("picker.baseline_world");
}
