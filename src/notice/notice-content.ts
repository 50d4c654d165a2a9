import { z } from 'zod';
import { formatWon } from '../document/korean-format.ts';
import type { Block, Item, PrintDocument } from '../document/print-document.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { Won } from '../kernel/money.ts';

/** What only the issuing of a notice decides, for whoever writes its text. */
export interface NoticeStamp {
  readonly number: string;
  readonly issuedOn: CivilDate;
  /** True when the recipient is a sample: the documents must say so. */
  readonly isSample: boolean;
}

/** The letter first, then what is enclosed with it (forms, copies), each as it will be printed. */
export type NoticeContent = (stamp: NoticeStamp) => readonly [PrintDocument, ...PrintDocument[]];

const alignment = z.enum(['left', 'center', 'right']);
const text = z.string();
const texts = z.array(text).readonly();

const itemSchema: z.ZodType<Item> = z.lazy(() => z.object({ text, items: z.array(itemSchema).readonly().exactOptional() }));

/** Won in a box is kept as it is printed, so that the stored text says exactly what the paper said. */
const factValue = z.union([text, z.custom<Won>((value) => value instanceof Won).transform(formatWon)]);

/** One schema a kind; the compiler demands the kind that is missing. */
const blockSchemas = {
  title: z.object({ kind: z.literal('title'), text }),
  heading: z.object({ kind: z.literal('heading'), text }),
  paragraph: z.object({ kind: z.literal('paragraph'), text, align: alignment.exactOptional() }),
  items: z.object({ kind: z.literal('items'), items: z.array(itemSchema).readonly() }),
  facts: z.object({
    kind: z.literal('facts'),
    pairsPerRow: z.union([z.literal(1), z.literal(2)]).exactOptional(),
    facts: z.array(z.object({ label: text, value: factValue })).readonly(),
  }),
  table: z.object({
    kind: z.literal('table'),
    caption: text.exactOptional(),
    columns: z.array(z.object({ header: text, align: alignment, weight: z.number().positive() })).readonly(),
    rows: z.array(texts).readonly(),
    totals: z.object({ texts, labelColumns: z.int().positive() }).exactOptional(),
  }),
  legalBasis: z.object({ kind: z.literal('legalBasis'), provisions: texts }),
  note: z.object({ kind: z.literal('note'), text }),
  attachments: z.object({ kind: z.literal('attachments'), names: texts }),
  letterhead: z.object({
    kind: z.literal('letterhead'),
    agencyName: text,
    documentNumber: text,
    issued: text,
    recipientName: text,
    recipientAddress: text,
    subject: text,
  }),
  signature: z.object({ kind: z.literal('signature'), day: text, signatory: text, isSealOmitted: z.boolean(), contact: texts }),
  together: z.object({ kind: z.literal('together'), blocks: z.lazy((): z.ZodType<readonly Block[]> => blocksSchema) }),
} satisfies { [Kind in Block['kind']]: z.ZodType<Extract<Block, { kind: Kind }>> };

const blocksSchema: z.ZodType<readonly Block[]> = z.array(z.union(Object.values(blockSchemas))).readonly();

const documentSchema: z.ZodType<PrintDocument> = z.object({
  title: text,
  reference: text,
  orientation: z.enum(['portrait', 'landscape']).exactOptional(),
  blocks: blocksSchema,
  isSample: z.boolean(),
});
const documentsSchema = z.array(documentSchema).min(1).readonly();

/** The text that is sealed: everything the paper will say. */
export function contentText(documents: readonly PrintDocument[]): string {
  return JSON.stringify(documentsSchema.parse(documents));
}

export function contentFromText(json: string): readonly PrintDocument[] {
  return documentsSchema.parse(JSON.parse(json));
}
