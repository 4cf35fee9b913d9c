import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type AccessedItem, bareMessageId, type JsonObject, type MailAccess, parseMailAccess } from '@mailtrail/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { openEvidence } from './open-evidence.ts'
import { readRows } from './read-rows.ts'
import { asked } from './testing/ask.ts'
import { bind } from './testing/build-records.ts'
import { generateRecords } from './testing/generate-records.ts'
import { createLakeFixture, type Json, type LakeFixture, tenantId } from './testing/lake-fixture.ts'

const samples = new URL('../../../../shared/samples/', import.meta.url)

const years = { from: Date.UTC(2020, 0, 1), to: Date.UTC(2025, 0, 1) }

const number = z.coerce.number().nullable()
const text = z.string().nullable()
const row = z.object({
  id: text,
  time: number,
  access_type: text,
  record_type: number,
  is_throttled: z.boolean().nullable(),
  mailbox_guid: text,
  mailbox: text,
  user_id: text,
  logon_type: number,
  address: text,
  normalized: text,
  sessions: z.array(z.string()),
  token_id: text,
  client_info: text,
  operation_count: number,
  items: z.array(z.string()),
  syncs: z.array(z.string()),
})

const byRecord = `
SELECT record_id AS id, epoch_ms(time) AS time, access_type, record_type, is_throttled, mailbox_guid, coalesce(owner_upn, user_id) AS mailbox, user_id,
  logon_type, address, address_normalized AS normalized, sessions, token_id, client_info, operation_count,
  coalesce(list_sort(list(concat_ws('|', coalesce(folder_path, ''), coalesce(internet_message_id, ''), coalesce(message_id, ''), coalesce(subject, ''),
    coalesce(size_bytes::VARCHAR, ''))) FILTER (row_kind = 'item')), []) AS items,
  coalesce(list_sort(list(coalesce(folder_path, '') || '|' || coalesce(folder_name, '')) FILTER (row_kind = 'folder' AND access_type = 'Sync')), []) AS syncs
FROM items GROUP BY ALL
ORDER BY id`

/** What core reads in a record, in the same shape. */
function read(access: MailAccess): z.infer<typeof row> {
  return {
    id: access.id ?? null,
    time: access.time ?? null,
    access_type: access.accessType ?? null,
    record_type: whole(access.recordType),
    is_throttled: access.isThrottled ?? null,
    mailbox_guid: access.mailboxGuid ?? null,
    mailbox: access.mailbox ?? null,
    user_id: access.userId?.trim().toLowerCase() ?? null,
    logon_type: whole(access.logonType),
    address: access.address?.raw ?? null,
    normalized: access.address?.normalized ?? null,
    sessions: access.sessionKey === undefined ? [] : [access.sessionKey.trim().toLowerCase()],
    token_id: access.tokenId ?? null,
    client_info: access.clientInfo ?? null,
    operation_count: whole(access.operationCount),
    items: isBind(access) ? access.items.map(toText).sort() : [],
    syncs: access.syncedFolders.map(({ path, name }) => `${path ?? ''}|${name ?? ''}`).sort(),
  }
}

function whole(value: number | undefined): number | null {
  return value === undefined ? null : Math.trunc(value)
}

function toText({ folder, internetMessageId, messageId, subject, sizeInBytes }: AccessedItem): string {
  return [folder, internetMessageId, messageId, subject, whole(sizeInBytes)]
    .map((part) => part ?? '')
    .join('|')
    .toWellFormed()
}

function isBind({ accessType, recordType }: MailAccess): boolean {
  return accessType === 'Bind' || (accessType === undefined && recordType !== 2)
}

/** Each record with an Id of its own, so that none is folded into another. */
async function expectAlike(fixture: LakeFixture, records: readonly Json[]): Promise<void> {
  await fixture.putRecords(records)
  await using evidence = await openEvidence(fixture.lake, tenantId, years, fixture)
  const connection = await evidence.connect()
  const found = await readRows(connection, byRecord, row)
  connection.closeSync()
  const sql = found.map((record) => ({ ...record, sessions: record.sessions.slice(0, 1) }))
  const core = records.map((record) => read(parseMailAccess(record as JsonObject)))
  const key = ({ id, time, items }: (typeof sql)[number]) => `${id} ${time} ${items}`
  expect(sql.sort((a, b) => (key(a) < key(b) ? -1 : 1))).toEqual(core.sort((a, b) => (key(a) < key(b) ? -1 : 1)))
}

describe(openEvidence, () => {
  test.skipIf(!existsSync(samples))('SQL reads the shared samples as core does', async () => {
    await using fixture = await createLakeFixture()
    const files = readdirSync(samples).filter((name) => name.endsWith('.json') && name !== 'TRUTH.json')
    const records = files.flatMap((name) => JSON.parse(readFileSync(new URL(name, samples), 'utf8')) as Json[])
    const mail = records
      .filter(({ Operation }) => Operation === 'MailItemsAccessed')
      .map((record, index) => ({ ...record, Id: `${record.Id ?? 'none'}-${index}`, OrganizationId: tenantId }))
    expect(mail.length).toBeGreaterThanOrEqual(4)
    await expectAlike(fixture, mail)
  })

  test('SQL reads generated records as core does', async () => {
    await using fixture = await createLakeFixture()
    await expectAlike(fixture, generateRecords(3_000))
  })

  test('SQL bares message ids as core does', async () => {
    await using fixture = await createLakeFixture()
    await using evidence = await openEvidence(fixture.lake, tenantId, asked, fixture)
    const connection = await evidence.connect()
    const raws = [
      '<a@x>',
      ' <a@x> ',
      'a@x',
      '<>',
      '<',
      '>',
      '< a@x >',
      '<<a@x>>',
      '\u00a0<a@x>\ufeff',
      '<a@x',
      '\t\r\n',
      '<a\n@x>',
      "<o'neil@x>",
    ]
    const bare = z.object({ raw: z.string(), bare: z.string().nullable() })
    const sql = 'SELECT raw, inner_id(trimmed(raw)) AS bare FROM (SELECT unnest(CAST($raws AS JSON)::VARCHAR[]) AS raw)'
    const found = await readRows(connection, sql, bare, { raws: JSON.stringify(raws) })
    connection.closeSync()
    expect(found).toEqual(raws.map((raw) => ({ raw, bare: bareMessageId(raw) ?? null })))
  })

  test('SQL can reach neither files nor settings, and nothing stays behind', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    // Other test files leave and take away theirs meanwhile.
    const own = await mkdtemp(join(tmpdir(), 'mailtrail-own-'))
    vi.stubEnv('TMPDIR', own)
    onTestFinished(async () => {
      vi.unstubAllEnvs()
      await rm(own, { recursive: true })
    })
    const evidence = await openEvidence(fixture.lake, tenantId, asked, fixture)
    const connection = await evidence.connect()
    await expect(connection.run("SELECT * FROM read_text('/etc/hostname')")).rejects.toThrow(/disabled by configuration/)
    await expect(connection.run('SET enable_external_access = true')).rejects.toThrow()
    connection.closeSync()
    expect(await readdir(own)).not.toEqual([])
    await evidence[Symbol.asyncDispose]()
    expect(await readdir(own)).toEqual([])
  })

  test('a record of many megabytes, a bare carriage return and a last line without its end are read whole', async () => {
    await using fixture = await createLakeFixture()
    const large = bind(Array.from({ length: 60_000 }, (_, index) => `${index}-${'x'.repeat(60)}@x`))
    await fixture.putRecords([large, JSON.stringify(bind(['cr@x'])).replace(',', ',\r')])
    const [key = ''] = await Array.fromAsync(fixture.lake.list('raw/'))
    await fixture.lake.create(key.replace('.ndjson.gz', '-part2.ndjson.gz'), gzipSync(JSON.stringify(bind(['last@x']))))
    await using evidence = await openEvidence(fixture.lake, tenantId, asked, fixture)
    const connection = await evidence.connect()
    const [found] = await readRows(
      connection,
      "SELECT count(*) AS n FROM items WHERE row_kind = 'item'",
      z.object({ n: z.coerce.number() }),
    )
    connection.closeSync()
    expect(found?.n).toBe(60_002)
  })

  test('an object packed by zstd is read as any other, and one that is cut is an error', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    const [key = ''] = await Array.fromAsync(fixture.lake.list('raw/'))
    const head = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 66, 0, 0, 0]), Buffer.from('MT'), Buffer.alloc(64)])
    const packed = Buffer.concat([head, zstdCompressSync(`${JSON.stringify(bind(['b@x']))}\n`)])
    await fixture.lake.create(key.replace('.ndjson.gz', '-part2.ndjson.zst'), packed)
    await using evidence = await openEvidence(fixture.lake, tenantId, asked, fixture)
    const connection = await evidence.connect()
    const [found] = await readRows(connection, 'SELECT count(*) AS n FROM items', z.object({ n: z.coerce.number() }))
    connection.closeSync()
    expect(found?.n).toBe(2)
    await fixture.lake.create(key.replace('.ndjson.gz', '-part3.ndjson.zst'), packed.subarray(0, -3))
    await expect(openEvidence(fixture.lake, tenantId, asked, fixture)).rejects.toMatchObject({ code: 'EVIDENCE_UNREADABLE' })
  })

  test('a cut object is an error that names it, never fewer records', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])], { content: 'whole' })
    const [key = ''] = await Array.fromAsync(fixture.lake.list('raw/'))
    const body = (await fixture.lake.read(key)) ?? new Uint8Array()
    const cut = key.replace('.ndjson.gz', '~0123456789abcdef.ndjson.gz')
    await fixture.lake.create(cut, body.subarray(0, body.length - 4))
    await expect(openEvidence(fixture.lake, tenantId, asked, fixture)).rejects.toMatchObject({
      code: 'EVIDENCE_UNREADABLE',
      message: expect.stringContaining(cut),
    })
  })

  test('a line that is no text is an error without its content', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    const [key = ''] = await Array.fromAsync(fixture.lake.list('raw/'))
    await fixture.lake.create(
      key.replace('.ndjson.gz', '-part2.ndjson.gz'),
      gzipSync(Buffer.concat([Buffer.from('{"secret":"'), Buffer.of(0xff, 0x22, 0x7d)])),
    )
    const error = await openEvidence(fixture.lake, tenantId, asked, fixture).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'EVIDENCE_UNREADABLE' })
    expect(inspect(error)).not.toContain('secret')
  })

  test('an abort ends the loading', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    await expect(openEvidence(fixture.lake, tenantId, asked, { ...fixture, signal: AbortSignal.abort() })).rejects.toThrow(/abort/)
  })
})
