import { formatDay } from '../../document/korean-format.ts';
import { letterDocument } from '../../document/letter.ts';
import type { Block } from '../../document/print-document.ts';
import type { CivilDate } from '../../kernel/civil-date.ts';
import type { CoinAmount } from '../../kernel/money.ts';
import type { NoticeContent } from '../../notice/notice-content.ts';
import { type CaseFacts, type Correspondence, delinquentFactRows, demandedTable, holderRecipient } from './case-facts.ts';

export const TRANSFER_DEMAND_TEMPLATE = 'transfer-demand/2';

export interface DemandFacts {
  readonly deadlineOn: CivilDate;
  /** The city's account at the same exchange, as its owner is called there. */
  readonly accountLabel: string;
  /** Whether the holder moves within his books or sends over a chain. */
  readonly route: 'internal' | 'on_chain';
  /** Addresses of that account: over a chain where to send, within one exchange those proven by a test, in case it cannot. */
  readonly addresses: readonly {
    readonly asset: string;
    readonly network: string;
    readonly address: string;
    readonly secondaryAddress: string | undefined;
  }[];
  /** Assets of which only a test is demanded by this letter, with what will be demanded afterwards. */
  readonly tests: readonly { readonly asset: string; readonly rest: CoinAmount }[];
  /** True where an earlier letter demanded a part. */
  readonly isRest: boolean;
}

/** The demand to transfer coins held by an exchange to the city's account there, with the six fields of LTCA-D 60-2(2). */
export function transferDemand(facts: CaseFacts, demand: DemandFacts, correspondence: Correspondence): NoticeContent {
  const { holder } = correspondence;
  return ({ number, issuedOn, isSample }) => [
    letterDocument({
      agency: correspondence.agency,
      documentNumber: number,
      issuedOn,
      recipient: holderRecipient(correspondence),
      subject: '압류 가상자산 이전 요구',
      body: [
        {
          kind: 'paragraph',
          text: '압류한 아래 가상자산을 체납자의 계정에서 우리 시가 지정하는 계정으로 기한까지 이전하여 주시기 바랍니다.',
        },
        { kind: 'heading', text: '1. 체납자' },
        { kind: 'facts', pairsPerRow: 1, facts: [{ label: '사건번호', value: facts.caseNumber }, ...delinquentFactRows(facts)] },
        { kind: 'heading', text: '2. 가상자산을 보관하고 있는 자' },
        {
          kind: 'facts',
          pairsPerRow: 1,
          facts: [
            { label: '명칭', value: `${holder.name} (${facts.venueTitle})` },
            { label: '주소', value: holder.address },
          ],
        },
        { kind: 'heading', text: '3. 이전하는 가상자산의 종류 및 규모' },
        demandedTable(facts, '이전 요구 수량'),
        { kind: 'heading', text: '4. 이전 기한' },
        { kind: 'paragraph', text: `${formatDay(demand.deadlineOn)}까지` },
        { kind: 'heading', text: '5. 지방자치단체의 장이 지정하는 계정' },
        {
          kind: 'facts',
          pairsPerRow: 1,
          facts: [
            { label: '거래소', value: facts.venueTitle },
            { label: '계정 명의', value: demand.accountLabel },
          ],
        },
        ...addressBlocks(demand),
        { kind: 'heading', text: '6. 그 밖의 사항' },
        {
          kind: 'items',
          items: [
            ...wayItems(demand),
            { text: `이전을 마치면 사건번호 ${facts.caseNumber}, 종류, 수량, 이전 일시와 이전 식별번호를 우리 시에 알려 주십시오.` },
            { text: '일부만 이전할 수 있거나 이전할 수 없으면 그 수량과 사유를 기한 전에 문서로 알려 주십시오.' },
          ],
        },
      ],
      legalBasis: ['지방세징수법 제61조제3항', '지방세징수법 시행령 제60조의2'],
      attachments: [],
      seal: 'none',
      isSample,
    }),
  ];
}

function wayItems({ route, addresses, tests, isRest }: DemandFacts): { text: string }[] {
  const way =
    route === 'on_chain'
      ? [
          { text: '아래 종류마다 적힌 네트워크와 주소로 한 번에 이전하여 주십시오.' },
          {
            text: '2차 주소(태그·메모)가 적힌 종류는 반드시 함께 지정하십시오. 다른 네트워크로 보내거나 빠뜨리면 자산을 잃을 수 있습니다.',
          },
        ]
      : [
          { text: '같은 거래소 안의 계정 이전으로 처리하고, 종류마다 한 번에 전량을 이전하여 주십시오.' },
          ...(addresses.length > 0
            ? []
            : [{ text: '계정 이전이 되지 않으면 보내지 말고 먼저 알려 주십시오. 입금 주소를 따로 알려 드립니다.' }]),
        ];
  return [
    ...way,
    ...tests.map(({ asset, rest }) => ({
      text: `${asset}은(는) 처음 쓰는 경로이므로 위 수량만 시험으로 먼저 이전하여 주십시오. 들어온 것을 확인한 뒤 나머지 ${rest.toString()} ${asset}의 이전을 따로 요구합니다.`,
    })),
    ...(isRest ? [{ text: '앞서 요구한 수량과 별도로 이전할 수량입니다.' }] : []),
  ];
}

function addressBlocks({ route, addresses }: DemandFacts): Block[] {
  if (addresses.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: route === 'on_chain' ? '이전받을 입금 주소' : '계정의 입금 주소(계정 이전이 되지 않을 때에만 사용)',
      columns: [
        { header: '종류', align: 'left', weight: 1.2 },
        { header: '네트워크', align: 'left', weight: 1.6 },
        { header: '주소', align: 'left', weight: 6 },
        { header: '2차 주소', align: 'left', weight: 2 },
      ],
      rows: addresses.map(({ asset, network, address, secondaryAddress }) => [asset, network, address, secondaryAddress ?? '없음']),
    },
  ];
}
