import { type CollectionPeriod, dayMs, hourMs, type LedgerEntry, type Outcome, outcomes, utcDate } from '@mailtrail/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { content, contentType, entry, midnight, quietDay, tenantId } from '../test/entries.ts'
import { type MemoryLake, memoryLake } from '../test/memory-lake.ts'
import { readEntryGroup, writeRepair } from './entry-group.ts'
import { foldDay } from './fold-day.ts'
import { foldKey } from './layout.ts'
import { ledgerKey, readLedgerEntry, writeLedgerEntry } from './ledger.ts'
import { readFold } from './read-fold.ts'
import { readLedger } from './read-ledger.ts'
import { removeFolded } from './remove-folded.ts'

const date = utcDate(midnight)
const period: CollectionPeriod = { from: midnight, to: Number.POSITIVE_INFINITY, contentType, windowMs: 6 * hourMs, lane: 'live', since: 0 }
const context = { periods: [period], coverage: null }
const around = { from: midnight - 5 * dayMs, to: midnight + 5 * dayMs }

const fold = (lake: MemoryLake, number: number, day = { date, contentType }) => foldDay(lake, { tenantId, ...day, fold: number }, context)
const clean = (lake: MemoryLake, day = { date, contentType }) => removeFolded(lake, tenantId, day)
const keysOf = (lake: MemoryLake): string[] => [...lake.objects.keys()].map((key) => key.slice(key.lastIndexOf('/') + 1)).sort()

describe('a folded day reads as it did before', () => {
  const span = fc.constantFrom(
    { start: midnight, end: midnight + 6 * hourMs },
    { start: midnight + 6 * hourMs, end: midnight + 12 * hourMs },
    { start: midnight, end: midnight + dayMs },
    { start: midnight + dayMs, end: midnight + dayMs + hourMs },
  )
  const name = fc.constantFrom<LedgerEntry['entry']>('listed', 'seal', 'sweep-1h', 'sweep-24h', 'repair-1', 'repair-2', 'repair-3')
  const contents = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'ä', '日'), fc.constantFrom<Outcome>(...outcomes)), {
    selector: ([id]) => id,
    maxLength: 3,
  })
  const entries = fc.uniqueArray(
    fc
      .record({ span, name, contents, type: fc.constantFrom(contentType, 'Audit.General') })
      .map((parts) =>
        entry({ ...parts.span, entry: parts.name, contentType: parts.type, contents: parts.contents.map((each) => content(...each)) }),
      ),
    { selector: ({ contentType: type, start, end, entry: kind }) => `${type}/${start}-${end}.${kind}`, maxLength: 12 },
  )
  const day = fc.record({
    date: fc.constantFrom(date, utcDate(midnight + dayMs)),
    contentType: fc.constantFrom(contentType, 'Audit.General'),
  })
  const step = fc.oneof(fc.record({ day, fold: fc.constantFrom(1, 2, 3) }), fc.record({ day, fold: fc.constant(undefined) }))

  test('in whatever order it was written, folded and cleaned', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.array(step, { maxLength: 8 }), fc.infiniteStream(fc.nat(3)), async (written, steps, gaps) => {
        const lake = memoryLake()
        const waiting = [...steps]
        for (const each of written) {
          await writeLedgerEntry(lake, each)
          for (let count = gaps.next().value ?? 0; count > 2; count -= 1) await take(waiting.shift())
        }
        for (const each of waiting) await take(each)
        async function take(next: (typeof steps)[number] | undefined): Promise<void> {
          if (next?.fold) await fold(lake, next.fold, next.day)
          else if (next) await clean(lake, next.day)
        }
        expect(sorted(await readLedger(lake, tenantId, around))).toEqual(sorted(written))
        for (const [, group] of Map.groupBy(written, ({ contentType: type, start, end }) => `${type}/${start}-${end}`)) {
          const [first] = group
          if (first) expect(sorted(await readEntryGroup(lake, tenantId, first))).toEqual(sorted(group))
        }
        for (const each of written) expect(await readLedgerEntry(lake, ledgerKey(tenantId, each, each.entry))).toEqual(each)
      }),
      { numRuns: 100 },
    )
  })

  test('also by who asks for a time that only its sweeps reach into', async () => {
    const lake = await lakeOf(quietDay(midnight))
    await fold(lake, 3)
    await clean(lake)
    const later = { from: midnight + 2 * dayMs, to: midnight + 2 * dayMs + hourMs }
    expect((await readLedger(lake, tenantId, later)).map(({ entry: name }) => name)).toEqual(['sweep-settle'])
    expect(await readLedger(lake, tenantId, { from: midnight + 4 * dayMs, to: midnight + 5 * dayMs })).toEqual([])
  })

  test('wherever the folding, or the cleaning, breaks off', async () => {
    const day = quietDay(midnight)
    const passes = async (lake: MemoryLake): Promise<void> => {
      for (const number of [1, 2, 3]) await fold(lake, number)
      await clean(lake)
    }
    const full = await lakeOf(day)
    let changes = 0
    full.onChange = () => {
      changes += 1
    }
    await passes(full)
    expect(keysOf(full)).toEqual(['fold-3.ndjson.gz'])
    expect(changes).toBe(2 * (3 + day.length + 2))
    for (let breakAt = 1; breakAt <= changes; breakAt += 1) {
      const lake = await lakeOf(day)
      let left = breakAt
      lake.onChange = () => {
        left -= 1
        if (left === 0) throw new Error('The power is cut.')
      }
      await expect(passes(lake)).rejects.toThrow('The power is cut.')
      expect(sorted(await readLedger(lake, tenantId, around))).toEqual(sorted(day))
      await passes(lake)
      expect(keysOf(lake)).toEqual(['fold-3.ndjson.gz'])
      expect(sorted(await readLedger(lake, tenantId, around))).toEqual(sorted(day))
    }
  })
})

describe(foldDay, () => {
  test('by two at once leaves one fold, which both find', async () => {
    const lake = await lakeOf(quietDay(midnight))
    const both = await Promise.all([fold(lake, 1), fold(lake, 1)])
    expect(both.map((folded) => folded?.outcome).toSorted()).toEqual(['created', 'exists'])
    expect(both[0]?.head.sha256).toBe(both[1]?.head.sha256)
  })

  test('by two at once who saw different entries loses neither', async () => {
    const [first, ...rest] = quietDay(midnight)
    const lake = await lakeOf(rest)
    const started = fold(lake, 1)
    if (first) await writeLedgerEntry(lake, first)
    await Promise.all([started, fold(lake, 1)])
    expect(sorted(await readLedger(lake, tenantId, around))).toEqual(sorted(quietDay(midnight)))
  })

  test('makes the same bytes of the same entries, in whatever order they came', async () => {
    const [lake, other] = [await lakeOf(quietDay(midnight)), await lakeOf(quietDay(midnight).reverse())]
    await fold(lake, 1)
    await fold(other, 1)
    const key = foldKey(tenantId, date, contentType, 1)
    expect(Buffer.compare(lake.objects.get(key) ?? Buffer.of(), other.objects.get(key) ?? Buffer.of(1))).toBe(0)
  })

  test.each([
    { title: 'a content is pending', late: entry({ entry: 'repair-1', contents: [content('late', 'pending')] }) },
    { title: 'a content is dead', late: entry({ entry: 'sweep-1h', contents: [content('late', 'dead')] }) },
    { title: 'a window is not sealed', late: entry({ start: midnight + 5 * hourMs }) },
  ])('for the last time waits while $title', async ({ late }) => {
    const lake = await lakeOf([...quietDay(midnight), late])
    expect((await fold(lake, 2))?.outcome).toBe('created')
    expect(await fold(lake, 3)).toBeUndefined()
    expect(await clean(lake)).toBe(0)
  })

  test('refuses a day with an entry that cannot be read', async () => {
    const lake = await lakeOf(quietDay(midnight))
    const [key = '', bytes = Buffer.of()] = [...lake.objects][3] ?? []
    lake.objects.set(key, bytes.with(100, (bytes[100] ?? 0) ^ 1))
    await expect(fold(lake, 1)).rejects.toMatchObject({ code: 'LEDGER_ENTRY_INVALID', message: expect.stringContaining(key) })
    expect(keysOf(lake).filter((name) => name.startsWith('fold'))).toEqual([])
  })

  test('tells in its summary what the day holds, and each fold names those before it', async () => {
    const lake = await lakeOf([...quietDay(midnight - dayMs), ...quietDay(midnight)])
    const yesterday = { date: utcDate(midnight - dayMs), contentType }
    const folds = [await fold(lake, 1, yesterday), await fold(lake, 1), await fold(lake, 2, yesterday), await fold(lake, 3, yesterday)]
    expect(folds[1]?.head.summary).toMatchObject({
      entries: 11,
      windows: { expected: 4, listed: 4, sealed: 4 },
      contents: { stored: 4, pending: 0 },
      gaps: [],
      nextExpiry: null,
      spansEnd: new Date(midnight + 4 * dayMs).toISOString(),
    })
    const names = folds.map(
      (folded) => folded && { date: folded.head.summary.date, fold: folded.head.summary.fold, sha256: folded.head.sha256 },
    )
    expect(folds.map((folded) => folded?.head.summary.previous)).toEqual([[], [names[0]], [names[1]], [names[2]]])
    expect(folds.map((folded) => folded?.head.summary.replaces)).toEqual([[], [], [names[0]], [names[0], names[2]]])
  })

  test('names both of two folds that were made at once', async () => {
    const lake = await lakeOf([midnight, midnight + dayMs, midnight + 2 * dayMs].flatMap(quietDay))
    const [one, other] = await Promise.all([fold(lake, 1), fold(lake, 1, { date: utcDate(midnight + dayMs), contentType })])
    const next = await fold(lake, 1, { date: utcDate(midnight + 2 * dayMs), contentType })
    expect(next?.head.summary.previous.map(({ sha256 }) => sha256)).toEqual([one?.head.sha256, other?.head.sha256])
  })
})

describe(removeFolded, () => {
  test('keeps what is not what was folded, and says so', async () => {
    const lake = await lakeOf(quietDay(midnight))
    await fold(lake, 3)
    const altered = ledgerKey(tenantId, { contentType, start: midnight, end: midnight + 6 * hourMs }, 'seal')
    lake.objects.set(altered, Buffer.from('{}'))
    await expect(clean(lake)).rejects.toMatchObject({ code: 'LEDGER_OBJECT_ALTERED', message: expect.stringContaining(altered) })
    expect(keysOf(lake)).toEqual([altered.slice(altered.lastIndexOf('/') + 1), 'fold-3.ndjson.gz'])
    expect(sorted(await readLedger(lake, tenantId, around))).toEqual(sorted(quietDay(midnight)))
  })

  test('removes nothing when the fold is not what it was', async () => {
    const lake = await lakeOf(quietDay(midnight))
    await fold(lake, 3)
    const key = foldKey(tenantId, date, contentType, 3)
    const bytes = lake.objects.get(key) ?? Buffer.of()
    lake.objects.set(key, bytes.with(bytes.length - 20, 0))
    const before = keysOf(lake)
    await expect(clean(lake)).rejects.toMatchObject({ code: 'LEDGER_FOLD_INVALID', message: expect.stringContaining(key) })
    expect(keysOf(lake)).toEqual(before)
  })

  test('leaves what a lock keeps', async () => {
    const lake = await lakeOf(quietDay(midnight))
    await fold(lake, 3)
    lake.remove = async () => ({ outcome: 'locked' })
    expect(await clean(lake)).toBe(0)
  })
})

describe('after its last fold a day', () => {
  const window = { contentType, start: midnight, end: midnight + 6 * hourMs }

  test('keeps the names of its entries taken', async () => {
    const lake = await lakeOf(quietDay(midnight))
    await fold(lake, 3)
    await clean(lake)
    const again = entry({ ...window, writtenAt: midnight + 6 * dayMs, contents: [content('other', 'pending')] })
    expect(await writeLedgerEntry(lake, again)).toBe('exists')
    expect(keysOf(lake)).toEqual(['fold-3.ndjson.gz'])
  })

  test('takes late repairs, numbered on, which lie beside the fold', async () => {
    const repair = entry({ ...window, entry: 'repair-1', contents: [content('late', 'missing')] })
    const lake = await lakeOf([...quietDay(midnight), repair])
    await fold(lake, 3)
    await clean(lake)
    const written = await writeRepair(lake, { ...repair, contents: [content('late', 'stored')] })
    expect(written?.entry).toBe('repair-2')
    const late = (await readLedger(lake, tenantId, { from: midnight, to: midnight + 1 })).filter(({ entry: name }) =>
      name.startsWith('repair'),
    )
    expect(late.flatMap(({ contents }) => contents.map(({ outcome }) => outcome))).toEqual(['missing', 'stored'])
  })

  test('is not read at all while its fold cannot be', async () => {
    const lake = await lakeOf(quietDay(midnight))
    await fold(lake, 3)
    await clean(lake)
    const key = foldKey(tenantId, date, contentType, 3)
    lake.objects.set(key, (lake.objects.get(key) ?? Buffer.of()).with(500, 0))
    const isNamed = { code: 'LEDGER_FOLD_INVALID', message: expect.stringContaining(key) }
    await expect(readLedger(lake, tenantId, around)).rejects.toMatchObject(isNamed)
    await expect(readEntryGroup(lake, tenantId, window)).rejects.toMatchObject(isNamed)
    await expect(readLedgerEntry(lake, ledgerKey(tenantId, window, 'seal'))).rejects.toMatchObject(isNamed)
  })
})

describe('a fold of which', () => {
  test('a bit was flipped in whatever byte, or of which the end is missing, is refused', async () => {
    const lake = await lakeOf(quietDay(midnight).slice(0, 3))
    await fold(lake, 1)
    const key = foldKey(tenantId, date, contentType, 1)
    const bytes = lake.objects.get(key) ?? Buffer.of()
    const passed: string[] = []
    const isRefused = async (altered: Uint8Array): Promise<boolean> => {
      lake.objects.set(key, altered)
      return readFold(lake, key).then(
        () => false,
        ({ code, message }) => code === 'LEDGER_FOLD_INVALID' && message.includes(key),
      )
    }
    for (const [at, byte] of bytes.entries()) {
      if (!(await isRefused(bytes.subarray(0, at)))) passed.push(`cut to ${at}`)
      if (!(await isRefused(bytes.with(at, byte ^ (1 << (at % 8)))))) passed.push(`byte ${at} bit ${at % 8}`)
    }
    expect(passed).toEqual([])
    expect(await isRefused(bytes)).toBe(false)
  })

  test('another lies under its key is refused', async () => {
    const lake = await lakeOf(quietDay(midnight))
    await fold(lake, 1)
    const [key, other] = [1, 2].map((number) => foldKey(tenantId, date, contentType, number)) as [string, string]
    lake.objects.set(other, lake.objects.get(key) ?? Buffer.of())
    await expect(readFold(lake, other)).rejects.toMatchObject({ code: 'LEDGER_FOLD_INVALID' })
  })
})

async function lakeOf(entries: readonly LedgerEntry[]): Promise<MemoryLake> {
  const lake = memoryLake()
  for (const each of entries) await writeLedgerEntry(lake, each)
  return lake
}

function sorted(entries: readonly LedgerEntry[]): LedgerEntry[] {
  const nameOf = ({ contentType: type, start, end, entry: name }: LedgerEntry): string => `${type}/${start}-${end}.${name}`
  return entries.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}
