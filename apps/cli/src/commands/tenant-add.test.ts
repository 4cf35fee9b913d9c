import { describe, expect, test } from 'vitest'
import { app, id, tenantCommands } from '../../test/tenant-commands.ts'

const tenants = tenantCommands()

describe('mailtrail tenant add', () => {
  test('needs an id and a name where the fleet has an app, and begins with a backfill', async () => {
    await tenants.cli.run(['tenant', 'add', '--tenant', id, '--name', 'Contoso'])
    expect(tenants.cli.out).toBe('')
    expect(await tenants.show(id)).toMatchObject({
      displayName: 'Contoso',
      cloud: 'worldwide',
      credentials: [],
      state: 'active',
      contentTypes: ['Audit.Exchange'],
      windowMinutes: 10,
      history: [{ kind: 'added', backfill: true }],
    })
  })

  test('takes every field', async () => {
    const fields = ['--cloud', 'gcc', '--client-id', app, '--credential', 'env:NEW', '--credential', 'env:OLD', '--publisher-id', id]
    const lists = [
      '--tag',
      'a',
      '--tag',
      'b',
      '--destination',
      'siem',
      '--content-type',
      'Audit.Exchange',
      '--content-type',
      'Audit.General',
    ]
    const rest = [
      '--own-lake',
      'file:/srv/x',
      '--retention-days',
      '400',
      '--requests-per-minute',
      '60',
      '--window-minutes',
      '30',
      '--no-backfill',
    ]
    const added = await tenants.cli.json(['tenant', 'add', '--tenant', id, '--name', 'Contoso', ...fields, ...lists, ...rest])
    const shown = await tenants.show(id)
    expect(shown).toMatchObject({
      cloud: 'gcc',
      clientId: app,
      credentials: ['env:NEW', 'env:OLD'],
      publisherId: id,
      tags: ['a', 'b'],
      lake: 'file:/srv/x',
      retention: { rawDays: 400, itemsDays: 400, emailEventsDays: 400 },
      requestsPerMinute: 60,
      destinations: ['siem'],
      contentTypes: ['Audit.Exchange', 'Audit.General'],
      windowMinutes: 30,
      history: [{ kind: 'added', backfill: false }],
    })
    expect(added).toMatchObject({ tags: ['a', 'b'], result: 'added' })
  })

  test.each([
    { title: 'a secret for its reference', options: ['--client-id', app, '--credential', 'canary'], says: 'must be a reference' },
    { title: 'a credential without an app', options: ['--credential', 'env:X'], says: 'go together' },
    { title: 'a destination nobody configured', options: ['--destination', 'splunk'], says: '"splunk"' },
    { title: 'a content type of which nothing is kept', options: ['--content-type', 'DLP.All'], says: 'routes in mailtrail.yaml' },
    { title: 'a window that does not divide an hour', options: ['--window-minutes', '7'], says: 'one of 5, 10' },
  ])('refuses $title, and registers nothing', async ({ options, says }) => {
    await tenants.cli.run(['tenant', 'add', '--tenant', id, '--name', 'Contoso', ...options], 2)
    expect(tenants.cli.said).toContain(says)
    expect(tenants.cli.said).not.toContain('canary')
    expect(await tenants.cli.json(['tenant', 'list'])).toEqual([])
  })

  test('refuses a tenant that is collected, and takes one that was removed again', async () => {
    await tenants.add(id)
    await tenants.cli.run(['tenant', 'add', '--tenant', id, '--name', 'Other'], 1)
    expect(tenants.cli.said).toContain('TENANT_EXISTS')
    await tenants.cli.run(['tenant', 'remove', id, '--yes'])
    await tenants.cli.run(['tenant', 'add', '--tenant', id, '--name', 'Other', '--no-backfill'])
    expect(tenants.cli.said).toContain('added again')
    const { displayName, state, history } = await tenants.show(id)
    expect([displayName, state]).toEqual(['Other', 'active'])
    expect(history.map(({ kind }) => kind)).toEqual(['added', 'removed', 'added'])
  })
})

describe('a retention that keeps items longer than raw', () => {
  test('is refused by add and update, and a shorter one is taken', async () => {
    await tenants.cli.run(['tenant', 'add', '--tenant', id, '--name', 'Contoso', '--raw-days', '30', '--items-days', '31'], 2)
    expect(tenants.cli.said).toContain('retention keeps items (31 days) longer than the raw evidence they are made from (30 days)')
    await tenants.add(id, '--raw-days', '30')
    await tenants.cli.run(['tenant', 'update', id, '--items-days', '31'], 2)
    await tenants.cli.run(['tenant', 'update', id, '--raw-days', '7'], 2)
    expect(await tenants.show(id)).toMatchObject({ retention: { rawDays: 30 } })
    await tenants.cli.run(['tenant', 'update', id, '--items-days', '20', '--email-events-days', '5'])
    expect(await tenants.show(id)).toMatchObject({ retention: { rawDays: 30, itemsDays: 20, emailEventsDays: 5 } })
  })
})
