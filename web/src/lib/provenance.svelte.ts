/** Which figure's origin is shown in the drawer. */
class Provenance {
  figure = $state("");

  /** Open the drawer on a figure. */
  open(name: string): void {
    this.figure = name;
  }

  /** Close the drawer. */
  close(): void {
    this.figure = "";
  }
}

export const provenance = new Provenance();
