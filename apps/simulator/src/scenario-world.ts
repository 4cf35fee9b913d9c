import { applyFeedFaults } from './apply-feed-faults.ts'
import { contentIdOf } from './content-id.ts'
import { digestMailRecords } from './record-digest.ts'
import type { Scenario, ScenarioContent, ScenarioTenant } from './scenario.ts'
import type { SimulatedContent, SimulatedTenant, World } from './world.ts'

/** How long a content can be fetched unless the scenario says otherwise. */
export const contentLifeMs: number = 7 * 86_400_000

const aggregationMs = 600_000

export function worldOfScenario(scenario: Scenario, seed: string): World {
  return {
    start: Date.parse(scenario.start),
    pageSize: scenario.pageSize,
    siem: scenario.siem,
    tenants: scenario.tenants.map((tenant) => applyFeedFaults(tenantOfScenario(tenant), seed)),
  }
}

function tenantOfScenario({ requestsPerMinute, ...tenant }: ScenarioTenant): SimulatedTenant {
  return {
    ...tenant,
    ...(requestsPerMinute && { requestsPerMinute }),
    publisherId: tenant.publisherId ?? tenant.tenantId,
    subscriptionEvents: tenant.subscriptionEvents.map(({ at, action }) => ({
      at: Date.parse(at),
      action,
    })),
    contents: tenant.contents.map(contentOfScenario),
  }
}

function contentOfScenario(content: ScenarioContent, index: number): SimulatedContent {
  const created = Date.parse(content.created)
  const body = Buffer.from(content.rawBody ?? JSON.stringify(content.records))
  return {
    contentType: content.contentType,
    contentId: content.contentId ?? contentIdOf(created - aggregationMs, created, `emea${String(index).padStart(4, '0')}`),
    created,
    listedFrom: content.listedFrom ? Date.parse(content.listedFrom) : created,
    expires: content.expires ? Date.parse(content.expires) : created + contentLifeMs,
    recordCount: content.records.length,
    mailRecords: digestMailRecords(content.records),
    records: () => content.records,
    body: () => body,
    ...(content.fault && { fault: content.fault }),
  }
}
