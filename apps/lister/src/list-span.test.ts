import type { ActivityApi, ContentDescriptor, ContentPage } from '@mailtrail/activity-api'
import { minuteMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore, readEntryGroup } from '@mailtrail/lake'
import type { ListTask, TaskContext, WaitingContents } from '@mailtrail/queues'
import { createLogger } from '@mailtrail/runtime'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { createListHandler } from './list-span.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const end = start + 10 * minuteMs
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const context: TaskContext = { signal: new AbortController().signal, log: createLogger('silent'), attempt: 1, lastAttempt: false }
const listed: ListTask = { v: 1, kind: 'list', tenantId, contentType: 'Audit.Exchange', start, end, entry: 'listed', lane: 'live' }
const sweep: ListTask = { ...listed, entry: 'sweep-1h' }

function content(contentId: string): ContentDescriptor {
  const created = start + minuteMs
  return {
    contentType: 'Audit.Exchange',
    contentId,
    contentUri: `https://service/${contentId}`,
    contentCreated: created,
    contentExpiration: created + 604_800_000,
  }
}

interface Place extends AsyncDisposable {
  readonly lake: ObjectStore
  readonly offered: WaitingContents[]
  /** Lists when the service's clock and ours say so, answering with these pages. */
  list(task: ListTask, pages: readonly (readonly string[])[], times: { service: number | undefined; local?: number }): Promise<void>
  entries(): Promise<Record<string, string[]>>
}

async function openPlace(): Promise<Place> {
  const folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const offered: WaitingContents[] = []
  return {
    lake,
    offered,
    list: (task, pages, { service, local = service ?? 0 }) => {
      const api: Pick<ActivityApi, 'listContent'> = {
        listContent: async function* (): AsyncGenerator<ContentPage, void, undefined> {
          // Later pages come later; only the first one's time counts.
          for (const [index, ids] of pages.entries())
            yield { serviceDate: service && service + index * minuteMs, contents: ids.map(content) }
        },
      }
      const handle = createListHandler({
        lakes: { open: async () => lake },
        apis: { open: async () => api as ActivityApi, noteFailure: () => {} },
        turns: { offer: async (waiting) => void offered.push(waiting), release: async () => {} },
        subscriptions: { ensure: async () => {}, lost: async () => {} },
        brakes: { hold: async (_tenant: unknown, error: unknown) => error, read: async () => undefined, release: async () => {} },
        clock: { now: () => local, every: () => ({ [Symbol.dispose]: () => {} }) },
        routes: { 'Audit.Exchange': ['MailItemsAccessed'] },
      })
      return handle(task, context)
    },
    entries: async () => {
      const group = await readEntryGroup(lake, tenantId, listed)
      return Object.fromEntries(group.map(({ entry, contents }) => [entry, contents.map(({ id }) => id)]))
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const onTime = { service: end + 2 * minuteMs }

describe('a window', () => {
  test('is entered with the contents of all pages before any of them is offered', async () => {
    await using place = await openPlace()
    await place.list(listed, [['a', 'b'], ['c'], ['d']], onTime)
    expect(await place.entries()).toEqual({ listed: ['a', 'b', 'c', 'd'] })
    expect(place.offered).toMatchObject([{ total: 4 }])
    expect(await place.lake.stat(place.offered[0]?.entryKey ?? '')).toBeDefined()
  })

  test('without contents is sealed by its listing', async () => {
    await using place = await openPlace()
    await place.list(listed, [[]], onTime)
    expect(await place.entries()).toEqual({ seal: [] })
    expect(place.offered).toEqual([])
  })

  test.each([
    {
      title: 'the service clock says that it can still grow, however far ahead ours is',
      service: end + 2 * minuteMs - 1,
      local: end + 600 * minuteMs,
    },
    { title: 'the service says no time and ours is less than 15 minutes past its end', service: undefined, local: end + 14 * minuteMs },
  ])('is not entered when $title', async (times) => {
    await using place = await openPlace()
    await expect(place.list(listed, [['a']], times)).rejects.toMatchObject({ code: 'LISTING_TOO_EARLY' })
    expect(await place.entries()).toEqual({})
    expect(place.offered).toEqual([])
  })

  test('is entered by the time of the first page, not of a later one', async () => {
    await using place = await openPlace()
    await expect(place.list(listed, [['a'], ['b'], ['c']], { service: end + minuteMs })).rejects.toMatchObject({
      code: 'LISTING_TOO_EARLY',
    })
  })

  test('listed twice names in a repair what the first listing did not', async () => {
    await using place = await openPlace()
    await place.list(listed, [['a']], onTime)
    await place.list(listed, [['a', 'b']], onTime)
    expect(await place.entries()).toEqual({ listed: ['a'], 'repair-1': ['b'] })
    expect(place.offered.at(-1)).toMatchObject({ total: 1 })
  })
})

describe('a sweep', () => {
  const later = { service: end + 61 * minuteMs }

  test('names only what no entry names yet', async () => {
    await using place = await openPlace()
    await place.list(listed, [['a']], onTime)
    await place.list(sweep, [['a', 'late']], later)
    expect(await place.entries()).toEqual({ listed: ['a'], 'sweep-1h': ['late'] })
    expect(place.offered).toHaveLength(2)
  })

  test('that comes too early leaves its name to the one that does not', async () => {
    await using place = await openPlace()
    await expect(place.list(sweep, [[]], { service: end + 59 * minuteMs, local: end + 90 * minuteMs })).rejects.toMatchObject({
      code: 'LISTING_TOO_EARLY',
    })
    await place.list(sweep, [['late']], later)
    expect(await place.entries()).toEqual({ 'sweep-1h': ['late'] })
  })
})
