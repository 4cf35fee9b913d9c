import { describe, expect, test } from 'vitest'
import type { JsonObject } from './json-value.ts'
import { type MailAccess, parseMailAccess } from './mail-access.ts'

/** A Bind record as the API sends it in 2025, with two folders, the first of them empty. */
const bind: JsonObject = {
  Id: '8b306ff2-0a7b-4f6c-9f8e-b1a2c3d4e98f',
  RecordType: 50,
  CreationTime: '2024-03-13T11:02:10',
  Operation: 'MailItemsAccessed',
  UserId: 'Delegate@Clinic.example',
  MailboxOwnerUPN: 'Records@Clinic.example',
  MailboxGuid: 'D0C5F8AE-9ED7-4E46-BFDF-EA1460F5A31B',
  LogonType: 2,
  ClientIPAddress: '[::ffff:203.0.113.7]:51234',
  ClientIP: '198.51.100.1',
  ClientInfoString: 'Client=OWA;Action=ViaProxy',
  AppId: 'app',
  ClientAppId: 'client-app',
  AppAccessContext: { AADSessionId: 'aad-session', UniqueTokenId: 'Token-AbC' },
  OperationCount: 3,
  OperationProperties: [
    { Name: 'MailAccessType', Value: 'Bind' },
    { Name: 'IsThrottled', Value: 'False' },
  ],
  Folders: [
    { Id: 'LgA', Path: '\\Boîte de réception', FolderItems: [] },
    {
      Id: 'LgB',
      Path: '\\Deleted Items\\Old',
      FolderItems: [
        { InternetMessageId: ' <One@a.example>', SizeInBytes: 44_329, Subject: 'Lab results' },
        { InternetMessageId: '<two@a.example>', SizeInBytes: '1156492.00' },
      ],
    },
    { Id: 'LgC', Path: '\\Inbox', FolderItems: [{ Id: 'RgAAAA' }] },
  ],
}

/** A Sync record: type 2, no `Folders`, the folder in `Item`, its path not given. */
const sync: JsonObject = {
  Id: '0a0b',
  RecordType: 2,
  Operation: 'MailItemsAccessed',
  SessionId: 'session',
  AppAccessContext: { AADSessionId: 'aad-session' },
  ClientIP: '203.0.113.7:51234',
  ClientInfoString: 'Client=MSExchangeRPC',
  OperationProperties: [
    { Name: 'MailAccessType', Value: 'Sync' },
    { Name: 'IsThrottled', Value: 'False' },
  ],
  Item: { Id: 'LgA', ParentFolder: { Id: 'LgA', Name: 'Inbox', Path: 'Not Available' } },
}

const parse = (changes: JsonObject, base: JsonObject = bind): MailAccess => parseMailAccess({ ...base, ...changes })

describe(parseMailAccess, () => {
  test('reads a Bind record', () => {
    expect(parseMailAccess(bind)).toEqual({
      id: '8b306ff2-0a7b-4f6c-9f8e-b1a2c3d4e98f',
      time: Date.parse('2024-03-13T11:02:10Z'),
      recordType: 50,
      accessType: 'Bind',
      isThrottled: false,
      mailboxGuid: 'd0c5f8ae-9ed7-4e46-bfdf-ea1460f5a31b',
      mailbox: 'records@clinic.example',
      userId: 'Delegate@Clinic.example',
      logonType: 2,
      address: { raw: '[::ffff:203.0.113.7]:51234', normalized: '203.0.113.7' },
      sessionKey: 'aad-session',
      tokenId: 'Token-AbC',
      appId: 'app',
      clientAppId: 'client-app',
      clientInfo: 'Client=OWA;Action=ViaProxy',
      operationCount: 3,
      items: [
        {
          folder: '\\Deleted Items\\Old',
          internetMessageId: ' <One@a.example>',
          messageId: 'One@a.example',
          subject: 'Lab results',
          sizeInBytes: 44_329,
        },
        {
          folder: '\\Deleted Items\\Old',
          internetMessageId: '<two@a.example>',
          messageId: 'two@a.example',
          subject: undefined,
          sizeInBytes: 1_156_492,
        },
        { folder: '\\Inbox', internetMessageId: undefined, messageId: undefined, subject: undefined, sizeInBytes: undefined },
      ],
      syncedFolders: [],
    })
  })

  test('reads a Sync record, which has record type 2', () => {
    expect(parseMailAccess(sync)).toMatchObject({
      recordType: 2,
      accessType: 'Sync',
      time: undefined,
      sessionKey: 'session',
      address: { raw: '203.0.113.7:51234', normalized: '203.0.113.7' },
      operationCount: undefined,
      items: [],
      syncedFolders: [{ path: undefined, name: 'Inbox' }],
    })
  })

  test.each([
    {
      title: 'its Folders',
      changes: { Item: null, Folders: [{ Path: '\\Inbox' }, { Path: '\\Sent Items', FolderItems: null }] },
      paths: ['\\Inbox', '\\Sent Items'],
    },
    { title: 'Item as JSON in a string', changes: { Item: '{"ParentFolder":{"Path":"\\\\Inbox"}}' }, paths: ['\\Inbox'] },
    { title: 'nothing', changes: { Item: {} }, paths: [] },
  ])('takes the folders of a Sync from $title', ({ changes, paths }) => {
    expect(parse(changes, sync).syncedFolders.map(({ path }) => path)).toEqual(paths)
  })

  test.each([
    { flag: true, properties: [{ Name: 'IsThrottled', Value: 'True' }] },
    {
      flag: true,
      properties: [
        { Name: 'MailAccessType', Value: 'Bind' },
        { Name: 'X', Value: 'False' },
        { Name: 'IsThrottled', Value: 'True' },
      ],
    },
    { flag: true, properties: [{ Value: 'TRUE', Name: 'isthrottled' }] },
    { flag: true, properties: [{ Name: 'IsThrottled', Value: true }] },
    {
      flag: true,
      properties: [
        { Name: 'IsThrottled', Value: 'False' },
        { Name: 'IsThrottled', Value: 'true' },
      ],
    },
    { flag: true, properties: '[{"Name":"IsThrottled","Value":"True"}]' },
    { flag: true, properties: ['@{Value=True; Name=IsThrottled}'] },
    { flag: true, properties: '@{Name=IsThrottled; Value=True}' },
    { flag: false, properties: [{ Name: 'IsThrottled', Value: 'False' }] },
    {
      flag: false,
      properties: [
        { Name: 'Other', Value: 'True' },
        { Name: 'IsThrottled', Value: 'False' },
      ],
    },
    { flag: undefined, properties: [{ Name: 'MailAccessType', Value: 'Bind' }] },
    { flag: undefined, properties: [{ Name: 'Other', Value: 'True' }] },
    { flag: undefined, properties: [{ Name: 'IsThrottled' }, null, 7, 'IsThrottled=True'] },
    { flag: undefined, properties: [] },
    { flag: undefined, properties: null },
    { flag: undefined, properties: '[{"Name":"IsThrottled"' },
  ])('throttled is $flag by $properties', ({ flag, properties }) => {
    expect(parse({ OperationProperties: properties, IsThrottled: 'True' }).isThrottled).toBe(flag)
  })

  test.each([
    { type: 'Sync', properties: [{ Name: 'mailaccesstype', Value: 'sync' }] },
    { type: 'Bind', properties: '[{"Name":"MailAccessType","Value":"Bind"}]' },
    { type: undefined, properties: [{ Name: 'MailAccessType', Value: 'Peek' }] },
    { type: undefined, properties: [{ Name: 'MailAccessType', Value: null }] },
  ])('access type is $type by $properties', ({ type, properties }) => {
    expect(parse({ OperationProperties: properties }).accessType).toBe(type)
  })

  test.each([
    { title: 'JSON in a string', folders: JSON.stringify(bind.Folders), ids: ['One@a.example', 'two@a.example', undefined] },
    { title: 'a folder as JSON in a string', folders: ['{"FolderItems":[{"InternetMessageId":"<x@y>"}]}'], ids: ['x@y'] },
    { title: 'one folder without a list', folders: { FolderItems: { InternetMessageId: '<x@y>' } }, ids: ['x@y'] },
    {
      title: 'null parts',
      folders: [null, 'x', { FolderItems: null }, { FolderItems: [null, 1, { InternetMessageId: '<x@y>' }] }],
      ids: ['x@y'],
    },
    {
      title: 'ids that are none',
      folders: [{ FolderItems: [{ InternetMessageId: '' }, { InternetMessageId: 7 }, { InternetMessageId: '<>' }] }],
      ids: [undefined, undefined, undefined],
    },
    { title: 'PowerShell text', folders: ['@{Id=Lg=; Path=\\Inbox; FolderItems=System.Object[]}'], ids: [] },
    { title: 'broken JSON', folders: '[{"FolderItems":[', ids: [] },
    { title: 'null', folders: null, ids: [] },
  ])('reads the messages of Folders given as $title', ({ folders, ids }) => {
    expect(parse({ Folders: folders }).items.map(({ messageId }) => messageId)).toEqual(ids)
  })

  test.each([
    { changes: { Id: '' }, expected: { id: undefined } },
    { changes: { RecordType: '2', LogonType: '0', OperationCount: '7' }, expected: { recordType: 2, logonType: 0, operationCount: 7 } },
    {
      changes: { LogonType: '', OperationCount: 'many', RecordType: null },
      expected: { recordType: undefined, logonType: undefined, operationCount: undefined },
    },
    { changes: { MailboxOwnerUPN: ' Records@Clinic.example ' }, expected: { mailbox: 'records@clinic.example' } },
    { changes: { MailboxOwnerUPN: '' }, expected: { mailbox: 'delegate@clinic.example' } },
    { changes: { MailboxOwnerUPN: null, UserId: null }, expected: { mailbox: undefined, userId: undefined } },
    { changes: { SessionId: 'session' }, expected: { sessionKey: 'session' } },
    { changes: { AppAccessContext: '{"AADSessionId":"from-text"}' }, expected: { sessionKey: 'from-text' } },
    { changes: { AppAccessContext: null }, expected: { sessionKey: undefined, tokenId: undefined } },
    { changes: { ClientIPAddress: '' }, expected: { address: { raw: '198.51.100.1', normalized: '198.51.100.1' } } },
    { changes: { ClientIPAddress: 'NAME (10.0.0.1)' }, expected: { address: { raw: 'NAME (10.0.0.1)', normalized: undefined } } },
    { changes: { ClientIPAddress: null, ClientIP: ' ' }, expected: { address: undefined } },
    { changes: { CreationTime: 'soon' }, expected: { time: undefined } },
  ])('reads $changes as $expected', ({ changes, expected }) => expect(parse(changes)).toMatchObject(expected))

  test('reads a record that says nothing', () => {
    const { items, syncedFolders, ...rest } = parseMailAccess({})
    expect([...items, ...syncedFolders, ...new Set(Object.values(rest))]).toEqual([undefined])
  })
})
