// Those who want to be told of something.

export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  get empty(): boolean {
    return this.#listeners.size === 0;
  }

  add(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
}
