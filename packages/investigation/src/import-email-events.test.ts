import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createFolderStore, type ObjectStore, readImportNote } from '@mailtrail/lake'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ImportedEmailEvents, importEmailEvents } from './import-email-events.ts'
import { emailEvent } from './testing/build-records.ts'
import { otherTenantId, tenantId } from './testing/lake-fixture.ts'

let folder: string
let lake: ObjectStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtrail-import-'))
  lake = createFolderStore(join(folder, 'lake'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function exportFile(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, 'exports', name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}

async function stored(): Promise<Record<string, string>> {
  const keys = await Array.fromAsync(lake.list('email-events/'))
  const texts = keys.map(async (key) => [key, gunzipSync((await lake.read(key)) ?? '').toString()] as const)
  return Object.fromEntries(await Promise.all(texts))
}

const line = (messageId: string, columns = {}) => JSON.stringify(emailEvent(messageId, columns))
const prefix = `email-events/tenant=${tenantId}`

describe(importEmailEvents, () => {
  test('a folder of exports becomes an object a file and date, line by line as exported', async () => {
    const odd = `{ "time" : "2024-03-14T08:00:00Z", "tenantId":"${tenantId.toUpperCase()}", "properties": {"Timestamp":"2024-03-14T08:00:00.1234567Z","NetworkMessageId":"n","EmailSize":1156492.00} }`
    const late = line('late@x', { Timestamp: '2024-03-15T00:00:00Z' })
    await exportFile(`tenantId=${tenantId}/y=2024/m=03/d=14/h=08/m=00/PT1H.json`, `\ufeff${line('a@x')}\r\n${odd}\r\n\r\n${late}\r\n`)
    await exportFile('notes.txt', 'not an export')
    const imported = await importEmailEvents(lake, tenantId, join(folder, 'exports'))
    expect(imported).toEqual({ files: 1, rows: 3, rejected: [], rejectedRows: 0, otherTenants: 0 })
    const [[first, firstText] = [], [second, secondText] = []] = Object.entries(await stored())
    expect(first).toMatch(new RegExp(`^${prefix}/date=2024-03-14/[0-9a-f]{64}\\.ndjson\\.gz$`))
    expect(firstText).toBe(`${line('a@x')}\n${odd}\n`)
    expect(second).toMatch(new RegExp(`^${prefix}/date=2024-03-15/`))
    expect(secondText).toBe(`${late}\n`)
  })

  test('what was imported is noted, once', async () => {
    const files = [
      await exportFile('a.json', `${line('a@x')}\n${line('b@x', { Timestamp: '2024-03-15T00:00:00Z' })}`),
      await exportFile('c.json', line('c@x')),
    ]
    for (let times = 0; times < 2; times += 1) await importEmailEvents(lake, tenantId, files)
    const [note = '', ...others] = await Array.fromAsync(lake.list('imports/'))
    expect(others).toEqual([])
    expect(await readImportNote(lake, note)).toEqual(await Array.fromAsync(lake.list('email-events/')))
  })

  test('importing a file again changes nothing', async () => {
    const file = await exportFile('a.json', line('a@x'))
    const first = await importEmailEvents(lake, tenantId, [file])
    const before = await stored()
    expect(await importEmailEvents(lake, tenantId, [file])).toEqual(first)
    expect(await stored()).toEqual(before)
  })

  test('plain rows are taken, a last line needs no line end', async () => {
    const row = JSON.stringify(emailEvent('a@x').properties)
    const file = await exportFile('plain.jsonl', row)
    expect(await importEmailEvents(lake, tenantId, [file])).toMatchObject({ rows: 1, rejectedRows: 0 })
    expect(Object.values(await stored())).toEqual([`${row}\n`])
  })

  test("another tenant's rows are counted and never stored, by envelope or by path", async () => {
    const foreign = JSON.stringify({ ...emailEvent('b@x'), tenantId: otherTenantId })
    const plain = JSON.stringify(emailEvent('c@x').properties)
    await exportFile('mixed.json', `${line('a@x')}\n${foreign}\n`)
    await exportFile(`tenantId=${otherTenantId}/PT1H.json`, `${plain}\n`)
    expect(await importEmailEvents(lake, tenantId, join(folder, 'exports'))).toMatchObject({ rows: 1, otherTenants: 2 })
    expect(Object.keys(await stored())).toHaveLength(1)
    expect(Object.values(await stored())).toEqual([`${line('a@x')}\n`])
  })

  test.each([
    { title: 'no JSON', text: '{"time":', reason: /^not JSON$/ },
    { title: 'no object', text: '[1]', reason: /^not a JSON object$/ },
    { title: 'no UTF-8', text: Uint8Array.of(0x22, 0xff, 0x22), reason: /^not UTF-8$/ },
    { title: 'no time', text: line('secret@x', { Timestamp: 'yesterday' }), reason: /^properties\.Timestamp: is no time$/ },
    { title: 'a number as subject', text: line('secret@x', { Subject: 7 }), reason: /^properties\.Subject: / },
    {
      title: 'another table',
      text: JSON.stringify({ ...emailEvent('secret@x'), category: 'AdvancedHunting-EmailUrlInfo' }),
      reason: /^category: /,
    },
  ])('a line that is $title is rejected by its number, without its content', async ({ text, reason }) => {
    const file = await exportFile('a.json', Buffer.concat([Buffer.from(`${line('a@x')}\n`), Buffer.from(text), Buffer.from('\n')]))
    const imported = await importEmailEvents(lake, tenantId, [file])
    expect(imported).toMatchObject({ rows: 1, rejectedRows: 1, rejected: [{ file, line: 2, reason: expect.stringMatching(reason) }] })
    expect(JSON.stringify(imported)).not.toContain('secret')
  })

  test('no more than 1,000 rejected lines are listed, all are counted', async () => {
    const file = await exportFile('a.json', 'x\n'.repeat(1_500))
    const again = await exportFile('b.json', 'x\n'.repeat(10))
    const imported = await importEmailEvents(lake, tenantId, [file, again])
    expect(imported.rejected).toHaveLength(1_000)
    expect(imported.rejectedRows).toBe(1_510)
  })

  test('progress is told after each file, and an abort ends the import', async () => {
    const files = [await exportFile('a.json', line('a@x')), await exportFile('b.json', line('b@x'))]
    const seen: ImportedEmailEvents[] = []
    const stop = new AbortController()
    const onProgress = (progress: ImportedEmailEvents) => {
      seen.push(progress)
      stop.abort(new Error('enough'))
    }
    await expect(importEmailEvents(lake, tenantId, files, { signal: stop.signal, onProgress })).rejects.toThrow('enough')
    expect(seen[0]).toMatchObject({ files: 1, rows: 1 })
  })
})
