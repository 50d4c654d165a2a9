/** What a set of cases must pay between them, because nobody else can. */
export interface Obligation {
  /** Places in the list of cases. */
  readonly cases: readonly number[];
  /** Won still to come from their coins: claims and costs less what they have. */
  readonly needKrw: number;
}

export interface PayingCase {
  readonly caseId: number;
  readonly cashKrw: number;
  readonly costsKrw: number;
}

export interface Claim {
  readonly owedKrw: number;
  readonly caseIds: readonly number[];
}

/**
 * All claims are paid exactly when every set of cases has enough for the claims that only they may pay (the smallest cut of the flow
 * from cases to bills). One case has one obligation; cases that cover each other's bills have at most one for each set of them, and
 * sets that owe no more than a part of them are left out. Twelve cases at most, since sets double with each.
 */
export function obligations(cases: readonly PayingCase[], claims: readonly Claim[]): Obligation[] {
  const found: { readonly set: number; readonly claimed: number; readonly obligation: Obligation }[] = [];
  for (let set = 1; set < 2 ** cases.length; set++) {
    const members = cases.flatMap((each, place) => ((set >> place) % 2 === 1 ? [{ ...each, place }] : []));
    const ids = new Set(members.map(({ caseId }) => caseId));
    const claimed = claims.reduce((sum, { owedKrw, caseIds }) => sum + (caseIds.every((id) => ids.has(id)) ? owedKrw : 0), 0);
    const isImplied = claimed === 0 || found.some((other) => (other.set & set) === other.set && other.claimed === claimed);
    if (isImplied) continue;
    const needKrw = members.reduce((sum, { cashKrw, costsKrw }) => sum + costsKrw - cashKrw, claimed);
    found.push({ set, claimed, obligation: { cases: members.map(({ place }) => place), needKrw } });
  }
  return found.map(({ obligation }) => obligation);
}

/** Won missing when each case's coins bring so much: the worst of the obligations, at least nothing. */
export function missing(all: readonly Obligation[], brought: (place: number) => number): number {
  let worst = 0;
  for (const { cases, needKrw } of all) worst = Math.max(worst, needKrw - sumOver(cases, brought));
  return worst;
}

/** How many times as much the coins would have to bring for all to be paid; infinite where they bring nothing and something is owed. */
export function neededMultiple(all: readonly Obligation[], brought: (place: number) => number): number {
  let most = 0;
  for (const { cases, needKrw } of all) if (needKrw > 0) most = Math.max(most, needKrw / sumOver(cases, brought));
  return most;
}

function sumOver(places: readonly number[], value: (place: number) => number): number {
  let total = 0;
  for (const place of places) total += value(place);
  return total;
}
