import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parseAddressRange } from '@mailtrail/core'
import { itemsKey, itemsPrefix, type ObjectStore, rawKey, rawPrefix } from '@mailtrail/lake'
import { describe, expect, test } from 'vitest'
import type { Answer } from '../answer.ts'
import { investigate } from '../investigate.ts'
import { openEvidence } from '../open-evidence.ts'
import type { Question } from '../question.ts'
import { ask, asked, settled } from '../testing/ask.ts'
import { bind, dora, emailEvent, emil, ownerAddress, sync } from '../testing/build-records.ts'
import { generateRecords } from '../testing/generate-records.ts'
import { createLakeFixture, type Json, type LakeFixture, otherTenantId, tenantId } from '../testing/lake-fixture.ts'
import { compactDate } from './compact-date.ts'
import { sealItems, unsealed } from './seal-items.ts'

const date = '2024-03-14'

/** Every date of which there is a raw object. */
async function compactAll({ lake }: LakeFixture): Promise<void> {
  const keys = await Array.fromAsync(lake.list(rawPrefix('MailItemsAccessed', tenantId)))
  const dates = new Set(keys.map((key) => /\/date=([^/]+)\//.exec(key)?.[1] ?? ''))
  for (const each of dates) await compactDate(lake, tenantId, each)
}

/** Several questions, so that each column and each count is in some answer. */
async function askAll({ lake, cacheFolder }: LakeFixture): Promise<Answer[]> {
  await using evidence = await openEvidence(lake, tenantId, asked, { cacheFolder })
  const everywhere = [parseAddressRange('0.0.0.0/0'), parseAddressRange('::/0')]
  const question: Question = { tenantId, ...asked, ranges: everywhere, sessions: [], apps: [] }
  const questions: Question[] = [
    question,
    { ...question, mailbox: dora.MailboxOwnerUPN },
    { ...question, ranges: [], sessions: ['s-1'], apps: ['s-2'] },
  ]
  return await Array.fromAsync(questions, (each) => investigate(evidence, each, settled))
}

function inParts<Item>(items: readonly Item[], parts: number): Item[][] {
  return Array.from({ length: parts }, (_, part) => items.filter((_, index) => index % parts === part))
}

/** Records that say, repeat and hide everything. */
function story(): (Json | string)[] {
  const record = bind(['twice@x', 'other@x'], { SessionId: 'S-1', AppId: 'S-2' })
  return [
    record,
    JSON.stringify(Object.fromEntries(Object.entries(record).reverse())),
    { ...record, Folders: bind(['variant@x']).Folders },
    bind(['a@x'], { Id: '' }),
    bind(['a@x'], { Id: '' }),
    bind([], { Folders: null }),
    bind(['undated@x'], { CreationTime: null }),
    bind(['theirs@x'], { OrganizationId: otherTenantId }),
    bind(['other-operation@x'], { Operation: 'Send' }),
    bind(['earlier@x'], { CreationTime: '2024-03-13T09:00:00' }),
    bind(['later@x'], { ...emil, CreationTime: '2024-03-15T09:00:00', OperationProperties: [{ Name: 'IsThrottled', Value: 'True' }] }),
    bind(['no-guid@x'], { MailboxGuid: undefined }),
    bind(['half\ud83d@x'], { ClientIPAddress: ownerAddress }),
    sync('Inbox'),
    sync('Archive', { Folders: [{ Path: '\\Archive\\Old' }] }),
    sync('', { Item: null }),
    '{"Id":"broken","CreationTime":"2024-03-14T09:00:00","Operation":"MailItemsAccessed","Folders":"[{"}',
  ]
}

describe(compactDate, () => {
  test('answers are the same before, while and after records are compacted, in whatever parts they come', async () => {
    await using fixture = await createLakeFixture()
    const parts = inParts([...story(), ...generateRecords(300)], 3)
    await fixture.lake.create(rawKey('MailItemsAccessed', tenantId, date, 'unreadable'), gzipSync('{"Id":\n[]\n'))
    await fixture.putEmailEvents([emailEvent('twice@x'), emailEvent('quiet@x', { RecipientEmailAddress: 'quiet@hospital.example' })])
    for (const [part, records] of parts.entries()) {
      await fixture.putRecords(records)
      await fixture.putRecords(records.slice(0, 3), { content: `again-${part}` })
      const before = await askAll(fixture)
      if (part < 2) await compactAll(fixture)
      expect(await askAll(fixture)).toEqual(before)
    }
    await compactAll(fixture)
    expect(await notesOf(fixture)).toEqual([])
    const compacted = await askAll(fixture)
    for await (const key of fixture.lake.list(itemsPrefix(tenantId))) await fixture.lake.remove(key)
    expect(await askAll(fixture)).toEqual(compacted)
    expect(compacted[0]?.counts).toMatchObject({ otherTenant: 2, otherOperation: 2, unreadable: 2, variants: 1 })
  })

  test('a date whose raw objects are all held is left alone, late data costs what it is', async () => {
    await using fixture = await createLakeFixture()
    expect(await compactDate(fixture.lake, tenantId, date)).toEqual({ outcome: 'none', objects: 0 })
    await fixture.putRecords([bind(['a@x'])])
    await fixture.putRecords([bind(['b@x'])])
    expect(await compactDate(fixture.lake, tenantId, date)).toEqual({ outcome: 'made', objects: 2 })
    const { etag } = (await fixture.lake.stat(itemsKey(tenantId, date))) ?? {}
    expect(await compactDate(fixture.lake, tenantId, date)).toEqual({ outcome: 'current', objects: 0 })
    expect(await fixture.lake.stat(itemsKey(tenantId, date))).toMatchObject({ etag })
    await fixture.putRecords([bind(['late@x'])])
    expect(await compactDate(fixture.lake, tenantId, date)).toEqual({ outcome: 'made', objects: 1 })
    expect(await ask(fixture)).toMatchObject({ lower: 3, counts: { read: 3, records: 3 } })
  })

  test('of two compactors at once neither doubles or loses a record', async () => {
    await using fixture = await createLakeFixture()
    for (const round of [1, 2]) {
      await fixture.putRecords([bind([`${round}@x`])])
      const outcomes = await Promise.all([1, 2, 3].map(() => compactDate(fixture.lake, tenantId, date)))
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['current', 'current', 'made'])
      expect(await ask(fixture)).toMatchObject({ lower: round, counts: { read: round, duplicates: 0 } })
    }
  })

  test('records stay when their raw objects are gone, also through a later compaction', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords(story())
    await compactAll(fixture)
    const before = await askAll(fixture)
    for await (const key of fixture.lake.list('raw/')) await fixture.lake.remove(key)
    expect(await askAll(fixture)).toEqual(before)
    await fixture.putRecords([bind(['late@x'])])
    await compactAll(fixture)
    expect((await ask(fixture)).counts.records).toBe((before[0]?.counts.records ?? 0) + 1)
  })

  test('items with a flipped bit are set aside, said, and made anew', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords(story())
    await compactAll(fixture)
    const before = await askAll(fixture)
    const key = itemsKey(tenantId, date)
    const { bytes, etag } = (await fixture.lake.readVersion(key)) ?? { bytes: new Uint8Array(), etag: '' }
    const flipped = Buffer.from(bytes)
    flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 4
    await fixture.lake.replace(key, flipped, etag)
    expect(await notesOf(fixture)).toEqual([expect.stringMatching(`items of ${date} are damaged`)])
    expect(await askAll(fixture)).toEqual(before)
    expect(await compactDate(fixture.lake, tenantId, date)).toMatchObject({ outcome: 'made' })
    expect(await notesOf(fixture)).toEqual([])
    expect(await askAll(fixture)).toEqual(before)
  })

  test('items of a newer release are set aside, said, and left alone', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    await compactAll(fixture)
    const key = itemsKey(tenantId, date)
    const { bytes, etag } = (await fixture.lake.readVersion(key)) ?? { bytes: new Uint8Array(), etag: '' }
    const path = join(fixture.cacheFolder, 'newer.parquet')
    const text = Buffer.from(bytes)
      .toString('latin1')
      .replace('{"schema":1,', '{"schema":2,')
      .replace(/"sha256":"[0-9a-f]+/, `"sha256":"${unsealed}`)
    await mkdir(fixture.cacheFolder)
    await writeFile(path, text, 'latin1')
    await sealItems(path)
    await fixture.lake.replace(key, { path }, etag)
    expect(await notesOf(fixture)).toEqual([expect.stringMatching(`items of ${date} are of a newer release`)])
    await fixture.putRecords([bind(['b@x'])])
    expect(await compactDate(fixture.lake, tenantId, date)).toEqual({ outcome: 'current', objects: 0 })
    expect(await ask(fixture)).toMatchObject({ lower: 2 })
  })

  test('what another compactor replaced while it was read is read again, once', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    await compactAll(fixture)
    for (const changes of [1, 2]) {
      await fixture.putRecords([bind([`${changes}@x`])])
      await compactAll(fixture)
      const answer = ask({ ...fixture, lake: changing(fixture, changes) })
      if (changes === 1) expect(await answer).toMatchObject({ lower: 2 })
      else await expect(answer).rejects.toMatchObject({ code: 'LAKE_OBJECT_CHANGED', retry: { again: true } })
    }
  })

  test('a copy is made once for each version', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    await compactAll(fixture)
    const read: string[] = []
    const noted = (key: string): string => read[read.push(key) - 1] ?? key
    const lake: ObjectStore = { ...fixture.lake, stream: (key, options) => fixture.lake.stream(noted(key), options) }
    for (let times = 0; times < 2; times += 1) await ask({ ...fixture, lake })
    expect(read).toEqual([itemsKey(tenantId, date)])
    await fixture.putRecords([bind(['b@x'])])
    await compactAll(fixture)
    expect(await ask({ ...fixture, lake })).toMatchObject({ lower: 2 })
    expect(read).toEqual(Array.from({ length: 2 }, () => itemsKey(tenantId, date)))
  })
})

async function notesOf({ lake, cacheFolder }: LakeFixture): Promise<readonly string[]> {
  await using evidence = await openEvidence(lake, tenantId, asked, { cacheFolder })
  return evidence.notes
}

/** A lake whose items are compacted by somebody else just before they are read, so many times. */
function changing(fixture: LakeFixture, times: number): ObjectStore {
  let left = times
  return {
    ...fixture.lake,
    stream: async function* (key, options) {
      if (key.startsWith('items/') && left > 0) {
        left -= 1
        await fixture.putRecords([bind(['x@x'], { ClientIPAddress: ownerAddress })])
        await compactAll(fixture)
      }
      yield* fixture.lake.stream(key, options)
    },
  }
}
