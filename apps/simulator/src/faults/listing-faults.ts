import { type Answer, jsonAnswer } from '../answer.ts'
import { collectorsGap, type FaultCall, type FaultDefinition, feedOperations, harmless } from './fault-definition.ts'

const dayMs = 86_400_000

/** What a listing says, and the clock it says it by. */
export const listingFaults: readonly FaultDefinition[] = [
  {
    name: 'string-reference-not-set',
    operations: ['list-content'],
    meaning: 'a 400 with the text of a runtime error for a code',
    source: 'seen: office-365-management-api#52',
    ends: collectorsGap,
    acts: 'answer',
    answer: () => jsonAnswer(400, { error: { code: nullString, message: nullString } }),
  },
  {
    name: 'partial-beyond-24-hours',
    operations: ['list-content'],
    meaning: 'a span longer than 24 hours is not refused: it gets the contents of its first 24 hours only',
    source: 'reference',
    ends: harmless,
    acts: 'answer',
    answer: answerPartially,
  },
  {
    name: 'descriptors-reversed',
    operations: ['list-content'],
    meaning: 'the contents of a page come newest first',
    source: 'inferred',
    ends: harmless,
    acts: 'change',
    change: (answer) => changeDescriptors(answer, (descriptors) => descriptors.toReversed()),
  },
  {
    name: 'descriptor-twice',
    operations: ['list-content'],
    meaning: 'the first content of a page stands at its end again',
    source: 'inferred',
    ends: harmless,
    acts: 'change',
    change: (answer) => changeDescriptors(answer, (descriptors) => [...descriptors, ...descriptors.slice(0, 1)]),
  },
  {
    name: 'content-uri-on-foreign-host',
    operations: ['list-content'],
    meaning: 'the addresses of the contents are on another host',
    source: 'inferred',
    ends: collectorsGap,
    acts: 'change',
    change: (answer, { simulation: { origin, foreignOrigin } }) =>
      changeDescriptors(answer, (descriptors) =>
        descriptors.map((descriptor) => ({ ...descriptor, contentUri: descriptor.contentUri.replace(origin, foreignOrigin) })),
      ),
  },
  {
    name: 'date-missing',
    operations: ['list-content'],
    meaning: 'the answer has no Date header',
    source: 'inferred',
    ends: { passing: 'whole', lasting: 'unverified' },
    acts: 'change',
    change: (answer) => ({ ...answer, headers: { ...answer.headers, Date: undefined } }),
  },
  date('date-behind', { minutes: 10 }, "the service's clock is some minutes behind", ({ minutes }) => -minutes * 60_000),
  date('date-ahead', { minutes: 10 }, "the service's clock is some minutes ahead", ({ minutes }) => minutes * 60_000),
  date('date-hours-ahead', { hours: 6 }, "the service's clock is hours ahead", ({ hours }) => hours * 3_600_000),
]

const nullString = 'String reference not set to an instance of a String.\r\nParameter name: s'

interface Descriptor {
  readonly contentUri: string
}

function changeDescriptors(answer: Answer, change: (descriptors: readonly Descriptor[]) => readonly Descriptor[]): Answer | undefined {
  const descriptors: unknown = answer.status === 200 ? JSON.parse(String(answer.body)) : undefined
  return Array.isArray(descriptors) && descriptors.length > 0 ? { ...answer, body: JSON.stringify(change(descriptors)) } : undefined
}

function answerPartially({ request, serve }: FaultCall): Answer | undefined {
  const [start, end] = ['startTime', 'endTime'].map((name) => Date.parse(utc(request.url.searchParams.get(name) ?? '')))
  if (start === undefined || end === undefined || !(end - start > dayMs)) return undefined
  const url = new URL(request.url)
  url.searchParams.set('endTime', new Date(start + dayMs).toISOString().slice(0, 19))
  return serve({ ...request, url })
}

function utc(text: string): string {
  return /T.*[^Z]$/.test(text) ? `${text}Z` : text
}

function date(
  name: string,
  parameters: Partial<FaultCall['parameters']>,
  meaning: string,
  skewMs: (parameters: FaultCall['parameters']) => number,
): FaultDefinition {
  return {
    name,
    operations: feedOperations,
    meaning,
    source: 'seen: elastic/beats, the other way round',
    ends: harmless,
    parameters,
    acts: 'change',
    change: (answer, { simulation, parameters: given }) => ({
      ...answer,
      headers: { ...answer.headers, Date: new Date(simulation.clock.now() + skewMs(given)).toUTCString() },
    }),
  }
}
