/** The reader's own tables: CSV files that stand in for shipped ones, checked by the server. */
import { t } from "../lang/index.svelte";
import { Failure, post, unreachable } from "./api";
import { tableOf } from "./table_files";
import { bench } from "./workbench.svelte";

export interface Kept {
  id: string;
  files: string[];
  rows: Record<string, number>;
}

interface Brought {
  name: string;
  text: string;
  /** Which table it stands in for; empty until the reader says. */
  file: string;
}

class OwnTables {
  brought = $state<Brought[]>([]);
  failure = $state.raw<Failure | null>(null);
  isBusy = $state(false);
  kept = $state.raw<Kept | null>(null);

  /** Whether the server takes tables. */
  get isOffered(): boolean {
    return bench.health?.limits.tables_bytes !== undefined;
  }

  get isReady(): boolean {
    const files = this.brought.map((one) => one.file);
    return files.length > 0 && files.every(Boolean) && new Set(files).size === files.length;
  }

  /** Put files on the list; one of the same name takes the place of the one before. */
  async add(files: readonly File[]): Promise<void> {
    this.failure = null;
    bench.show("share");
    const most = bench.health?.limits.tables_bytes ?? Infinity;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (size > most) {
      this.failure = new Failure({
        code: "too_large",
        where: t("tables.heading"),
        what: t("share.too_large", { n: size, max: most }),
        fix: t("tables.text"),
      });
      return;
    }
    for (const file of files) {
      const path = file.webkitRelativePath || file.name;
      const one = { name: path, text: await file.text(), file: tableOf(path) };
      this.brought = [...this.brought.filter((other) => other.name !== path), one];
    }
  }

  /** Take a file off the list. */
  drop(name: string): void {
    this.brought = this.brought.filter((one) => one.name !== name);
  }

  /** Have the tables checked, and ask the question anew with them. */
  async use(): Promise<void> {
    this.isBusy = true;
    this.failure = null;
    try {
      const tables = Object.fromEntries(this.brought.map((one) => [one.file, one.text]));
      this.kept = await post<Kept>("/tables", { tables });
      bench.useTables(this.kept.id);
    } catch (error) {
      this.failure = error instanceof Failure ? error : unreachable();
    } finally {
      this.isBusy = false;
    }
  }

  /** Go back to the shipped tables. */
  leave(): void {
    this.kept = null;
    bench.useTables("");
  }
}

export const ownTables = new OwnTables();
