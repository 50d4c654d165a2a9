import type { SeizedWallet } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { dayFromColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { CoinAmount, Won } from '../kernel/money.ts';
import { type ReadPerson, readPersons } from '../person/read.ts';
import { readPolicy } from '../policy/book.ts';
import { transferDemandProvisionFrom } from '../policy/definitions/seizure.ts';
import { type BillState, loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { type TaxRules, taxRules } from '../tax/rules.ts';
import { VENUES, venueCode } from '../venue/venue-directory.ts';
import type { BillFacts, CaseFacts, HoldingFacts, PossessionFacts } from './documents/case-facts.ts';
import type { CaseWithParts } from './locked-case.ts';
import { takenWallet } from './possession.ts';
import { walletReference } from './wallet-reference.ts';

/** What is read once for all letters of many cases. */
export interface DocumentSource {
  readonly rules: TaxRules;
  readonly bills: ReadonlyMap<number, BillState>;
  isSample(personId: number): boolean;
  factsOf(seizureCase: CaseWithParts): Promise<CaseFacts>;
}

/** Opens the particulars of the delinquents and loads their bills; the view of personal data is logged once, with its count. */
export async function documentSource(
  work: Work,
  keys: MasterKey,
  cases: readonly CaseWithParts[],
  purpose: string,
): Promise<DocumentSource> {
  const persons = await readPersons(
    work,
    keys,
    cases.map(({ personId }) => personId),
    purpose,
  );
  const policy = await readPolicy(work.tx);
  const rules = taxRules(policy);
  const states = await loadBillStates(
    work.tx,
    cases.flatMap((each) => each.bills.map(({ billId }) => billId)),
  );
  const bills = new Map(states.map((state) => [state.billId, state]));
  const provisionFrom = policy.get(transferDemandProvisionFrom, seoulDay(work.at));
  return {
    rules,
    bills,
    isSample: (personId) => personOf(persons, personId).sample,
    factsOf: async (seizureCase) => {
      const person = personOf(persons, seizureCase.personId);
      const seizedOn = seizureCase.seizedOn === null ? undefined : dayFromColumn(seizureCase.seizedOn);
      const { oldSeizureNumber } = seizureCase;
      const isSupplement = oldSeizureNumber !== null && seizedOn !== undefined && seizedOn < provisionFrom;
      return {
        caseNumber: seizureCase.number,
        venueTitle: VENUES[venueCode(seizureCase.venueCode)].title,
        delinquent: {
          kind: person.kind,
          name: person.name,
          registrationNumber: person.registrationNumber ?? undefined,
          birthDate: person.birthDate ?? undefined,
          address: person.address ?? undefined,
        },
        bills: await billFacts(work, seizureCase, bills, rules),
        billsAsOf: seoulDay(work.at),
        holdings: await holdingFacts(work, seizureCase),
        seizedOn,
        possession: seizureCase.origin === 'wallet' ? possessionFacts(await takenWallet(work, seizureCase.id)) : undefined,
        supplements: isSupplement ? { number: oldSeizureNumber, seizedOn } : undefined,
        marginReason: seizureCase.marginReason ?? undefined,
      };
    },
  };
}

function possessionFacts({ seizedAt, foundReference, network, address, seizesWhole }: SeizedWallet): PossessionFacts {
  return { takenAt: seizedAt, recordReference: foundReference, network, address, isWhole: seizesWhole };
}

function personOf(persons: ReadonlyMap<number, ReadPerson>, personId: number): ReadPerson {
  const person = persons.get(personId);
  if (person === undefined) throw new CheongsanError('PERSON_ERASED', `Person ${personId} has been erased; no letter can name him.`);
  return person;
}

async function billFacts(
  work: Work,
  seizureCase: CaseWithParts,
  states: ReadonlyMap<number, BillState>,
  rules: TaxRules,
): Promise<BillFacts[]> {
  const today = seoulDay(work.at);
  const rows = await work.tx.bill.findMany({
    where: { id: { in: seizureCase.bills.map(({ billId }) => billId) } },
    select: { id: true, taxYear: true, dueOn: true },
    orderBy: { id: 'asc' },
  });
  return rows.flatMap(({ id, taxYear, dueOn }) => {
    const state = states.get(id);
    if (state === undefined) return [];
    const { lines, total } = owedOnBills([state], today, rules);
    return [
      {
        noticeNumber: state.noticeNumber,
        taxYear,
        taxItems: [...new Set(state.lines.map(({ taxItem }) => taxItem))].join(', '),
        dueOn: dayFromColumn(dueOn),
        tax: Won.sum(lines.map((line) => line.tax)),
        surcharge: Won.sum(lines.map((line) => line.surcharge)),
        latePenalty: Won.sum(lines.map((line) => line.latePenalty)),
        total,
      },
    ];
  });
}

async function holdingFacts(work: Work, seizureCase: CaseWithParts): Promise<HoldingFacts[]> {
  const valuations = await work.tx.valuation.findMany({ where: { caseId: seizureCase.id }, orderBy: { id: 'asc' } });
  const holdings = await work.tx.holding.findMany({ where: { caseId: seizureCase.id }, orderBy: { id: 'asc' } });
  const wallets = await work.tx.seizedWallet.findMany({ where: { caseId: seizureCase.id } });
  const placeOf = new Map(wallets.map(({ id, network, address }) => [walletReference(id), `${network} ${address}`]));
  return holdings.map(({ id, asset, accountReference, seizedQuantity, demandedQuantity }) => {
    const last = valuations.findLast(({ holdingId, quantity }) => holdingId === id && quantity.equals(seizedQuantity));
    return {
      asset,
      accountReference: placeOf.get(accountReference) ?? accountReference,
      isOnWallet: placeOf.has(accountReference),
      seized: CoinAmount.of(asset, seizedQuantity.toFixed()),
      demanded: CoinAmount.of(asset, demandedQuantity.toFixed()),
      valuation: last === undefined ? undefined : { value: Won.of(last.valueKrw), source: last.priceSource, at: last.priceAt },
    };
  });
}
