import { createHash } from 'node:crypto'

/** Builders of simulator scenarios. Everything derives from names, so that the same test has the same feed. */
export interface ScenarioTenant {
  readonly name: string
  readonly initiallySubscribed?: boolean
  readonly subscriptionEvents?: readonly { readonly at: string; readonly action: 'stop' | 'start' }[]
  /** Of the simulator's catalogue. */
  readonly faults?: readonly object[]
  readonly contents: readonly object[]
}

export function scenario(start: string, tenants: readonly ScenarioTenant[], more: object = {}): object {
  return {
    start,
    pageSize: 3,
    ...more,
    tenants: tenants.map(({ name, ...rest }) => ({
      tenantId: guid(name),
      displayName: name.slice(0, 200),
      clientId: guid(`${name}/app`),
      clientSecret: `secret-of-${name}`,
      ...rest,
    })),
  }
}

export interface RecordOptions {
  readonly tenant: string
  readonly id: string
  readonly time: string
  readonly operation?: string
  readonly padding?: number
  readonly isThrottled?: boolean
  readonly more?: object
}

/** A Bind record of one message, as the contract has them, or a record of another operation. */
export function auditRecord({ tenant, id, time, operation = 'MailItemsAccessed', padding = 0, isThrottled, more }: RecordOptions): object {
  return {
    CreationTime: time,
    Id: guid(id),
    Operation: operation,
    OrganizationId: guid(tenant),
    RecordType: 50,
    UserType: 0,
    Workload: 'Exchange',
    UserId: `owner@${tenant}.example`,
    MailboxGuid: guid(`${tenant}/mailbox`),
    MailboxOwnerUPN: `owner@${tenant}.example`,
    ClientIPAddress: '198.51.100.7',
    OperationProperties: [
      { Name: 'MailAccessType', Value: 'Bind' },
      ...(isThrottled === undefined ? [] : [{ Name: 'IsThrottled', Value: isThrottled ? 'True' : 'False' }]),
    ],
    OperationCount: 1,
    Folders: [{ Id: 'F1', Path: '\\Inbox', FolderItems: [{ InternetMessageId: `<${guid(`${id}/message`)}@mail.example>` }] }],
    ...(padding > 0 && { Padding: 'x'.repeat(padding) }),
    ...more,
  }
}

export function guid(name: string): string {
  return createHash('sha256')
    .update(name)
    .digest('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
}

/** A time without zone, as records carry it. */
export function recordTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19)
}
