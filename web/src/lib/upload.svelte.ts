/** The reader's own scenario: a file or a pasted text, checked before it is run. */
import { t } from "../lang/index.svelte";
import { Failure, post, unreachable, type ScenarioCard } from "./api";
import { bench } from "./workbench.svelte";

const MOST = 65_536; // bytes; the server says its own limit in `health`

/** Return whether a file can be a scenario, by its name or type. */
export function isScenarioFile(file: File): boolean {
  return /\.(toml|txt)$/i.test(file.name) || file.type === "text/plain";
}

class Upload {
  text = $state("");
  failure = $state.raw<Failure | null>(null);
  isClean = $state(false);
  isBusy = $state(false);

  /** Read a file, then check and run it. */
  async open(file: File): Promise<void> {
    const most = bench.health?.limits.toml_bytes ?? MOST;
    bench.show("share");
    if (file.size > most) {
      this.#refuse(t("share.too_large", { n: file.size, max: most }));
      return;
    }
    this.text = await file.text();
    await this.run();
  }

  /** Say that a file is none of a scenario. */
  refuse(): void {
    bench.show("share");
    this.#refuse(t("share.not_toml"));
  }

  /** Check the text; every problem is shown, nothing is run. */
  async check(): Promise<void> {
    await this.#try(async () => {
      await post<ScenarioCard>("/scenarios/check", { toml: this.text });
      this.isClean = true;
    });
  }

  /** Check the text and make it the question. */
  async run(): Promise<void> {
    await this.#try(async () => {
      await bench.take(this.text);
      this.isClean = true;
    });
  }

  async #try(act: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.isClean = false;
    this.failure = null;
    try {
      await act();
    } catch (error) {
      this.failure = error instanceof Failure ? error : unreachable();
    } finally {
      this.isBusy = false;
    }
  }

  #refuse(what: string): void {
    this.isClean = false;
    this.failure = new Failure({
      code: "request",
      where: t("share.upload"),
      what,
      fix: t("share.upload_text"),
    });
  }
}

export const upload = new Upload();
