/** Tables of an answer as rows with names. */
import type { Cell, Table } from "./api";

export type Row = Record<string, Cell>;

/** Return the rows of a table, each with its columns as keys; an absent table has none. */
export function rowsOf(table: Table | undefined): Row[] {
  if (table === undefined) return [];
  return table.rows.map((row) =>
    Object.fromEntries(table.columns.map((name, index) => [name, row[index] ?? null])),
  );
}

/** Return a cell as a number; a cell that is empty or a word counts as null. */
export function num(cell: Cell | undefined): number | null {
  return typeof cell === "number" && Number.isFinite(cell) ? cell : null;
}

/** Return a cell as a number, an empty one as zero. */
export function amount(cell: Cell | undefined): number {
  return num(cell) ?? 0;
}

/** Return a cell as text, an empty one as nothing. */
export function text(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? "" : String(cell);
}
