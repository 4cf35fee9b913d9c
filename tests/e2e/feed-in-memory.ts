import {
  type ActivityApi,
  ActivityApiError,
  type ActivityApiErrorCode,
  type ContentDescriptor,
  type ContentQuery,
} from '@mailtrail/activity-api'
import { dayMs, type Interval, listableMs, type TenantId } from '@mailtrail/core'

/** One content of the feed, with the records in it. */
export interface FeedContent {
  readonly id: string
  readonly created: number
  /** Later than `created` for one that appears inside a window which has closed by then. */
  readonly listedFrom: number
  readonly records: readonly object[]
  /** Listed and not there: until this time. */
  readonly missingUntil?: number
  /** No array of records: until this time. */
  readonly brokenUntil?: number
}

/** How long a content can be fetched. */
export const contentLifeMs: number = 7 * dayMs

export interface FeedOptions {
  readonly tenantId: TenantId
  readonly contents: readonly FeedContent[]
  /** The service's own clock. */
  readonly now: () => number
  readonly trouble?: FeedTrouble
}

/** What goes wrong between the service and us. */
export interface FeedTrouble {
  /** What the service answers this call with, in place of what was asked for. */
  refuses(): ActivityApiErrorCode | undefined
  /** Whether an answer carries no `Date`. */
  isDateless(): boolean
}

const untroubled: FeedTrouble = { refuses: () => undefined, isDateless: () => false }

/** The service as the contract has it, for one tenant: what can be listed and fetched now, and whether the subscription is on. */
export class FeedInMemory {
  readonly #options: FeedOptions
  readonly #trouble: FeedTrouble
  /** What is created while the subscription is off is never listed. */
  readonly #off: { from: number; to: number; readonly reason: 'MISSING' | 'DISABLED' }[] = []

  constructor(options: FeedOptions) {
    this.#options = options
    this.#trouble = options.trouble ?? untroubled
  }

  get off(): readonly Interval[] {
    return this.#off
  }

  stop(reason: 'MISSING' | 'DISABLED'): void {
    if (!this.#current()) this.#off.push({ from: this.#options.now(), to: Number.POSITIVE_INFINITY, reason })
  }

  start(): void {
    const current = this.#current()
    if (current) current.to = this.#options.now()
  }

  api(): ActivityApi {
    const { now } = this.#options
    const none = async (): Promise<never> => {
      throw new Error('The fleet is not expected to ask for this.')
    }
    return {
      listSubscriptions: async () => {
        this.#refuse('list-subscriptions')
        const subscriptions = this.#current() ? [] : [{ contentType: 'Audit.Exchange', status: 'enabled' as const }]
        return { serviceDate: this.#trouble.isDateless() ? undefined : new Date(now()), subscriptions }
      },
      startSubscription: async () => {
        this.#refuse('start-subscription')
        this.start()
      },
      stopSubscription: none,
      describeAccess: none,
      listContent: (query) => this.#list(query),
      openContent: async ({ contentId }) => {
        this.#refuse('open-content')
        return { serviceDate: now(), body: bodyOf(this.#open(contentId), now()) }
      },
      serviceNow: now,
      [Symbol.asyncDispose]: async () => {},
    }
  }

  async *#list({ start, end }: ContentQuery): ReturnType<ActivityApi['listContent']> {
    const { contents, now } = this.#options
    const off = this.#current()
    if (off) throw this.#failure(`ACTIVITY_API_SUBSCRIPTION_${off.reason}`, 'list-content')
    if (start < now() - listableMs) throw this.#failure('ACTIVITY_API_WINDOW_AGED_OUT', 'list-content')
    const listed = contents.filter(
      ({ created, listedFrom }) => start <= created && created < end && listedFrom <= now() && !this.isLost(created),
    )
    // In pages, and an empty one where there is nothing.
    for (let from = 0; from === 0 || from < listed.length; from += 3) {
      this.#refuse('list-content')
      const serviceDate = this.#trouble.isDateless() ? undefined : now()
      yield { serviceDate, contents: listed.slice(from, from + 3).map(descriptor) }
    }
  }

  /** Whether what was created then is never listed. */
  isLost(created: number): boolean {
    return this.#off.some(({ from, to }) => from <= created && created < to)
  }

  #open(contentId: string): FeedContent {
    const { contents, now } = this.#options
    const content = contents.find(({ id, listedFrom }) => id === contentId && listedFrom <= now())
    if (!content || now() < (content.missingUntil ?? 0)) throw this.#failure('ACTIVITY_API_CONTENT_MISSING', 'open-content')
    if (now() >= content.created + contentLifeMs) throw this.#failure('ACTIVITY_API_CONTENT_EXPIRED', 'open-content')
    return content
  }

  #current(): { to: number; readonly reason: 'MISSING' | 'DISABLED' } | undefined {
    return this.#off.find(({ to }) => to === Number.POSITIVE_INFINITY)
  }

  #refuse(operation: ActivityApiError['operation']): void {
    const code = this.#trouble.refuses()
    if (code) throw this.#failure(code, operation)
  }

  #failure(code: ActivityApiErrorCode, operation: ActivityApiError['operation']): ActivityApiError {
    return new ActivityApiError(code, { tenantId: this.#options.tenantId, operation, serviceDate: this.#options.now() })
  }
}

function descriptor({ id, created }: FeedContent): ContentDescriptor {
  return {
    contentType: 'Audit.Exchange',
    contentId: id,
    contentUri: `https://service/${id}`,
    contentCreated: created,
    contentExpiration: created + contentLifeMs,
  }
}

async function* bodyOf({ records, brokenUntil = 0 }: FeedContent, now: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(now < brokenUntil ? '{"not":"an array"}' : JSON.stringify(records))
}
