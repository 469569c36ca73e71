/** Lines to look back: a PANIC and its detail are followed by a line or two of the module that ends. */
const KEPT = 20;
/** `2026-11-30 20:39:27.065 UTC [42] PANIC:  could not open file …`, with or without what comes before the colon. */
const ENTRY = /^(?:\S+ \S+ \S+ \[\d+\] )?(FATAL|PANIC|DETAIL|ERROR|LOG|HINT):\s+(.*)$/;
/** Where the thread sees the directory. */
const INSIDE = /\/pglite\/data\/?/g;

/** The last lines that the database wrote to its log, in which it says why it ends. */
export class DatabaseLog {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT) this.#lines.shift();
  }

  /** Why the database ended, in its own words; null where it said nothing about that. */
  reason(): string | null {
    const entries = this.#lines.flatMap((line) => {
      const [, level, text] = ENTRY.exec(line) ?? [];
      return level === undefined || text === undefined ? [] : [{ level, text }];
    });
    const last = entries.findLastIndex(({ level }) => level === 'FATAL' || level === 'PANIC');
    const own = entries[last];
    const uncommon = this.#lines.findLast((line) => line.startsWith('postgres: '))?.slice('postgres: '.length);
    if (!own) return uncommon?.replaceAll(INSIDE, '') ?? null;
    const next = entries[last + 1];
    const text = next?.level === 'DETAIL' ? `${own.text}: ${next.text}` : own.text;
    return text.replaceAll(INSIDE, '').replace(/\.$/, '');
  }
}
