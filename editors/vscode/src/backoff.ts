// How long to wait before a server that died is started again.

/** Deaths that are longer ago are forgotten. */
const REMEMBERED = 5 * 60_000;

/** After so many deaths nothing is tried again. */
const MOST = 5;

const FIRST_DELAY = 500;

/** The deaths of a server, and what follows from them. */
export class Backoff {
  private deaths: number[] = [];

  /** Notes a death. The milliseconds to wait, or nothing when it is time to give up. */
  next(now: number): number | undefined {
    this.deaths = [...this.deaths.filter((death) => now - death < REMEMBERED), now];
    const count = this.deaths.length;
    return count >= MOST ? undefined : FIRST_DELAY * 2 ** (count - 1);
  }

  /** Forgets all deaths. */
  reset(): void {
    this.deaths = [];
  }
}
