/** Checkpoints that are in use by work that no row tells of, as a run in a past state. */
export class Pins {
  private readonly counts = new Map<string, number>();

  has(id: string): boolean {
    return this.counts.has(id);
  }

  add(id: string): Disposable {
    this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (this.counts.get(id) ?? 1) - 1;
        if (left > 0) this.counts.set(id, left);
        else this.counts.delete(id);
      },
    };
  }
}
