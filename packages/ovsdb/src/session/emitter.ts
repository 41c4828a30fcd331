/** Calls listeners. One that throws harms neither the others nor the caller: its error is handed to `onThrow` [R13]. */
export class Emitter<Events extends object> {
  readonly #onThrow: (error: unknown, event: keyof Events) => void;
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>();

  constructor(onThrow: (error: unknown, event: keyof Events) => void) {
    this.#onThrow = onThrow;
  }

  hasListeners(name: keyof Events): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  /** Returns what takes the listener off again. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // Wrapped, so that one function added twice is called twice, and each is taken off by itself.
    const entry = (payload: Events[Name]) => listener(payload);
    listeners.add(entry);
    return () => listeners.delete(entry);
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as (payload: Events[Name]) => void)(payload);
      } catch (error) {
        this.#onThrow(error, name);
      }
    }
  }
}
