import { type Canonical, canonicalJson } from '../kernel/digest.ts';

/** Where two records first differ, in the order of their keys, and what stands there in each. */
export interface Difference {
  /** `order.quantity`, `codes.0`; empty for the whole. */
  readonly path: string;
  readonly stored: string;
  readonly again: string;
}

/** Undefined when both are the same record. */
export function firstDifference(stored: Canonical, again: Canonical, path = ''): Difference | undefined {
  const [left, right] = [membersOf(stored), membersOf(again)];
  if (left === undefined || right === undefined || Array.isArray(stored) !== Array.isArray(again)) {
    const texts = { stored: canonicalJson(stored), again: canonicalJson(again) };
    return texts.stored === texts.again ? undefined : { path, ...texts };
  }
  for (const key of [...new Set([...left.keys(), ...right.keys()])]) {
    const at = path === '' ? key : `${path}.${key}`;
    const [one, other] = [left.get(key), right.get(key)];
    if (one === undefined || other === undefined) {
      if (one === other) continue;
      return { path: at, stored: textOf(one), again: textOf(other) };
    }
    const found = firstDifference(one, other, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same in words. */
export function differenceText(stored: Canonical, again: Canonical): string | undefined {
  const difference = firstDifference(stored, again);
  return difference === undefined ? undefined : `${difference.path}: stored ${difference.stored}, again ${difference.again}`;
}

function textOf(value: Canonical | undefined): string {
  return value === undefined ? 'nothing' : canonicalJson(value);
}

function membersOf(value: Canonical): Map<string, Canonical | undefined> | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (isList(value)) return new Map(value.map((each, index) => [`${index}`, each]));
  return new Map(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isList(value: Canonical): value is readonly Canonical[] {
  return Array.isArray(value);
}
