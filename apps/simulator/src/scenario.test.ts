import { describe, expect, test } from 'vitest'
import { parseJsonKeepingNumbers } from './json-text.ts'
import { scenarioSchema } from './scenario.ts'
import { worldOfScenario } from './scenario-world.ts'

const tenant = {
  tenantId: '11111111-2222-4333-8444-555555555555',
  displayName: 'Contoso',
  clientId: '22222222-3333-4444-8555-666666666666',
  clientSecret: 'secret',
}

function scenarioOf(contents: readonly object[], more: object = {}): object {
  return { start: '2024-03-11T00:00:00Z', tenants: [{ ...tenant, contents, ...more }] }
}

describe('a scenario', () => {
  test('serves number tokens as they stand in the file', () => {
    const file = JSON.stringify(scenarioOf([{ created: '2024-03-11T01:00:00Z', records: [{ Id: '1', Size: 0 }] }])).replace(
      '"Size":0',
      '"Size":1156492.00',
    )
    const world = worldOfScenario(scenarioSchema.parse(parseJsonKeepingNumbers(file)), '1')
    expect(world.tenants[0]?.contents[0]?.body().toString()).toBe('[{"Id":"1","Size":1156492.00}]')
  })

  test('gives contents an id, a week to live, and the tenant as publisher', () => {
    const world = worldOfScenario(scenarioSchema.parse(scenarioOf([{ created: '2024-03-11T01:00:00Z' }])), '1')
    expect(world).toMatchObject({ pageSize: 200, siem: { failFirst: 0 } })
    expect(world.tenants[0]).toMatchObject({ publisherId: tenant.tenantId, initiallySubscribed: false })
    expect(world.tenants[0]?.contents[0]).toMatchObject({
      contentId: '20240311005000000000000$20240311010000000000000$audit_exchange$Audit_Exchange$emea0000',
      expires: Date.parse('2024-03-18T01:00:00Z'),
    })
  })

  test.each([
    {
      title: 'a time with an offset',
      scenario: scenarioOf([{ created: '2024-03-11T01:00:00+01:00' }]),
      path: 'tenants.0.contents.0.created',
    },
    {
      title: 'a listing before the creation',
      scenario: scenarioOf([{ created: '2024-03-11T01:00:00Z', listedFrom: '2024-03-11T00:00:00Z' }]),
      path: 'tenants.0.contents.0.listedFrom',
    },
    {
      title: 'a record that is no object',
      scenario: scenarioOf([{ created: '2024-03-11T01:00:00Z', records: [[]] }]),
      path: 'tenants.0.contents.0.records.0',
    },
    {
      title: 'a fault of no known kind',
      scenario: scenarioOf([{ created: '2024-03-11T01:00:00Z', fault: { kind: 'slow' } }]),
      path: 'tenants.0.contents.0.fault.kind',
    },
    {
      title: 'a content id used twice',
      scenario: scenarioOf(Array(2).fill({ created: '2024-03-11T01:00:00Z', contentId: 'same' })),
      path: 'tenants.0.contents',
    },
    { title: 'a member nobody knows', scenario: scenarioOf([], { region: 'eu' }), path: 'tenants.0' },
  ])('is refused for $title', ({ scenario, path }) => {
    expect(scenarioSchema.safeParse(scenario).error?.issues.map((issue) => issue.path.join('.'))).toEqual([path])
  })
})
