import { parseRecords } from '../parse-records.ts'
import type { SimulatedContent } from '../world.ts'
import { type FaultDefinition, type FaultEnds, type FaultOperation, type FeedFaultContext, harmless } from './fault-definition.ts'

const dayMs = 86_400_000
const minuteMs = 60_000
const megabyte = 1_048_576

type Change = (content: SimulatedContent, context: FeedFaultContext) => Partial<SimulatedContent>

/** What contents hold, when they can be listed, and how long they live. */
export const contentFaults: readonly FaultDefinition[] = [
  {
    ...feed('listed-late', 'a content appears in listings only minutes after its creation, when its window may have closed', 'inferred'),
    operations: ['list-content'],
    parameters: { minutes: 180 },
    contents: changed(({ created, listedFrom }, { parameters }) => ({
      listedFrom: Math.max(listedFrom, created + parameters.minutes * minuteMs),
    })),
  },
  {
    ...feed(
      'records-again',
      'the records of a content come once more in a later one, their keys in another order',
      'reference: duplicates are by design',
    ),
    parameters: { minutes: 60 },
    contents: (content, { parameters }) => [content, laterCopy(content, parameters.minutes * minuteMs)],
  },
  {
    ...feed('content-empty', 'beside a content there is one that holds no record', 'inferred'),
    contents: (content) => [
      content,
      {
        ...content,
        contentId: `${content.contentId}-empty`,
        recordCount: 0,
        mailRecords: [],
        records: () => [],
        body: () => Buffer.from('[]'),
      },
    ],
  },
  {
    ...feed('record-of-another-tenant', "a record of another tenant stands before a content's own", 'inferred', {
      passing: 'gap_collector',
      lasting: 'gap_collector',
    }),
    contents: changed((content, { random }) => {
      const foreign = { Id: random.guid(), Operation: 'MailItemsAccessed', OrganizationId: random.guid(), Workload: 'Exchange' }
      return { recordCount: content.recordCount + 1, body: withRecords(content, (records) => [foreign, ...records]) }
    }),
  },
  {
    ...feed('body-bom', 'a body begins with a byte-order mark', 'inferred'),
    contents: changed(({ body }) => ({ body: () => Buffer.concat([Buffer.from('\uFEFF'), body()]) })),
  },
  {
    ...feed('body-pretty-printed', 'a body is spread over lines', 'inferred'),
    contents: changed((content) => ({ body: printed(content, (records) => JSON.stringify(records, null, 2)) })),
  },
  {
    ...feed('body-crlf', 'a body is spread over lines that end in CR LF', 'inferred'),
    contents: changed((content) => ({ body: printed(content, (records) => JSON.stringify(records, null, 2).replaceAll('\n', '\r\n')) })),
  },
  {
    ...feed('body-big', 'records of another operation make a body megabytes long', 'seen: wazuh#14455, #8831'),
    parameters: { megabytes: 10 },
    contents: changed((content, { parameters: { megabytes } }) => {
      const padding = Array.from({ length: megabytes }, (_, index) => ({
        Id: `${content.contentId}-${index}`,
        Operation: 'Send',
        Padding: 'x'.repeat(megabyte),
      }))
      return {
        recordCount: content.recordCount + megabytes,
        records: () => [...content.records(), ...padding],
        body: withRecords(content, (records) => [...padding, ...records]),
      }
    }),
  },
  {
    ...feed('listed-expired', 'a content has expired when it is listed', 'seen: SEKOIA automation-library#1724', {
      passing: 'gap_upstream',
      lasting: 'gap_upstream',
    }),
    operations: ['list-content', 'fetch-content'],
    contents: changed(({ created }) => ({ expires: created })),
  },
  {
    ...feed('expires-soon', 'a content expires some minutes after its creation', 'reference: read contentExpiration'),
    parameters: { minutes: 60 },
    contents: changed(({ created }, { parameters }) => ({ expires: created + parameters.minutes * minuteMs })),
  },
  {
    ...feed('expires-in-20-days', 'a content can be fetched for 20 days, though it is listed for 7', 'seen: graph2otel'),
    contents: changed(({ created }) => ({ expires: created + 20 * dayMs })),
  },
  {
    ...feed('content-id-odd', 'the id of a content has slashes, dots, spaces, quotes, percent signs and letters beyond ASCII', 'inferred'),
    operations: ['list-content', 'fetch-content'],
    contents: changed(({ contentId }) => ({ contentId: `${contentId}$../a b+%2F"'é\\:*?` })),
  },
]

function feed(
  name: string,
  meaning: string,
  source: string,
  ends: FaultEnds = harmless,
): Pick<FaultDefinition, 'name' | 'meaning' | 'source' | 'ends'> & {
  readonly operations: readonly FaultOperation[]
  readonly acts: 'feed'
} {
  return { name, operations: ['fetch-content'], meaning, source, ends, acts: 'feed' }
}

function changed(change: Change): (content: SimulatedContent, context: FeedFaultContext) => readonly SimulatedContent[] {
  return (content, context) => [{ ...content, ...change(content, context) }]
}

function laterCopy(content: SimulatedContent, byMs: number): SimulatedContent {
  const reversed = (record: object): object => Object.fromEntries(Object.entries(record).reverse())
  return {
    ...content,
    contentId: `${content.contentId}-again`,
    created: content.created + byMs,
    listedFrom: content.listedFrom + byMs,
    expires: content.expires + byMs,
    body: withRecords(content, (records) => records.map(reversed)),
  }
}

function withRecords(content: SimulatedContent, change: (records: readonly object[]) => readonly object[]): () => Buffer {
  return printed(content, (records) => JSON.stringify(change(records)))
}

/** A body that is no array of records stays as it is. */
function printed({ body }: SimulatedContent, print: (records: readonly object[]) => string): () => Buffer {
  return () => {
    const bytes = body()
    const records = parseRecords(bytes)
    return records ? Buffer.from(print(records)) : bytes
  }
}
