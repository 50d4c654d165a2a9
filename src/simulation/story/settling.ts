import { z } from 'zod';
import { formatWon } from '../../document/korean-format.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { Won } from '../../kernel/money.ts';
import { approveAll, toAll } from './answers.ts';
import { type BankMovement, handInStatement } from './bank.ts';
import { dispatchDocuments, type NoticeRow, noticesOf, postLetters } from './coins.ts';
import { reportPost, taxpayerOf } from './letters.ts';
import { AGENCY, companyOf, correspondenceWith, minutesLater, nextWorkingMorning, type Stage, type StageVenue, titleOf } from './stage.ts';

/** Two withdrawals, distributions with their days on file, refunds and returns. */
const SETTLING_WORKING_DAYS_MAX = 60;

const worklist = z.array(z.object({ caseId: z.int(), steps: z.array(z.object({ step: z.string(), subject: z.string() })) }));

interface Need {
  readonly venue: StageVenue;
  readonly caseId: number;
  readonly step: string;
  readonly subject: string;
}

/**
 * From the won at the exchange to closed cases. Every morning the treasurer does what the service says is next for each case:
 * withdraw, hand in the bank's statement, send the notices of distribution, refund, return coins, release.
 */
export async function settle(stage: Stage): Promise<void> {
  let underWay: BankMovement[] = [];
  for (let days = 0; days < SETTLING_WORKING_DAYS_MAX; days++) {
    await handInStatement(stage, underWay);
    underWay = [];
    await stage.driver.untilIdle();
    const needs = await readNeeds(stage);
    if (needs.every(({ step }) => step === 'seize_rest')) return tellOfRest(stage, needs);
    for (const venue of stage.venues) {
      const isDue = needs.some((need) => need.venue === venue && need.step === 'withdraw_won');
      if (isDue) underWay.push(await withdraw(stage, venue));
    }
    await tellOfDistribution(stage, needs);
    underWay.push(...(await refund(stage, needs)));
    await returnCoins(stage, needs);
    for (const venue of stage.venues) await close(stage, venue);
    await nextWorkingMorning(stage);
    await reportPost(stage, 'distribution_notice', 1);
  }
  const left = await readNeeds(stage);
  throw new CheongsanError(
    'INTERNAL',
    `${left.length} steps are undone after ${SETTLING_WORKING_DAYS_MAX} working days: ${left.slice(0, 5).map(textOf).join(', ')}`,
  );
}

function textOf({ venue, step, subject }: Need): string {
  return `${venue.code} ${step} ${subject}`;
}

/** Where prices fell further than the margin, the rest at the exchange is seized anew: another case, and another story. */
function tellOfRest(stage: Stage, needs: readonly Need[]): void {
  const cases = new Set(needs.map(({ caseId }) => caseId)).size;
  if (cases > 0) stage.tell(`사건 ${cases}건은 체납액이 남아, 거래소에 압류된 채 남은 가상자산을 다시 조회하여 압류합니다.`);
}

async function readNeeds({ office, cast, venues }: Stage): Promise<Need[]> {
  const needs: Need[] = [];
  for (const venue of venues) {
    const cases = worklist.parse(await office.get(`/cases/settlement-steps?venueCode=${venue.code}`, cast.treasurer));
    for (const { caseId, steps } of cases) {
      // A case without a step is waiting for the service itself.
      const next = steps.length === 0 ? [{ step: 'wait', subject: `case:${caseId}` }] : steps;
      needs.push(...next.map(({ step, subject }) => ({ venue, caseId, step, subject })));
    }
  }
  return needs;
}

const requested = z.object({ withdrawalId: z.int(), number: z.string() });
const instruction = z.object({ number: z.string(), amountKrw: z.string(), feeKrw: z.string() });
const paidOut = z.object({ transactionId: z.string(), fee: z.string() });

/** All won of an exchange's cases past their sale in one withdrawal: asked for, approved, done at its website, confirmed. */
async function withdraw(stage: Stage, venue: StageVenue): Promise<BankMovement> {
  const { office, cast } = stage;
  const { exchange, venueAccountId, cityAccountId } = venue;
  const { withdrawalId } = requested.parse(
    await office.post('/withdrawals', { venueAccountId, reason: '매각대금 입금 (표본)' }, cast.treasurer),
  );
  await approveAll(stage, 'won_withdrawal');
  const { number, amountKrw } = instruction.parse(await office.get(`/withdrawals/${withdrawalId}/instruction`, cast.treasurer));
  const sent = paidOut.parse(await exchange.operator.withdrawWon({ accountId: cityAccountId, amount: amountKrw }));
  const confirmation = { venueReference: sent.transactionId, feeKrw: sent.fee };
  await office.post(`/withdrawals/${withdrawalId}/confirm`, confirmation, cast.treasurer);
  await minutesLater(stage, 10);
  stage.tell(`${titleOf(venue)}에서 매각대금 ${formatWon(Won.of(amountKrw))}을 출금하였습니다 (${number}).`);
  return { direction: 'in', amount: Won.of(amountKrw), remark: number, counterpart: companyOf(venue) };
}

/** Drafts are filed by the service itself; whoever has a share is told of the day. */
async function tellOfDistribution(stage: Stage, needs: readonly Need[]): Promise<void> {
  const drafts = needs.flatMap(({ step, subject }) => (step === 'send_notice' ? [Number(subject.replace('distribution:', ''))] : []));
  if (drafts.length === 0) return;
  await toAll(stage, '/distributions/notices', {
    items: drafts,
    common: { agency: AGENCY },
    official: stage.cast.treasurer,
    result: z.unknown(),
  });
  await postLetters(stage, 'distribution_notice', await noticesOf(stage, 'distribution_notice', 'issued'));
  stage.tell(`배분기일 통지서 ${drafts.length}건을 보냈습니다.`);
}

const refundRequested = z.object({ refundId: z.int(), number: z.string(), amountKrw: z.string() });

/** What is left goes to the taxpayer's own account; the bank pays what was approved. */
async function refund(stage: Stage, needs: readonly Need[]): Promise<BankMovement[]> {
  const { office, cast } = stage;
  const owed = needs.filter(({ step }) => step === 'refund');
  if (owed.length === 0) return [];
  const items = [];
  for (const { caseId } of owed) {
    const { name, number } = await taxpayerOf(stage, { subject: `case:${caseId}` });
    const accountNumber = `000-0000-${String(number).padStart(4, '0')}`;
    items.push({ caseId, payee: { bankName: '표본은행', accountNumber, holderName: name } });
  }
  const refunds = await toAll(stage, '/refunds', {
    items,
    common: { reason: '배분 후 남은 금액 (표본)' },
    official: cast.treasurer,
    result: refundRequested,
  });
  await approveAll(stage, 'refund');
  for (const { result } of refunds) await office.get(`/refunds/${result.refundId}/instruction`, cast.treasurer);
  stage.tell(`남은 금액 ${refunds.length}건을 환급하였습니다.`);
  return refunds.map(({ result }) => ({
    direction: 'out',
    amount: Won.of(result.amountKrw),
    remark: result.number,
    counterpart: '표본',
  }));
}

const transferRequested = z.object({ transferId: z.int() });
const transferInstruction = z.object({ transferId: z.int(), asset: z.string(), quantity: z.string(), destinationReference: z.string() });

/** Coins that were not needed go back to the account they came from, by hand at the exchange's website. */
async function returnCoins(stage: Stage, needs: readonly Need[]): Promise<void> {
  const { cast } = stage;
  const due = needs.filter(({ step }) => step === 'return_coins');
  const venueOf = new Map(due.map(({ subject, venue }) => [Number(subject.replace('holding:', '')), venue]));
  if (venueOf.size === 0) return;
  const asked = await toAll(stage, '/coin-transfers', {
    items: [...venueOf.keys()].map((holdingId) => ({ holdingId })),
    common: { reason: '체납액을 충당하고 남은 가상자산 (표본)' },
    official: cast.officer,
    result: transferRequested,
  });
  await approveAll(stage, 'coin_transfer');
  const instructions = await toAll(stage, '/coin-transfers/instructions', {
    items: asked.map(({ result }) => result.transferId),
    official: cast.officer,
    result: transferInstruction,
  });
  const venueOfTransfer = new Map(asked.map(({ id, result }) => [result.transferId, venueOf.get(id)]));
  const confirmations = [];
  for (const { result } of instructions) {
    const { transferId, asset, quantity, destinationReference } = result;
    const venue = venueOfTransfer.get(transferId);
    if (venue === undefined) throw new RangeError(`Nobody asked for transfer ${transferId}.`);
    const move = { fromAccountId: venue.cityAccountId, toAccountId: destinationReference, asset, quantity, by: 'owner' } as const;
    const { transactionId } = await venue.exchange.operator.transferInternally(move);
    confirmations.push({ transferId, transactionId });
  }
  await toAll(stage, '/coin-transfers/confirmations', { items: confirmations, official: cast.officer, result: z.unknown() });
  await minutesLater(stage, 10);
  stage.tell(`남은 가상자산 ${confirmations.length}건을 체납자의 계정으로 돌려주었습니다.`);
}

const closures = z.object({ done: z.array(z.unknown()), refused: z.array(z.object({ code: z.string(), detail: z.string() })) });

/** An exchange's settled cases are released and closed, and exchange and taxpayer are told. */
async function close(stage: Stage, venue: StageVenue): Promise<void> {
  const { office, cast } = stage;
  const body = { venueCode: venue.code, correspondence: correspondenceWith(venue) };
  const { done, refused } = closures.parse(await office.post('/cases/closures', body, cast.treasurer));
  const [first] = refused;
  if (first !== undefined) throw new CheongsanError('INTERNAL', `A settled case was not closed: ${first.code} ${first.detail}`);
  if (done.length > 0) stage.tell(`${titleOf(venue)}의 사건 ${done.length}건을 해제하고 종결하였습니다.`);
}

/** What is still to be told of releases: official documents to the exchanges, letters to the taxpayers. */
export async function sendReleases(stage: Stage): Promise<void> {
  const letters: NoticeRow[] = [];
  const documents: NoticeRow[] = [];
  for (const each of await noticesOf(stage, 'release_notice', 'issued')) (each.recipientKind === 'venue' ? documents : letters).push(each);
  await postLetters(stage, 'release_notice', letters);
  await dispatchDocuments(stage, documents);
}
