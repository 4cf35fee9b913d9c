import { contentIdOf } from '../content-id.ts'
import type { Random } from '../random.ts'
import { contentLifeMs } from '../scenario-world.ts'
import type { SimulatedContent } from '../world.ts'
import type { Way } from './access.ts'
import { type BodyForm, printBody } from './body.ts'
import { crowdedWindow, dayMs, hourMs, minuteMs, storyEnd, storyStart } from './calendar.ts'
import { placeDuplicates } from './duplicates.ts'
import { giveFaults } from './faults.ts'
import type { StoryRecord } from './story-record.ts'

/** How a tenant's feed is cut into contents. */
export interface FeedPace {
  /** Minutes between contents. */
  readonly everyMinutes: readonly [min: number, max: number]
  /** Minutes from an event to the earliest content it may be in. */
  readonly delayMinutes: readonly [min: number, max: number]
  /** Minutes over which later contents may take it instead. */
  readonly spreadMinutes: number
  /** Crowded ten-minute windows a day. */
  readonly crowdsPerDay: number
}

/** A content while it is being filled. */
export interface Draft {
  readonly created: number
  readonly aggregatedFrom: number
  readonly listedFrom: number
  readonly records: readonly StoryRecord[]
  readonly form: BodyForm
}

const lateListings = [30 * minuteMs, 2 * hourMs, 3 * hourMs, 50 * hourMs, 30 * hourMs]

/** Cuts a tenant's records into contents: late ones, ones that appear late, duplicates, faults and odd bodies among them. */
export function cutIntoContents(random: Random, records: readonly StoryRecord[], pace: FeedPace): SimulatedContent[] {
  const instants = contentInstants(random.fork('instants'), pace)
  const filled = fill(random.fork('fill'), instants, records, pace)
  const dated = delaySome(random.fork('delays'), filled)
  const shaped = shapeSome(random.fork('forms'), placeDuplicates(random.fork('duplicates'), dated))
  return giveFaults(
    random.fork('faults'),
    shaped.map((draft, index) => finish(random.fork(`content ${index}`), draft)),
  )
}

/** When contents become available: at a steady pace, and in crowds within one ten-minute window. */
function contentInstants(random: Random, { everyMinutes: [min, max], crowdsPerDay }: FeedPace): number[] {
  const instants: number[] = []
  for (let time = storyStart; time < storyEnd + 2 * hourMs; time += random.int(min * minuteMs, max * minuteMs)) instants.push(time)
  const days = (storyEnd - storyStart) / dayMs
  const windows = Array.from({ length: crowdsPerDay * days }, () => storyStart + 10 * minuteMs * random.int(6, 144 * days - 1))
  const crowded = crowdsPerDay > 0 ? [crowdedWindow, ...windows] : []
  return [...instants, ...crowded.flatMap((window) => crowd(random, window))].sort((a, b) => a - b)
}

/** Eight contents in the first half of the window, so that one of them can be last. */
function crowd(random: Random, window: number): number[] {
  return Array.from({ length: 8 }, (_, index) => window + index * 40_000 + random.int(1000, 30_000))
}

function fill(random: Random, instants: readonly number[], records: readonly StoryRecord[], pace: FeedPace): Draft[] {
  const contents = new Map(instants.map((instant): [number, StoryRecord[]] => [instant, []]))
  for (const record of records) {
    const instant = record.way === 'secondPage' ? lastOfCrowd(instants) : instantFor(random, instants, record.time, pace)
    contents.get(instant)?.push(record)
  }
  const filled = [...contents].filter(([, held]) => held.length > 0)
  return filled.map(([created, held]) => {
    const shuffled = random.sample(held, held.length)
    return { created, aggregatedFrom: created - 10 * minuteMs, listedFrom: created, records: shuffled, form: 'compact' }
  })
}

function instantFor(random: Random, instants: readonly number[], time: number, { delayMinutes, spreadMinutes }: FeedPace): number {
  const earliest = time + random.int(delayMinutes[0] * minuteMs, delayMinutes[1] * minuteMs)
  const first = firstAtOrAfter(instants, earliest)
  const next = firstAtOrAfter(instants, earliest + spreadMinutes * minuteMs)
  return instants[random.int(first, Math.max(first, next - 1))] ?? instants.at(-1) ?? earliest
}

/** Index of the first instant at or after `time`, by halving. */
function firstAtOrAfter(instants: readonly number[], time: number): number {
  let low = 0
  let high = instants.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((instants[middle] ?? time) < time) low = middle + 1
    else high = middle
  }
  return low
}

function lastOfCrowd(instants: readonly number[]): number {
  const last = instants.findLast((instant) => instant < crowdedWindow + 10 * minuteMs)
  if (last === undefined) throw new Error('There is no crowded window.')
  return last
}

/** One content in a hundred is hours late; a few appear in listings long after they were created. */
function delaySome(random: Random, drafts: readonly Draft[]): Draft[] {
  const isOrdinary = ({ records }: Draft): boolean => records.every(({ way }) => way === undefined)
  const early = drafts.filter((draft) => isOrdinary(draft) && draft.created < storyStart + 5 * dayMs)
  const [...appearing] = random.sample(early, lateListings.length)
  return drafts.map((draft) => {
    const way = wayOf(draft)
    const wait = lateListings[appearing.indexOf(draft)]
    if (way === 'lateContent') return createdLater(draft, 30 * hourMs)
    if (way === 'lateListing') return { ...draft, listedFrom: draft.created + 30 * hourMs }
    if (wait !== undefined) return { ...draft, listedFrom: draft.created + wait }
    const delay = random.int(3 * hourMs, 40 * hourMs)
    return isOrdinary(draft) && random.chance(0.01) && draft.created + delay < storyEnd ? createdLater(draft, delay) : draft
  })
}

function wayOf({ records }: Draft): Way | undefined {
  return records.find(({ way }) => way !== undefined)?.way
}

function createdLater(draft: Draft, delay: number): Draft {
  return { ...draft, created: draft.created + delay, listedFrom: draft.created + delay }
}

/** A few bodies are spread over lines, one begins with a byte-order mark, and one content holds nothing. */
function shapeSome(random: Random, drafts: readonly Draft[]): Draft[] {
  const [marked, ...pretty] = random.sample(drafts, 6)
  const [neighbour] = random.sample(drafts, 1)
  const shaped = drafts.map((draft): Draft => {
    if (draft === marked) return { ...draft, form: 'marked' }
    return pretty.includes(draft) ? { ...draft, form: 'pretty' } : draft
  })
  const empty = neighbour && { ...neighbour, created: neighbour.created + 1777, listedFrom: neighbour.created + 1777, records: [] }
  return empty ? [...shaped, empty] : shaped
}

function finish(random: Random, draft: Draft): SimulatedContent {
  const { created, aggregatedFrom, listedFrom, records, form } = draft
  const shard = `${random.pick(['emea', 'na', 'apac'])}${String(random.int(0, 9999)).padStart(4, '0')}`
  const order = records.map(({ record }) => record)
  return {
    contentType: 'Audit.Exchange',
    contentId: contentIdOf(aggregatedFrom, created, shard),
    created,
    listedFrom,
    expires: created + contentLifeMs,
    recordCount: records.length,
    mailRecords: records.flatMap(({ digest }) => digest ?? []),
    records: () => order,
    body: () => printBody(order, form),
  }
}
