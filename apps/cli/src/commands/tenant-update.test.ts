import { describe, expect, test } from 'vitest'
import { app, id, second, tenantCommands } from '../../test/tenant-commands.ts'

const tenants = tenantCommands()

describe('mailtrail tenant update', () => {
  test('changes what is named, and tells the collection by a dated event', async () => {
    await tenants.add(id, '--tag', 'a', '--tag', 'b', '--retention-days', '30')
    const options = ['--name', 'New', '--tag', 'c', '--untag', 'a', '--retention-days', 'none', '--window-minutes', '30']
    expect(await tenants.cli.json(['tenant', 'update', id, ...options])).toMatchObject({
      displayName: 'New',
      tags: ['b', 'c'],
      collection: 'changed',
    })
    const shown = await tenants.show(id)
    expect(shown).not.toHaveProperty('retention')
    expect(shown.history.at(-1)).toMatchObject({ kind: 'collection-changed', contentTypes: ['Audit.Exchange'], windowMinutes: 30 })
    expect(await tenants.cli.json(['tenant', 'update', id, '--window-minutes', '30'])).toMatchObject({ collection: 'unchanged' })
  })

  test('moves a tenant to an app of its own and back', async () => {
    await tenants.add(id)
    expect(await tenants.cli.json(['tenant', 'update', id, '--client-id', app, '--credential', 'env:X'])).toMatchObject({
      credentials: ['env:X'],
    })
    expect(await tenants.cli.json(['tenant', 'update', id, '--client-id', 'none'])).toMatchObject({ credentials: [] })
  })

  test('refuses faults before it changes anything', async () => {
    await tenants.add(id)
    await tenants.cli.run(['tenant', 'update', id, '--window-minutes', '30', '--cloud', 'moon'], 2)
    expect(await tenants.show(id)).toMatchObject({ windowMinutes: 10, cloud: 'worldwide' })
  })
})

test('a rotation keeps the new and the old credential until the old one is dropped', async () => {
  await tenants.add(id, '--client-id', app, '--credential', 'env:ONE')
  expect(await tenants.cli.json(['tenant', 'rotate', id, '--credential', 'env:TWO'])).toMatchObject({ credentials: ['env:TWO', 'env:ONE'] })
  expect(await tenants.cli.json(['tenant', 'rotate', id, '--credential', 'env:TWO'])).toMatchObject({ credentials: ['env:TWO', 'env:ONE'] })
  expect(await tenants.cli.json(['tenant', 'rotate', id, '--credential', 'env:THREE'])).toMatchObject({
    credentials: ['env:THREE', 'env:TWO'],
  })
  expect(await tenants.cli.json(['tenant', 'rotate', id, '--drop-old'])).toMatchObject({ credentials: ['env:THREE'] })
  await tenants.add(second)
  await tenants.cli.run(['tenant', 'rotate', second, '--credential', 'env:X'], 2)
  expect(tenants.cli.said).toContain('go together')
  await tenants.cli.run(['tenant', 'rotate', id], 2)
  expect(tenants.cli.said).toContain('--drop-old, or both')
})
