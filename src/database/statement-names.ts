const STATEMENTS_MAX = 2_000;
/** Texts seen once are remembered up to so many, and then forgotten at once: what is asked often is soon seen again. */
const SEEN_MAX = 4_000;
/** Only these are worth preparing; what begins or ends a transaction is sent as it is. */
const PREPARED = /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i;

/**
 * Names for prepared statements, one per text: PostgreSQL then parses and plans a statement once per connection. A text gets its name
 * when it comes for the second time, since lists of every length make ever new ones; texts beyond a bound stay unnamed, so that no
 * connection grows without end. The empty name means unnamed.
 */
export function statementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  const seen = new Set<string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined || names.size >= STATEMENTS_MAX || !PREPARED.test(sql)) return known ?? '';
    if (!seen.delete(sql)) {
      if (seen.size >= SEEN_MAX) seen.clear();
      seen.add(sql);
      return '';
    }
    const name = `s${names.size + 1}`;
    names.set(sql, name);
    return name;
  };
}
