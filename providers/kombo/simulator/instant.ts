/** Milliseconds as the vendor's timestamps: ISO 8601 in UTC with milliseconds (kombo.md#identifiers-and-values). */
export function instant(milliseconds: number): string;
export function instant(milliseconds: number | null): string | null;
export function instant(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
