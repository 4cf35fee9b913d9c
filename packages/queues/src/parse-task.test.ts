import { parseTenantId } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { alertTaskSchema, compactionTaskSchema, contentTaskSchema, jobVersion, windowTaskSchema } from './jobs.ts'
import { parseTask } from './parse-task.ts'

const tenantId = parseTenantId('00000001-2222-4333-8444-555555555555')
const turn = { v: jobVersion, kind: 'turn', tenantId, entryKey: 'ledger/a', offset: 0, count: 1, turnId: 'turn-1' }
const seal = { v: jobVersion, kind: 'seal', tenantId, contentType: 'Audit.Exchange', start: 0, end: 1, overdue: false }
const alert = { v: jobVersion, tenantId, date: '2024-03-14', alertId: 'f', destination: 'siem' }
const retain = { v: jobVersion, kind: 'retain', tenantId }

const jobs = [
  { queueName: 'contents', schema: contentTaskSchema, data: turn },
  { queueName: 'windows', schema: windowTaskSchema, data: seal },
  { queueName: 'alerts', schema: alertTaskSchema, data: alert },
  { queueName: 'compactions', schema: compactionTaskSchema, data: retain },
]

describe.each(jobs)('a job of $queueName', ({ queueName, schema, data }) => {
  const parse = (changed: object): unknown => parseTask<unknown>(schema, { id: 'x', queueName, data: { ...data, ...changed } })

  test('is taken with fields that this release does not know', () => {
    expect(parse({ later: { by: 1 } })).toEqual(data)
  })

  test.each([
    { title: 'of a version to come', changed: { v: jobVersion + 1 } },
    { title: 'of a version to come, and otherwise of another form', changed: { v: jobVersion + 1, kind: 7, tenantId: undefined } },
    { title: 'of a version to come, with what a schema throws at', changed: { v: jobVersion + 1, tenantId: 'canary' } },
  ])('$title waits for its release, and spends no attempt', ({ changed }) => {
    const waits = { code: 'JOB_OF_OTHER_RELEASE', retry: { again: true, afterMs: 120_000 } }
    expect(() => parse(changed)).toThrow(expect.objectContaining(waits))
    expect(() => parse(changed)).not.toThrow(/canary/)
  })

  test.each([
    { title: 'that lacks its tenant', changed: { tenantId: undefined } },
    { title: 'whose tenant is none', changed: { tenantId: 'canary' } },
    { title: 'whose version is none', changed: { v: 'canary' } },
    { title: 'whose version is below all', changed: { v: 0 } },
    { title: 'whose version is between two', changed: { v: 1.5 } },
    { title: 'without a version', changed: { v: undefined } },
  ])('$title is none', ({ changed }) => {
    expect(() => parse(changed)).toThrow(expect.objectContaining({ code: 'JOB_INVALID', retry: { again: false } }))
    expect(() => parse(changed)).not.toThrow(/canary/)
  })
})

test.each(jobs.filter(({ queueName }) => queueName !== 'alerts'))('a kind that $queueName do not know waits for its release', (job) => {
  const parse = (kind: unknown): unknown =>
    parseTask<unknown>(job.schema, { id: 'x', queueName: job.queueName, data: { ...job.data, kind } })
  expect(() => parse('canary')).toThrow(expect.objectContaining({ code: 'JOB_OF_OTHER_RELEASE' }))
  expect(() => parse('canary')).not.toThrow(/canary/)
  expect(() => parse(undefined)).toThrow(expect.objectContaining({ code: 'JOB_INVALID' }))
})

test.each(['canary', null, undefined, [], 1])('%j is no job', (data) => {
  expect(() => parseTask(contentTaskSchema, { id: 'x', queueName: 'contents', data })).toThrow(
    expect.objectContaining({ code: 'JOB_INVALID' }),
  )
})
