import { describe, expect, test } from 'vitest'
import { parseJsonKeepingNumbers } from './json-text.ts'
import { scenarioSchema } from './scenario.ts'
import { worldOfScenario } from './scenario-world.ts'
import { shiftWorld } from './shift-world.ts'

const tenant = {
  tenantId: '11111111-2222-4333-8444-555555555555',
  displayName: 'Contoso',
  clientId: '22222222-3333-4444-8555-666666666666',
  clientSecret: 'secret',
}

function scenarioOf(contents: readonly object[], more: object = {}): object {
  return { start: '2024-03-11T00:00:00Z', tenants: [{ ...tenant, contents, ...more }] }
}

function faulty(fault: object): object {
  return scenarioOf([], { faults: [fault] })
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

  test('gives a fault the operations and parameters of the catalogue, unless it names its own', () => {
    const world = worldOfScenario(
      scenarioSchema.parse(
        scenarioOf([], { faults: [{ fault: 'transfer-stalls' }, { fault: 'transfer-stalls', operations: ['fetch-content'], seconds: 1 }] }),
      ),
      '1',
    )
    expect(world.tenants[0]?.faults).toMatchObject([
      {
        operations: ['list-content', 'fetch-content'],
        parameters: { seconds: 2, minutes: 0 },
        probability: 1,
        from: -Infinity,
        to: Infinity,
      },
      { operations: ['fetch-content'], parameters: { seconds: 1 } },
    ])
  })

  test('moves to another time with all that happens in it, except what records say', () => {
    const contents = [
      { created: '2024-03-11T01:00:00Z', listedFrom: '2024-03-11T02:00:00Z', records: [{ Id: '1', CreationTime: '2024-03-11T00:30:00' }] },
    ]
    const more = {
      subscriptionEvents: [{ at: '2024-03-11T03:00:00Z', action: 'stop' }],
      faults: [{ fault: 'http-502-html', to: '2024-03-11T04:00:00Z' }],
    }
    const told = worldOfScenario(scenarioSchema.parse(scenarioOf(contents, more)), '1')
    const moved = shiftWorld(told, Date.parse('2026-01-01T00:00:00Z'))
    const hour = (hours: number): number => Date.parse('2026-01-01T00:00:00Z') + hours * 3_600_000
    expect(moved.tenants[0]).toMatchObject({
      subscriptionEvents: [{ at: hour(3) }],
      faults: [{ from: -Infinity, to: hour(4) }],
      contents: [{ created: hour(1), listedFrom: hour(2), expires: hour(7 * 24 + 1) }],
    })
    expect(moved.tenants[0]?.contents[0]?.body()).toEqual(told.tenants[0]?.contents[0]?.body())
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
    { title: 'a fault that is not in the catalogue', scenario: faulty({ fault: 'slow' }), path: 'tenants.0.faults.0.fault' },
    {
      title: 'an operation that a fault does not concern',
      scenario: faulty({ fault: 'page-expired', operations: ['token'] }),
      path: 'tenants.0.faults.0.operations',
    },
    {
      title: 'a parameter that a fault does not have',
      scenario: faulty({ fault: 'page-expired', seconds: 1 }),
      path: 'tenants.0.faults.0.seconds',
    },
    {
      title: 'calls where a fault has contents',
      scenario: faulty({ fault: 'body-bom', timesEach: 1 }),
      path: 'tenants.0.faults.0.timesEach',
    },
    {
      title: 'a fault without probability',
      scenario: faulty({ fault: 'body-bom', probability: 0 }),
      path: 'tenants.0.faults.0.probability',
    },
    { title: 'a member nobody knows', scenario: scenarioOf([], { region: 'eu' }), path: 'tenants.0' },
  ])('is refused for $title', ({ scenario, path }) => {
    expect(scenarioSchema.safeParse(scenario).error?.issues.map((issue) => issue.path.join('.'))).toEqual([path])
  })
})
