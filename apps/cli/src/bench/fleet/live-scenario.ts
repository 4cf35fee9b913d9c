import { minuteMs } from '@mailtrail/core'
import { benchTenant } from './bench-tenant.ts'

export interface LiveFeed {
  readonly tenants: number
  /** Of each tenant, evenly over the minutes. */
  readonly contentsEach: number
  /** Before the first content, for the fleet to be set up and started. */
  readonly quietMinutes: number
  readonly minutes: number
}

/** A scenario of the simulator: every content holds one record that is kept and some that are not. */
export function liveScenario({ tenants, contentsEach, quietMinutes, minutes }: LiveFeed, start: number): object {
  const stepMs = (minutes * minuteMs) / contentsEach
  const contentsOf = (number: number): object[] =>
    Array.from({ length: contentsEach }, (_, index) => {
      // By the golden ratio, so that no two tenants' contents come at once.
      const created = start + quietMinutes * minuteMs + Math.floor((index + ((number * 0.618034) % 1)) * stepMs)
      return { created: iso(created), records: recordsOf(number, index, created) }
    })
  return {
    start: iso(start),
    tenants: Array.from({ length: tenants }, (_, number) => ({
      tenantId: benchTenant(number),
      displayName: `Tenant ${number}`,
      clientId: benchTenant(number),
      clientSecret: `secret-of-${number}`,
      initiallySubscribed: true,
      contents: contentsOf(number),
    })),
  }
}

const operations = ['MailItemsAccessed', 'Send', 'Update', 'MoveToDeletedItems']

function recordsOf(number: number, content: number, created: number): object[] {
  return operations.map((Operation, index) => ({
    CreationTime: iso(created - 5 * minuteMs).slice(0, 19),
    Id: `${hex(number, 8)}-${hex(content, 4)}-4000-8000-${hex(index, 12)}`,
    Operation,
    OrganizationId: benchTenant(number),
    RecordType: 50,
    UserType: 0,
    Workload: 'Exchange',
    UserId: `owner@tenant-${number}.example`,
    MailboxGuid: benchTenant(number),
    MailboxOwnerUPN: `owner@tenant-${number}.example`,
    ClientIPAddress: '198.51.100.7',
    OperationProperties: [{ Name: 'MailAccessType', Value: 'Bind' }],
    OperationCount: 1,
    Folders: [{ Id: 'F1', Path: '\\Inbox', FolderItems: [{ InternetMessageId: `<${number}.${content}.${index}@mail.example>` }] }],
  }))
}

function iso(time: number): string {
  return new Date(time).toISOString()
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
