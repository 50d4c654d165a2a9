const STATEMENTS_MAX = 1_000;
/** Only these are worth preparing; what begins or ends a transaction is sent as it is. */
const PREPARED = /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i;

/**
 * Names for prepared statements, one per text: PostgreSQL then parses and plans a statement once per connection. Texts beyond a bound
 * (lists of every length make ever new ones) stay unnamed, so that no connection grows without end. The empty name means unnamed.
 */
export function statementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined || names.size >= STATEMENTS_MAX || !PREPARED.test(sql)) return known ?? '';
    const name = `s${names.size + 1}`;
    names.set(sql, name);
    return name;
  };
}
