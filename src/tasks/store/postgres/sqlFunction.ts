/**
 * A function of the store, made anew whenever a database is opened, so that it is this program's. Dropped first: what it
 * answers may have changed since the last one.
 */
export function asFunction(name: string, parameters: string, returns: string, statement: string): string {
  return `DROP FUNCTION IF EXISTS gateway.${name};
CREATE FUNCTION gateway.${name} (${parameters}) RETURNS ${returns} LANGUAGE plpgsql AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY ${statement};
END $function$`;
}

/** `$1, $2, …`. */
export function placeholders(count: number): string {
  return Array.from({ length: count }, (_, index) => `$${index + 1}`).join(', ');
}
