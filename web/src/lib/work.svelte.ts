/**
 * A job of the page: started, followed, cancelled, and found again after the page or the server was
 * started anew. Which job belongs to which question is kept in this browser alone.
 */
import { Failure, getMade, unreachable, type Job } from "./api";
import { cancel, follow, hasEnded, start } from "./jobs";

export class Work<Result extends object = object> {
  job = $state.raw<Job | null>(null);
  result = $state.raw<Result | null>(null);
  failure = $state.raw<Failure | null>(null);
  isLost = $state(false);

  readonly kind: string;
  #controller: AbortController | null = null;
  #key = "";

  constructor(kind: string) {
    this.kind = kind;
  }

  /** Whether a job is on its way. */
  get isBusy(): boolean {
    return this.job !== null && !hasEnded(this.job);
  }

  /** Start a job for a question and follow it to its result. */
  async begin(question: object): Promise<void> {
    this.#forget();
    this.#key = keyOf(this.kind, question);
    const controller = (this.#controller = new AbortController());
    try {
      const job = await start(this.kind, question);
      this.job = job;
      keep(this.#key, job.id);
      await this.#toEnd(job.id, controller.signal);
    } catch (error) {
      this.#fail(error, controller);
    }
  }

  /** Take up the job that this browser started for the question before, if there is one. */
  async resume(question: object): Promise<void> {
    const key = keyOf(this.kind, question);
    if (key === this.#key) return;
    this.#forget();
    this.#key = key;
    const id = kept(key);
    if (id === null) return;
    const controller = (this.#controller = new AbortController());
    try {
      await this.#toEnd(id, controller.signal);
    } catch (error) {
      drop(key);
      if (!(error instanceof Failure && error.status === 404)) this.#fail(error, controller);
    }
  }

  /** Cancel the job that is on its way. */
  async cancel(): Promise<void> {
    if (this.job === null) return;
    try {
      this.job = await cancel(this.job.id);
    } catch (error) {
      this.failure = error instanceof Failure ? error : unreachable();
    }
  }

  async #toEnd(id: string, signal: AbortSignal): Promise<void> {
    const tell = (now: Job | null): void => {
      if (signal.aborted) return;
      this.isLost = now === null;
      if (now !== null) this.job = now;
    };
    const ended = await follow(id, tell, signal);
    if (signal.aborted) return;
    this.job = ended;
    if (ended.state === "done") {
      const found = await getMade<Result>(`/runs/${ended.run}`, signal);
      if (!signal.aborted) this.result = found;
    } else {
      drop(this.#key);
      if (ended.state === "failed" && ended.error) {
        this.failure = new Failure(ended.error, ended.problems);
      }
    }
  }

  #forget(): void {
    this.#controller?.abort();
    this.job = null;
    this.result = null;
    this.failure = null;
    this.isLost = false;
  }

  #fail(error: unknown, controller: AbortController): void {
    if (controller.signal.aborted) return;
    this.job = null;
    this.failure = error instanceof Failure ? error : unreachable();
  }
}

const STORE = "backhaul.jobs";
const MOST = 40; // questions whose jobs are remembered

function keyOf(kind: string, question: object): string {
  return JSON.stringify([kind, question]);
}

function all(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "{}") as Record<string, string>;
  } catch {
    return {};
  }
}

function kept(key: string): string | null {
  return all()[key] ?? null;
}

function keep(key: string, id: string): void {
  const { [key]: _, ...others } = all();
  const entries = [...Object.entries(others), [key, id]].slice(-MOST);
  write(Object.fromEntries(entries) as Record<string, string>);
}

function drop(key: string): void {
  const { [key]: _, ...others } = all();
  write(others);
}

function write(jobs: Record<string, string>): void {
  try {
    localStorage.setItem(STORE, JSON.stringify(jobs));
  } catch {
    // A browser that keeps nothing forgets its jobs on the next visit.
  }
}
