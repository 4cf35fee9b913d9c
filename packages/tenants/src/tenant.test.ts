import { parseTenantId } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { formatTenant, parseTenant, retentionForAll, type Tenant } from './tenant.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const smallest: Tenant = { tenantId, displayName: 'Contoso', cloud: 'worldwide', credentials: [], tags: [] }
const own = { clientId: '22222222-3333-4444-8555-666666666666', credentials: ['sealed:v1:AAAA', 'env:OLD'] }
const whole: Tenant = {
  ...smallest,
  ...own,
  publisherId: '99999999-2222-4333-8444-555555555555',
  tags: ['gold', 'region:eu'],
  lake: 'file:/srv/contoso',
  retention: { rawDays: 400, itemsDays: 90, emailEventsDays: 30 },
  legalHold: { since: '2026-03-01T10:00:00.000Z', by: 'ada@desk', reason: 'lawsuit 7' },
  destinations: ['siem'],
  requestsPerMinute: 500,
}

describe(formatTenant, () => {
  test.each([smallest, whole])('writes what parseTenant reads', (tenant) => {
    const stored = JSON.parse(Buffer.from(formatTenant(tenant)).toString())
    expect(stored.schema).toBe(3)
    expect(parseTenant(tenantId, stored)).toEqual(tenant)
  })

  test('names every fault, and repeats nothing that may be a secret', () => {
    const bad = { ...smallest, displayName: '', cloud: '', clientId: 'canary', credentials: ['hunter2-canary'], tags: ['canary canary'] }
    const message = faultsOf(bad)
    for (const name of ['displayName', 'cloud', 'clientId', 'credentials.0', 'tags.0']) expect(message).toContain(`${name} `)
    expect(message).toContain('env:NAME')
    expect(message).not.toContain('canary')
  })

  test.each<{ title: string; fields: Partial<Tenant>; says: string }>([
    { title: 'three credentials', fields: { ...own, credentials: ['env:A', 'env:B', 'env:C'] }, says: 'two at most' },
    { title: 'one credential twice', fields: { ...own, credentials: ['env:A', 'env:A'] }, says: 'nothing twice' },
    { title: 'a credential without an app', fields: { credentials: ['env:A'] }, says: 'go together' },
    { title: 'an app without a credential', fields: { clientId: own.clientId }, says: 'go together' },
    { title: 'a lake that each process would look for elsewhere', fields: { lake: 'file:lake' }, says: 'absolute' },
    { title: 'a lake with a key in it', fields: { lake: 's3://key:canary@acme/fleet' }, says: 's3://bucket/prefix' },
    {
      title: 'a lake with a signature in it',
      fields: { lake: 'abfss://evidence@acme/fleet?sig=canary' },
      says: 'abfss://container@account',
    },
    { title: 'a lake of no kind', fields: { lake: 'gs://acme' }, says: 's3://bucket/prefix' },
    { title: 'a name that writes on the terminal', fields: { displayName: 'a\u001b[2Jb' }, says: 'control characters' },
    { title: 'a name that runs backwards', fields: { displayName: 'a\u202eb' }, says: 'control characters' },
    { title: 'no day of retention', fields: { retention: { emailEventsDays: 0 } }, says: 'retention.emailEventsDays' },
    { title: 'raw that goes while contents are still sealed', fields: { retention: { rawDays: 13 } }, says: 'retention.rawDays' },
    { title: 'a hold without a reason', fields: { legalHold: { since: '2026-03-01T10:00:00Z', by: 'ada', reason: ' ' } }, says: 'reason' },
    { title: 'half a request', fields: { requestsPerMinute: 0.5 }, says: 'requestsPerMinute' },
  ])('refuses $title', ({ fields, says }) => {
    expect(faultsOf({ ...smallest, ...fields })).toContain(says)
  })

  test.each([
    'file:/srv/acme',
    'file:///srv/acme',
    's3://acme',
    's3://acme/tenants/1',
    'abfss://evidence@acme',
    'abfss://evidence@acme.dfs.core.windows.net/1',
  ])('has its own lake at %s', (lake) => {
    expect(parseTenant(smallest.tenantId, { schema: 2, ...smallest, lake }).lake).toBe(lake)
  })
})

describe('a registration of an early release', () => {
  test.each([
    {
      title: 'version 1, with its one credential',
      stored: { schema: 1, credential: 'env:A', clientId: own.clientId },
      fields: { clientId: own.clientId, credentials: ['env:A'] },
    },
    {
      title: 'version 2, with one number of days',
      stored: { schema: 2, credentials: [], tags: [], retentionDays: 400 },
      fields: { retention: retentionForAll(400) },
    },
    {
      title: 'version 2, with fewer days than raw is kept',
      stored: { schema: 2, credentials: [], tags: [], retentionDays: 3 },
      fields: { retention: retentionForAll(14) },
    },
    { title: 'version 2, without', stored: { schema: 2, credentials: [], tags: [] }, fields: {} },
  ])('is read: $title', ({ stored, fields }) => {
    expect(parseTenant(tenantId, { tenantId, displayName: 'Contoso', cloud: 'worldwide', ...stored })).toEqual({ ...smallest, ...fields })
  })
})

function faultsOf(tenant: Tenant): string {
  try {
    formatTenant(tenant)
  } catch (error) {
    expect(error).toMatchObject({ code: 'TENANT_INVALID' })
    return String(error)
  }
  throw new Error('The tenant was taken.')
}
