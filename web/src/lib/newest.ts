/**
 * Questions that come faster than their answers: one is under way at a time, and of those that
 * came meanwhile only the newest is asked. So answers never come out of order, and the server is
 * never flooded.
 */
export class Newest<Asked, Found> {
  readonly #ask: (asked: Asked) => Promise<Found>;
  readonly #tell: (found: Found, isLast: boolean) => void;
  readonly #fail: (error: unknown) => void;
  #isBusy = false;
  #next: { asked: Asked } | null = null;

  /**
   * @param ask asks one question
   * @param tell takes an answer, and whether no newer question waits
   * @param fail takes the failure of a question that no newer one follows
   */
  constructor(
    ask: (asked: Asked) => Promise<Found>,
    tell: (found: Found, isLast: boolean) => void,
    fail: (error: unknown) => void,
  ) {
    this.#ask = ask;
    this.#tell = tell;
    this.#fail = fail;
  }

  /** Ask a question, as soon as the one under way is answered. */
  ask(asked: Asked): void {
    this.#next = { asked };
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#next !== null) {
      const { asked } = this.#next;
      this.#next = null;
      try {
        const found = await this.#ask(asked);
        this.#tell(found, this.#next === null);
      } catch (error) {
        if (this.#next === null) this.#fail(error);
      }
    }
    this.#isBusy = false;
  }
}
