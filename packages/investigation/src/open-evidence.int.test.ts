import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { bareMessageId, type JsonObject, type MailAccess, parseMailAccess } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openEvidence } from './open-evidence.ts'
import { readRows } from './read-rows.ts'
import { asked } from './testing/ask.ts'
import { bind } from './testing/build-records.ts'
import { generateRecords } from './testing/generate-records.ts'
import { createLakeFixture, type Json, type LakeFixture, tenantId } from './testing/lake-fixture.ts'

const samples = new URL('../../../../shared/samples/', import.meta.url)

const years = { from: Date.UTC(2020, 0, 1), to: Date.UTC(2025, 0, 1) }

const row = z.object({
  line_no: z.coerce.number(),
  id: z.string().nullable(),
  time: z.coerce.number().nullable(),
  access_type: z.string().nullable(),
  is_throttled: z.boolean().nullable(),
  mailbox_guid: z.string().nullable(),
  mailbox: z.string().nullable(),
  address: z.string().nullable(),
  normalized: z.string().nullable(),
  sessions: z.array(z.string()),
  items: z.array(z.string()),
  syncs: z.array(z.string()),
})

const expansion = `
SELECT d.line_no, d.id, d.time, d.access_type, d.is_throttled, d.mailbox_guid, coalesce(d.owner_upn, d.user_id) AS mailbox,
  d.address, a.normalized, d.sessions,
  coalesce((SELECT list_sort(list(coalesce(folder, '') || '|' || coalesce(message_id, ''))) FROM accesses WHERE record_no = d.line_no), []) AS items,
  coalesce((SELECT list_sort(list(coalesce(path, '') || '|' || coalesce(name, '')))
    FROM syncs WHERE record_no = d.line_no AND d.access_type = 'Sync' AND folder IS NOT NULL), []) AS syncs
FROM deliveries d LEFT JOIN addresses a USING (address)
ORDER BY d.line_no`

/** What core reads in a record, in the same shape. */
function read(access: MailAccess): Omit<z.infer<typeof row>, 'line_no'> {
  return {
    id: access.id ?? null,
    time: access.time ?? null,
    access_type: access.accessType ?? null,
    is_throttled: access.isThrottled ?? null,
    mailbox_guid: access.mailboxGuid ?? null,
    mailbox: access.mailbox ?? null,
    address: access.address?.raw ?? null,
    normalized: access.address?.normalized ?? null,
    sessions: access.sessionKey === undefined ? [] : [access.sessionKey.trim().toLowerCase()],
    items: isBind(access) ? access.items.map(({ folder, messageId }) => `${folder ?? ''}|${messageId ?? ''}`.toWellFormed()).sort() : [],
    syncs: access.syncedFolders.map(({ path, name }) => `${path ?? ''}|${name ?? ''}`).sort(),
  }
}

async function evidenceFolders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('mailtrail-evidence-'))
}

function isBind({ accessType, recordType }: MailAccess): boolean {
  return accessType === 'Bind' || (accessType === undefined && recordType !== 2)
}

/** Each record with an Id of its own, so that none is folded into another. */
async function expectAlike(fixture: LakeFixture, records: readonly Json[]): Promise<void> {
  await fixture.putRecords(records)
  await using evidence = await openEvidence(fixture.lake, tenantId, years)
  const connection = await evidence.connect()
  const found = await readRows(connection, expansion, row)
  connection.closeSync()
  const sql = found.map(({ line_no, ...rest }) => ({ ...rest, sessions: rest.sessions.slice(0, 1) }))
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
    await using evidence = await openEvidence(fixture.lake, tenantId, asked)
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
    const sql = 'SELECT raw, bare_id(raw) AS bare FROM (SELECT unnest(CAST($raws AS JSON)::VARCHAR[]) AS raw)'
    const found = await readRows(connection, sql, bare, { raws: JSON.stringify(raws) })
    connection.closeSync()
    expect(found).toEqual(raws.map((raw) => ({ raw, bare: bareMessageId(raw) ?? null })))
  })

  test('SQL can reach neither files nor settings, and nothing stays behind', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    const before = await evidenceFolders()
    const evidence = await openEvidence(fixture.lake, tenantId, asked)
    const connection = await evidence.connect()
    await expect(connection.run("SELECT * FROM read_text('/etc/hostname')")).rejects.toThrow(/disabled by configuration/)
    await expect(connection.run('SET enable_external_access = true')).rejects.toThrow()
    connection.closeSync()
    await evidence[Symbol.asyncDispose]()
    expect(await evidenceFolders()).toEqual(before)
  })

  test('a record of many megabytes, a bare carriage return and a last line without its end are read whole', async () => {
    await using fixture = await createLakeFixture()
    const large = bind(Array.from({ length: 60_000 }, (_, index) => `${index}-${'x'.repeat(60)}@x`))
    await fixture.putRecords([large, JSON.stringify(bind(['cr@x'])).replace(',', ',\r')])
    const [key = ''] = await Array.fromAsync(fixture.lake.list('raw/'))
    await fixture.lake.create(key.replace('.ndjson.gz', '-part2.ndjson.gz'), gzipSync(JSON.stringify(bind(['last@x']))))
    await using evidence = await openEvidence(fixture.lake, tenantId, asked)
    const connection = await evidence.connect()
    const [found] = await readRows(connection, 'SELECT count(*) AS n FROM accesses', z.object({ n: z.coerce.number() }))
    connection.closeSync()
    expect(found?.n).toBe(60_002)
  })

  test('a cut object is an error that names it, never fewer records', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])], { content: 'whole' })
    const [key = ''] = await Array.fromAsync(fixture.lake.list('raw/'))
    const body = (await fixture.lake.read(key)) ?? new Uint8Array()
    const cut = key.replace('.ndjson.gz', '~0123456789abcdef.ndjson.gz')
    await fixture.lake.create(cut, body.subarray(0, body.length - 4))
    await expect(openEvidence(fixture.lake, tenantId, asked)).rejects.toMatchObject({
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
    const error = await openEvidence(fixture.lake, tenantId, asked).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'EVIDENCE_UNREADABLE' })
    expect(inspect(error)).not.toContain('secret')
  })

  test('an abort ends the loading', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    await expect(openEvidence(fixture.lake, tenantId, asked, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/)
  })
})
