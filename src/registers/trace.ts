import type { Transaction } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, VenueWon, Won } from '../kernel/money.ts';
import { type CaseMoney, readCaseMoney } from '../treasury/case-money.ts';
import { type Destination, type FillShare, shareOverFills } from './fill-shares.ts';
import type { Trace, TraceNode, TraceSum } from './trace-node.ts';
import { returnNode } from './trace-return.ts';
import { walletNodes } from './trace-wallet.ts';

type Reader = Transaction;

const TIER_TITLE = { cost: '체납처분비', tax: '본세', surcharge: '가산세', late_penalty: '납부지연가산세' } as const;

interface CaseFacts {
  readonly money: CaseMoney;
  readonly fills: readonly FillRow[];
  /** Over the fills: what the sale's money (not the taxpayer's own payments) was used for. */
  readonly shares: readonly FillShare[];
  readonly venue: string;
}

type FillRow = Awaited<ReturnType<typeof readFills>>[number];

/** Everything about the money of a case: where its coins came from, what they brought, and where each won went. */
export async function traceCase(reader: Reader, caseId: number): Promise<Trace> {
  const facts = await readCase(reader, caseId);
  const { money } = facts;
  const seizureCase = await reader.seizureCase.findUniqueOrThrow({
    where: { id: caseId },
    include: { holdings: { orderBy: { id: 'asc' } }, bills: { include: { bill: true }, orderBy: { billId: 'asc' } } },
  });
  const root: TraceNode = {
    what: 'case',
    id: `case:${caseId}`,
    text: `사건 ${money.caseNumber}`,
    children: [
      group(
        'bills',
        `case:${caseId}`,
        '압류로 담보한 고지',
        seizureCase.bills.map(({ bill, amountAtSeizure }) => ({
          what: 'bill',
          id: `bill:${bill.id}`,
          text: `고지 ${bill.noticeNumber}, 압류 당시 체납액`,
          amountKrw: amountAtSeizure.toString(),
          children: [],
        })),
      ),
      group(
        'coins',
        `case:${caseId}`,
        '가상자산',
        await Promise.all(seizureCase.holdings.map((holding) => coinNode(reader, holding, facts))),
      ),
      proceedsNode(caseId, facts),
      await usesNode(reader, caseId, facts),
    ],
  };
  return { root, sums: sumsOf(facts) };
}

/** The way of every won credited on a bill, back to the fills or payments it came from. */
export async function traceBill(reader: Reader, billId: number): Promise<Trace> {
  const bill = await reader.bill.findUnique({ where: { id: billId }, include: { receipts: { orderBy: { id: 'asc' } } } });
  if (bill === null) throw new CheongsanError('NOT_FOUND', `There is no bill ${billId}.`);
  const bySource = [...new Set(bill.receipts.map(({ source, caseId }) => `${source}|${caseId ?? ''}`))];
  const children: TraceNode[] = [];
  const sums: TraceSum[] = [];
  for (const key of bySource) {
    const [source = '', caseText = ''] = key.split('|');
    const receipts = bill.receipts.filter((receipt) => receipt.source === source);
    const total = Won.sum(receipts.map(({ amountKrw }) => Won.of(amountKrw)));
    const origin = caseText === '' ? undefined : await originOf(reader, Number(caseText), billId, source);
    children.push({
      what: 'receipt',
      id: source,
      text: `영수 ${receipts[0]?.receiptNumber ?? ''}`,
      amountKrw: total.toString(),
      children: [
        ...receipts.map(({ id, tier, amountKrw }) => ({
          what: 'receipt_line',
          id: `bill_receipt:${id}`,
          text: TIER_TITLE[tier],
          amountKrw: amountKrw.toString(),
          children: [],
        })),
        ...(origin === undefined ? [] : [origin.node]),
      ],
    });
    if (origin !== undefined) sums.push(sum(`${source}의 충당액과 그 출처`, total.toString(), origin.total.toString()));
  }
  return { root: { what: 'bill', id: `bill:${billId}`, text: `고지 ${bill.noticeNumber}`, children }, sums };
}

/** One fill: back to order, decision and seizure, and forth to the bills its won were used for. */
export async function traceFill(reader: Reader, fillId: number): Promise<Trace> {
  const row = await reader.orderFill.findUnique({
    where: { id: fillId },
    include: { order: { include: { shares: { include: { decision: true } } } } },
  });
  if (row === null) throw new CheongsanError('NOT_FOUND', `There is no fill ${fillId}.`);
  const facts = await readCase(reader, row.caseId);
  const share = facts.shares.find((each) => each.fillId === fillId);
  const fill = facts.fills.find(({ id }) => id === fillId);
  if (share === undefined || fill === undefined)
    throw new CheongsanError('INTERNAL', `Fill ${fillId} is missing among the fills of its case.`);
  const { order } = row;
  const own = order.shares.find(({ holdingId }) => holdingId === row.holdingId);
  if (own === undefined) throw new CheongsanError('INTERNAL', `Fill ${fillId} is of an order in which its holding has no share.`);
  const back: TraceNode = {
    what: 'order',
    id: `sale_order:${order.id}`,
    text: orderText(order, own.quantity.toFixed()),
    children: [
      {
        what: 'decision',
        id: `sale_decision:${own.decisionId}`,
        text: `결정 (규칙 ${own.decision.ruleVersion}, 기준값 ${own.decision.policyVersion.slice(0, 12)})`,
        children: [{ what: 'case', id: `case:${row.caseId}`, text: `사건 ${facts.money.caseNumber}`, children: [] }],
      },
    ],
  };
  const used = Won.sum(share.shares.map(({ amount }) => amount));
  const root: TraceNode = {
    what: 'fill',
    id: `order_fill:${fillId}`,
    text: fillText(fill),
    amountKrw: share.proceeds.toString(),
    children: [
      back,
      { what: 'entry', id: `entry:${row.ledgerEntryId}`, text: '분개', children: [] },
      group('uses', `order_fill:${fillId}`, '쓰인 곳', [
        ...(await Promise.all(share.shares.map((each) => destinationNode(reader, each)))),
        restNode(fillId, share),
      ]),
    ],
  };
  return {
    root,
    sums: [
      sum(
        '체결 대금 = 쓰인 금액 + 비용과 남은 금액',
        share.proceeds.toString(),
        share.rest.plus(VenueWon.of(facts.venue, used.value)).toString(),
      ),
    ],
  };
}

function orderText(
  order: { asset: string; quantity: { toFixed(): string }; limitPrice: { toFixed(): string }; shares: readonly unknown[] },
  own: string,
): string {
  const whole = `주문 ${order.asset} ${order.quantity.toFixed()}개, ${order.limitPrice.toFixed()}원 이상`;
  return order.shares.length === 1 ? whole : `${whole} (사건 ${order.shares.length}건의 공동 주문, 이 사건의 몫 ${own}개)`;
}

async function readCase(reader: Reader, caseId: number): Promise<CaseFacts> {
  const money = await readCaseMoney(reader, caseId);
  const fills = await readFills(reader, caseId);
  const { venue } = money.gross;
  const proceeds = fills.map(({ id, proceeds: amount }) => ({ fillId: id, proceeds: VenueWon.of(venue, amount.toFixed()) }));
  const shares = shareOverFills(proceeds, fills.length === 0 ? [] : await saleDestinations(reader, money));
  return { money, fills, shares, venue };
}

function readFills(reader: Reader, caseId: number) {
  return reader.orderFill.findMany({ where: { caseId }, include: { order: true }, orderBy: { id: 'asc' } });
}

/** What the distribution did with the sale's own money; a payment of the taxpayer's has a source of its own. */
async function saleDestinations(reader: Reader, money: CaseMoney): Promise<Destination[]> {
  const final = await reader.distribution.findFirst({ where: { caseId: money.caseId, state: 'final' } });
  if (final === null) return [];
  const bySource = money.credited.filter(({ source }) => source === `distribution:${final.id}`);
  const perBill = new Map<string, Won>();
  for (const { billId, tier, amount } of bySource) {
    const name = `bill:${billId}/${tier}`;
    perBill.set(name, (perBill.get(name) ?? Won.zero).plus(amount));
  }
  return [...[...perBill].map(([name, amount]) => ({ name, amount })), { name: 'surplus', amount: Won.of(final.surplusKrw) }];
}

async function coinNode(
  reader: Reader,
  holding: { id: number; caseId: number; asset: string; seizedQuantity: { toFixed(): string } },
  facts: CaseFacts,
): Promise<TraceNode> {
  const received = await reader.depositMatch.findMany({ where: { holdingId: holding.id }, orderBy: { id: 'asc' } });
  const transfers = await reader.coinTransfer.findMany({ where: { holdingId: holding.id, state: 'done' }, orderBy: { id: 'asc' } });
  const fills = facts.fills.filter(({ holdingId }) => holdingId === holding.id);
  return {
    what: 'holding',
    id: `holding:${holding.id}`,
    text: `${holding.asset} ${holding.seizedQuantity.toFixed()}개 압류`,
    children: [
      ...(await walletNodes(reader, holding, received)),
      ...received.map((match) => ({
        what: 'deposit',
        id: `venue_deposit:${match.depositRowId}`,
        text: `입고 ${match.quantity.toFixed()}개`,
        children: [],
      })),
      ...fills.map((fill) => ({
        what: 'fill',
        id: `order_fill:${fill.id}`,
        text: fillText(fill),
        amountKrw: fill.proceeds.toFixed(),
        children: [],
      })),
      ...(await Promise.all(transfers.map((transfer) => returnNode(reader, transfer)))),
    ],
  };
}

function fillText(fill: FillRow): string {
  return `체결 ${fill.order.asset} ${CoinAmount.of(fill.order.asset, fill.quantity.toFixed())}개 × ${fill.price.toFixed()}원`;
}

function proceedsNode(caseId: number, { money }: CaseFacts): TraceNode {
  const part = (what: string, text: string, amount: { toString(): string; isZero(): boolean }): TraceNode[] =>
    amount.isZero() ? [] : [{ what, id: `case:${caseId}`, text, amountKrw: amount.toString(), children: [] }];
  return {
    what: 'proceeds',
    id: `case:${caseId}`,
    text: '매각 대금',
    amountKrw: money.gross.toString(),
    children: [
      ...part('trading_fee', '거래 수수료', money.tradingFees),
      ...part('withdrawal_fee', '출금 수수료', money.withdrawalFees),
      ...part('residue', '거래소에 남은 원 미만 단수', money.residue),
      ...part('at_venue', '거래소에 있는 금액', money.atVenue),
      ...part('on_the_way', '은행으로 가는 중', money.onTheWay),
      ...part('arrived', '은행에 입금', money.arrived),
    ],
  };
}

async function usesNode(reader: Reader, caseId: number, { money }: CaseFacts): Promise<TraceNode> {
  const credited = await Promise.all(
    money.credited.map(async (each) => ({
      ...(await destinationNode(reader, { name: `bill:${each.billId}/${each.tier}`, amount: each.amount })),
      id: `bill:${each.billId}`,
      what: each.source,
    })),
  );
  const part = (what: string, text: string, amount: Won): TraceNode[] =>
    amount.isZero() ? [] : [{ what, id: `case:${caseId}`, text, amountKrw: amount.toString(), children: [] }];
  return group('uses', `case:${caseId}`, '은행의 돈이 쓰인 곳', [
    ...credited,
    ...part('refunded', '환급', money.refunded),
    ...part('surplus_owed', '환급할 금액', money.surplusOwed),
    ...part('undistributed', '배분하지 않은 금액', money.undistributed),
  ]);
}

async function destinationNode(reader: Reader, { name, amount }: Destination): Promise<TraceNode> {
  const match = /^bill:(\d+)\/(\w+)$/.exec(name);
  if (match === null) return { what: 'surplus', id: name, text: '체납자에게 돌려줄 잉여금', amountKrw: amount.toString(), children: [] };
  const billId = Number(match[1]);
  const { noticeNumber } = await reader.bill.findUniqueOrThrow({ where: { id: billId }, select: { noticeNumber: true } });
  const tier = Object.entries(TIER_TITLE).find(([key]) => key === match[2])?.[1] ?? match[2];
  return { what: 'credit', id: `bill:${billId}`, text: `고지 ${noticeNumber} ${tier}`, amountKrw: amount.toString(), children: [] };
}

function restNode(fillId: number, { rest }: FillShare): TraceNode {
  return {
    what: 'rest',
    id: `order_fill:${fillId}`,
    text: '수수료, 원 미만 단수, 아직 배분하지 않은 금액',
    amountKrw: rest.toString(),
    children: [],
  };
}

/** Where the money of one source on one bill came from. */
async function originOf(reader: Reader, caseId: number, billId: number, source: string): Promise<{ node: TraceNode; total: Won }> {
  const facts = await readCase(reader, caseId);
  if (source.startsWith('bank_line:')) {
    const total = Won.sum(
      facts.money.credited.filter((each) => each.billId === billId && each.source === source).map(({ amount }) => amount),
    );
    return {
      total,
      node: {
        what: 'payment',
        id: source,
        text: `체납자의 납부 (사건 ${facts.money.caseNumber})`,
        amountKrw: total.toString(),
        children: [],
      },
    };
  }
  const prefix = `bill:${billId}/`;
  const fromFills = facts.shares.map(({ fillId, shares }) => ({
    fillId,
    amount: Won.sum(shares.filter(({ name }) => name.startsWith(prefix)).map(({ amount }) => amount)),
  }));
  const total = Won.sum(fromFills.map(({ amount }) => amount));
  const children = fromFills.flatMap(({ fillId, amount }) => {
    const fill = facts.fills.find(({ id }) => id === fillId);
    return fill === undefined || amount.isZero()
      ? []
      : [{ what: 'fill', id: `order_fill:${fillId}`, text: fillText(fill), amountKrw: amount.toString(), children: [] }];
  });
  return {
    total,
    node: { what: 'distribution', id: source, text: `배분 (사건 ${facts.money.caseNumber})`, amountKrw: total.toString(), children },
  };
}

function sumsOf({ money, fills, venue }: CaseFacts): TraceSum[] {
  const ofFills = VenueWon.sum(
    venue,
    fills.map(({ proceeds }) => VenueWon.of(venue, proceeds.toFixed())),
  );
  const venueSide = [money.tradingFees, money.withdrawalFees, money.residue, money.atVenue, money.onTheWay].reduce(
    (total, part) => total.plus(part),
    VenueWon.of(venue, money.arrived.value),
  );
  const bankIn = Won.sum([money.arrived, money.interest, money.payments]);
  const bankOut = Won.sum([money.undistributed, money.distributed, money.creditedTotal, money.surplusOwed, money.refunded]);
  return [
    sum('체결 대금의 합 = 장부의 매각 대금', ofFills.toString(), money.gross.toString()),
    sum('매각 대금 = 수수료 + 단수 + 거래소 + 이동 중 + 은행 입금', money.gross.toString(), venueSide.toString()),
    sum('은행 입금 + 이자 + 납부 = 충당 + 환급 + 남은 금액', bankIn.toString(), bankOut.toString()),
  ];
}

function sum(text: string, left: string, right: string): TraceSum {
  return { text, left, right, agrees: left === right };
}

function group(what: string, id: string, text: string, children: readonly TraceNode[]): TraceNode {
  return { what, id, text, children };
}
