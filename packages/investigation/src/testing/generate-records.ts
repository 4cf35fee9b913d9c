import { bind } from './build-records.ts'
import type { Json } from './lake-fixture.ts'

const times = [
  '2024-03-14T09:00:00',
  '2024-03-14 09:00:00',
  '2024-03-14T09:00:00Z',
  '2024-03-14T09:00:00.1234567Z',
  '2024-03-14T09:00:00.9',
  '2024-03-14t09:00:00z',
  '2024-03-14T09:00:00+05:30',
  '2024-03-14T09:00:00-0800',
  ' 2024-03-14T09:00:00 ',
  '2024-02-29T23:59:59',
  '2023-02-29T00:00:00',
  '2024-03-14T24:00:00',
  '2024-03-14T23:60:00',
  '2024-03-14T23:59:60',
  '2024-03-14T09:00',
  '2024-03-14',
  '0001-01-01T00:00:00',
  '2101-01-01T00:00:00',
  '2024-03-14T09:00:00+15:00',
  'soon',
  '',
  null,
  undefined,
  1_710_406_800_000,
]
const addresses = [
  '203.0.113.7',
  '203.0.113.7:51234',
  '2001:db8::1',
  '[2001:db8::1]:51234',
  '[2001:db8::1]',
  '::ffff:203.0.113.7',
  'localhost',
  '',
  null,
  undefined,
  'NAME (10.0.0.1)',
  '2603:10a6:20b::1',
  '010.1.1.1',
  ' 203.0.113.7 ',
]
const flags = ['True', 'true', 'FALSE', 'False', true, false, null, 'maybe', 1]
const kinds = ['Bind', 'Sync', 'bind', ' SYNC ', 'Other', null]
const names = ['IsThrottled', 'isthrottled', ' ISTHROTTLED ', 'Throttled', null, 5]
const ids = ['<a@x>', 'b@x', ' <c@x> ', '<>', '', null, undefined, 7, '<Ünï@x>', '<half\ud83d@x>', '{odd}@x', '@{odd@x']
const paths = ['\\Inbox', '\\Boîte de réception', 'Not Available', '', null, 3, '\\[x] "quoted", \\u0000']
const numbers = [0, 2, '1', ' 7 ', 1156492.5, '1156492.00', '44329', 'many', '', true, null, undefined, [3]]
const texts = ['s-1', ' S-2 ', '', null, undefined, 4]

/** MailItemsAccessed records in every shape seen on the wire, in exports, or feared; the same ones for a count. */
export function generateRecords(count: number): Json[] {
  let state = 7
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  const pick = <T>(values: readonly T[]): T | undefined => values[random(values.length)]
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: random(most + 1) }, make)
  let isPlain = false
  const wrapped = (value: unknown): unknown => (!isPlain && random(12) === 0 ? JSON.stringify(value) : value)
  const strange = (value: unknown): unknown => (!isPlain && random(25) === 0 ? pick([null, 'text', 5, [], {}, [null], ['x', 2]]) : value)
  const property = (): unknown =>
    pick<unknown>([
      { Name: 'MailAccessType', Value: pick(kinds) },
      { Value: pick(flags), Name: pick(names) },
      null,
      isPlain ? null : 'x',
      isPlain ? 7 : '@{Value=Sync; Name=MailAccessType}',
    ])
  const item = (): unknown => strange(wrapped({ InternetMessageId: pick(ids), Subject: pick(paths), SizeInBytes: pick(numbers) }))
  const folder = (): unknown => strange(wrapped({ Path: pick(paths), Name: pick(texts), FolderItems: strange(wrapped(some(3, item))) }))
  const record = (_: unknown, index: number): Json => {
    isPlain = index % 2 === 0
    return {
      ...bind([]),
      Id: `id-${index}`,
      CreationTime: pick(times),
      RecordType: pick([50, 2, '50', '2', '50.0', null]),
      MailboxGuid: pick(['D0000000-0000-4000-8000-00000000000A', ' g ', '', null, 3]),
      MailboxOwnerUPN: pick(['Dora@Hospital.example', '', null, undefined]),
      UserId: pick(['admin@hospital.example', '', 'S-1-5-18']),
      ClientIPAddress: pick(addresses),
      ClientIP: pick(addresses),
      SessionId: pick(texts),
      LogonType: pick(numbers),
      ClientInfoString: pick(texts),
      OperationCount: pick(numbers),
      AppAccessContext: strange(wrapped({ AADSessionId: pick(texts), ClientAppId: pick(texts), UniqueTokenId: pick(texts) })),
      OperationProperties: strange(wrapped(some(3, property))),
      Folders: strange(wrapped(some(3, folder))),
      Item: strange(wrapped({ ParentFolder: strange(wrapped({ Name: pick(texts), Path: pick(paths) })) })),
    }
  }
  return Array.from({ length: count }, record)
}
