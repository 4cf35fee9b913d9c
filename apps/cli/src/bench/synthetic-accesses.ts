import type { TenantId } from '@mailtrail/core'

/** How many mailboxes, and how many addresses people come from. */
const [mailboxes, addresses] = [1_000, 4_000]

/** A mailbox of the bench by its number. */
export function benchMailbox(number: number): { readonly guid: string; readonly upn: string } {
  return { guid: `${hex(number, 8)}-0000-4000-8000-000000000000`, upn: `person.${number}@hospital.example` }
}

export interface SyntheticDay {
  readonly tenantId: TenantId
  /** UTC milliseconds of its first moment. */
  readonly from: number
  readonly to: number
  readonly records: number
  readonly itemsPerRecord: number
}

/** MailItemsAccessed records as Exchange writes them, in order of time; the same ones for a day. */
export function* syntheticAccesses({ tenantId, from, to, records, itemsPerRecord }: SyntheticDay): Generator<Record<string, unknown>> {
  let state = (Math.floor(from / 60_000) % 2_147_483_646) + 1
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  const day = Math.floor(from / 86_400_000)
  for (let index = 0; index < records; index += 1) {
    const { guid, upn } = benchMailbox(random(mailboxes))
    const address = random(addresses)
    const item = (): unknown => {
      const message = random(2_000_000)
      return {
        Id: `RgAAAAB${hex(message, 40)}AAJ`,
        InternetMessageId: `<${hex(message, 32)}@mail.hospital.example>`,
        SizeInBytes: 2_000 + random(90_000),
        Subject: `Results of ${hex(message, 12)}, please read before the round on ward ${message % 40}`,
      }
    }
    const time = from + Math.floor((index * (to - from)) / records)
    yield {
      CreationTime: new Date(time).toISOString().slice(0, 19),
      Id: `${hex(day, 8)}-${hex(index % 65_536, 4)}-4${hex(index >> 16, 3)}-8000-${hex(random(2_147_483_647), 12)}`,
      Operation: 'MailItemsAccessed',
      OrganizationId: tenantId,
      RecordType: 50,
      ResultStatus: 'Succeeded',
      UserKey: hex(random(2_147_483_647), 16),
      UserType: 0,
      Version: 1,
      Workload: 'Exchange',
      UserId: upn,
      AppId: '00000002-0000-0ff1-ce00-000000000000',
      AppAccessContext: {
        AADSessionId: `${hex(random(20_000), 8)}-0000-4000-8000-00000000000a`,
        UniqueTokenId: hex(random(2_147_483_647), 22),
      },
      ClientAppId: '00000002-0000-0ff1-ce00-000000000000',
      ClientIPAddress: `10.${address >> 8}.${address & 255}.7`,
      ClientInfoString: 'Client=OWA;Action=ViaProxy',
      ExternalAccess: false,
      InternalLogonType: 0,
      LogonType: 0,
      LogonUserSid: `S-1-5-21-1000000000-2000000000-3000000000-${random(100_000)}`,
      MailboxGuid: guid,
      MailboxOwnerSid: 'S-1-5-21-1000000000-2000000000-3000000000-1000',
      MailboxOwnerUPN: upn,
      OperationProperties: [
        { Name: 'MailAccessType', Value: 'Bind' },
        { Name: 'IsThrottled', Value: 'False' },
      ],
      OrganizationName: 'hospital.onmicrosoft.com',
      OriginatingServer: 'AM0PR01MB0000 (15.20.4200.000)\r\n',
      Folders: [{ FolderItems: Array.from({ length: itemsPerRecord }, item), Id: 'LgAAAAB', Path: '\\Inbox' }],
      OperationCount: itemsPerRecord,
    }
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
