/**
 * What the page is about: the question as it stands, and its latest answer.
 *
 * A slider that moves asks at most one question at a time; when its answer comes, the latest values are
 * asked next, so that answers never arrive out of order and the server is never flooded. When the
 * reader rests, the whole proof is asked for.
 */
import { know } from "../lang/data";
import { language, t } from "../lang/index.svelte";
import {
  Failure,
  get,
  getMade,
  post,
  remove,
  unreachable,
  type Answer,
  type Control,
  type Controls,
  type Health,
  type Job,
  type Question,
  type ScenarioCard,
  type Table,
  type World,
} from "./api";
import { read, written, type Link, type Value, type View } from "./hash";
import { follow } from "./jobs";
import { Newest } from "./newest";

export const STANDARD = "reverse-imports";
const SETTLE = 40; // milliseconds that a value rests before it is asked
const REST = 1500; // milliseconds of rest before the whole proof is asked for

const TABLES: Record<View, string[]> = {
  answer: ["flows", "welfare", "horizons"],
  compare: ["flows"],
  trade: ["flows", "plants"],
  prices: ["products", "entrants", "diversion"],
  welfare: ["welfare", "income_groups", "accounts", "firms", "programme"],
  timeline: [],
  uncertainty: [],
  design: [],
  claims: [],
  share: [],
};

class Workbench {
  health = $state.raw<Health | null>(null);
  world = $state.raw<World | null>(null);
  scenarios = $state.raw<ScenarioCard[]>([]);
  schema = $state.raw<Controls>({ groups: [], controls: [] });

  scenario = $state(STANDARD);
  toml = $state("");
  own = $state.raw<ScenarioCard | null>(null);
  baseline = $state("");
  changes = $state.raw<Record<string, Value>>({});
  /** Address of the reader's own tables; empty for the shipped ones. */
  tablesId = $state("");
  /** Shipped scenarios that stand beside the question in the view that compares. */
  beside = $state.raw<string[]>([]);
  view = $state<View>("answer");

  answer = $state.raw<Answer | null>(null);
  tables = $state.raw<Record<string, Table>>({});
  phase = $state<"loading" | "solving" | "idle" | "failed">("loading");
  failure = $state.raw<Failure | null>(null);
  proving = $state.raw<Job | "asked" | null>(null);
  /** How long the latest answer took, seconds, as the reader felt it. */
  seconds = $state<number | null>(null);
  isOffline = $state(false);
  /** Said once to screen readers when something ends. */
  notice = $state("");

  readonly #newest = new Newest<object, { found: Answer; seconds: number }>(
    async (body) => {
      const began = performance.now();
      const found = await post<Answer>("/runs", body);
      return { found, seconds: (performance.now() - began) / 1000 };
    },
    ({ found, seconds }, isLast) => this.#answered(found, seconds, isLast),
    (error) => {
      if (this.#settle === 0) this.#fail(error);
    },
  );
  #settle = 0;
  #rest = 0;
  #proof: AbortController | null = null;
  #proofJob = "";
  #written = "";

  /** The card of the scenario that is asked: a shipped one, or the reader's own. */
  card = $derived(
    this.toml ? this.own : (this.scenarios.find((s) => s.name === this.scenario) ?? null),
  );

  /** What is asked, as the server wants it. */
  get question(): Question {
    return {
      ...(this.toml ? { toml: this.toml } : { scenario: this.scenario }),
      ...(Object.keys(this.changes).length ? { changes: this.changes } : {}),
      ...(this.baseline ? { baseline: this.baseline } : {}),
      ...(this.tablesId ? { tables_id: this.tablesId } : {}),
    };
  }

  /** What the link holds. */
  get link(): Link {
    return {
      scenario: this.scenario,
      toml: this.toml,
      baseline: this.baseline,
      changes: this.changes,
      beside: this.beside,
      tables: this.tablesId,
      view: this.view,
      lang: language.now,
    };
  }

  constructor() {
    addEventListener("hashchange", () => {
      if (location.hash.slice(1) !== this.#written) void this.#followLink();
    });
  }

  /** Load what the page is built from, then answer the question of the link. */
  async begin(): Promise<void> {
    this.#take(read(location.hash, STANDARD));
    try {
      const [health, worlds, scenarios, schema] = await Promise.all([
        get<Health>("/health"),
        get<World[]>("/worlds"),
        get<ScenarioCard[]>("/scenarios"),
        get<Controls>("/controls"),
      ]);
      this.health = health;
      this.world = worlds[0] ?? null;
      this.scenarios = scenarios;
      this.schema = schema;
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.toml) await this.#readOwn(this.toml);
    this.ask(0);
  }

  /** Take a shipped scenario, all controls as it has them. */
  choose(name: string): void {
    this.scenario = name;
    this.toml = "";
    this.own = null;
    this.baseline = "";
    this.changes = {};
    this.ask(0);
  }

  /** Take the reader's own scenario; a text that is wrong throws and changes nothing. */
  async take(toml: string): Promise<void> {
    await this.#readOwn(toml, true);
    this.toml = toml;
    this.baseline = "";
    this.changes = {};
    this.ask(0);
  }

  /** Compare with another scenario; an empty name is what the question says itself. */
  compareWith(name: string): void {
    this.baseline = name;
    this.ask(0);
  }

  /** Ask with the reader's own tables; an empty address is that of the shipped ones. */
  useTables(id: string): void {
    this.tablesId = id;
    this.ask(0);
  }

  /** Put a shipped scenario beside the question, or take it away. */
  putBeside(name: string, isOn: boolean): void {
    const others = this.beside.filter((one) => one !== name);
    this.beside = isOn ? [...others, name] : others;
    this.#write();
  }

  /** The value of a control as it stands. */
  value(control: Control): Value | null {
    return this.changes[control.id] ?? this.card?.controls[control.id] ?? null;
  }

  /** Move a control; the scenario's own value is no change. */
  set(id: string, value: Value): void {
    const changes = { ...this.changes };
    if (value === this.card?.controls[id]) delete changes[id];
    else changes[id] = value;
    this.changes = changes;
    this.ask();
  }

  /** Put one control back, or all. */
  reset(id?: string): void {
    const changes = { ...this.changes };
    if (id !== undefined) delete changes[id];
    this.changes = id === undefined ? {} : changes;
    this.ask(0);
  }

  /** Show another view and load the tables that it needs. */
  show(view: View): void {
    this.view = view;
    this.#write();
    void this.#loadTables();
  }

  /** Keep the language in the link. */
  speak(): void {
    this.#write();
  }

  /** Ask for the answer after the values have rested for some milliseconds. */
  ask(after = SETTLE): void {
    this.#write();
    this.#dropProof();
    clearTimeout(this.#settle);
    if (this.phase !== "loading") this.phase = "solving";
    this.#settle = window.setTimeout(() => this.#askNow(), after);
  }

  /** Ask for the whole proof of the answer that is shown. */
  async certify(): Promise<void> {
    if (this.answer === null || this.answer.level === "certified") return;
    this.#dropProof();
    const controller = new AbortController();
    this.#proof = controller;
    this.proving = "asked";
    try {
      const body = { ...this.question, level: "certified", wait: 0 };
      const asked = await post<Answer & { job?: string }>("/runs", body, controller.signal);
      if (asked.state !== "done" && asked.job) {
        this.#proofJob = asked.job;
        const job = await follow(asked.job, (now) => (this.proving = now), controller.signal);
        if (job.state !== "done") throw new Failure(job.error ?? unreachable());
      }
      const found = await this.#stored(asked.id, controller.signal);
      if (controller.signal.aborted) return;
      this.#accept(found);
      this.notice = t("status.certified");
    } catch (error) {
      // A proof that is not made leaves the answer as it is, and its level is said beside it.
      if (!controller.signal.aborted && error instanceof Failure && error.status !== 429) {
        this.failure = error;
      }
    } finally {
      if (this.#proof === controller) {
        this.proving = null;
        this.#proof = null;
        this.#proofJob = "";
      }
    }
  }

  /** Fetch a stored answer with those tables of the view that it has. */
  async #stored(id: string, signal: AbortSignal): Promise<Answer> {
    const found = await getMade<Answer>(`/runs/${id}`, signal);
    const known = new Set(found.table_names ?? []);
    const names = TABLES[this.view].filter((name) => known.has(name)).join(",");
    return names ? getMade<Answer>(`/runs/${id}?tables=${names}`, signal) : found;
  }

  #askNow(): void {
    this.#settle = 0;
    this.#newest.ask({ ...this.question, level: "slider", tables: TABLES[this.view] });
  }

  #answered(found: Answer, seconds: number, isLast: boolean): void {
    this.seconds = seconds;
    this.failure = null;
    this.isOffline = false;
    this.#accept(found);
    if (!isLast || this.#settle !== 0) return;
    this.phase = "idle";
    this.#rest = window.setTimeout(() => void this.certify(), REST);
  }

  #accept(found: Answer): void {
    know(found.figures);
    this.answer = found;
    // An answer that was asked for without tables tells some of them in another shape.
    const told = Object.entries(found.tables ?? {}).filter(([, table]) => "rows" in table);
    this.tables = Object.fromEntries(told);
    void this.#loadTables();
  }

  async #loadTables(): Promise<void> {
    const answer = this.answer;
    if (answer === null) return;
    const known = new Set(answer.table_names ?? []);
    const missing = TABLES[this.view].filter((name) => known.has(name) && !(name in this.tables));
    try {
      const found = await Promise.all(
        missing.map((name) => getMade<Table>(`/runs/${answer.id}/tables/${name}`)),
      );
      if (this.answer !== answer) return;
      const more = Object.fromEntries(missing.map((name, index) => [name, found[index]!]));
      this.tables = { ...this.tables, ...more };
    } catch (error) {
      this.failure = error instanceof Failure ? error : unreachable();
    }
  }

  /** Fetch one table of the answer that is not among those of the view. */
  async table(name: string): Promise<Table | undefined> {
    const answer = this.answer;
    if (answer === null) return undefined;
    if (name in this.tables) return this.tables[name];
    const found = await getMade<Table>(`/runs/${answer.id}/tables/${name}`);
    if (this.answer === answer) this.tables = { ...this.tables, [name]: found };
    return found;
  }

  async #readOwn(toml: string, isStrict = false): Promise<void> {
    try {
      this.own = await post<ScenarioCard>("/scenarios/check", { toml });
    } catch (error) {
      if (isStrict) throw error;
      this.#fail(error);
    }
  }

  async #followLink(): Promise<void> {
    const before = this.toml;
    this.#take(read(location.hash, STANDARD));
    if (this.toml && this.toml !== before) await this.#readOwn(this.toml);
    this.ask(0);
  }

  #take(link: Link): void {
    this.scenario = link.scenario;
    this.toml = link.toml;
    this.baseline = link.baseline;
    this.changes = link.changes;
    this.beside = link.beside;
    this.tablesId = link.tables;
    this.view = link.view;
    if (link.lang !== null) language.now = link.lang;
  }

  #write(): void {
    this.#written = written(this.link);
    history.replaceState(null, "", `#${this.#written}`);
  }

  #dropProof(): void {
    clearTimeout(this.#rest);
    this.#proof?.abort();
    if (this.#proofJob) void remove(`/jobs/${this.#proofJob}`).catch(() => undefined);
    this.#proof = null;
    this.#proofJob = "";
    this.proving = null;
  }

  #fail(error: unknown): void {
    this.phase = "failed";
    this.failure = error instanceof Failure ? error : unreachable();
    if (!(error instanceof Failure)) console.error(error);
    if (this.failure.code === "unreachable" || this.failure.code === "unavailable")
      void this.#waitForServer();
  }

  async #waitForServer(): Promise<void> {
    if (this.isOffline) return;
    this.isOffline = true;
    while (this.isOffline) {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      try {
        await get<Health>("/health");
      } catch {
        continue;
      }
      this.isOffline = false;
      this.notice = t("status.back");
      if (this.scenarios.length === 0) await this.begin();
      else this.ask(0);
    }
  }
}

export const bench = new Workbench();
