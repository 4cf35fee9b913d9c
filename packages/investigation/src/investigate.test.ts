import { describe, expect, test } from 'vitest'
import { investigate } from './investigate.ts'
import { ask, itemisedIds, mailboxOf } from './testing/ask.ts'
import { bind, emailEvent, sync } from './testing/build-records.ts'
import { createLakeFixture } from './testing/lake-fixture.ts'

describe(investigate, () => {
  test('every item of every folder counts, also after an empty first folder', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([
      bind([], {
        Folders: [
          { Path: '\\Inbox', FolderItems: [] },
          { Path: '\\Drafts', FolderItems: null },
          { Path: '\\Boîte de réception', FolderItems: [{ InternetMessageId: '<a@x>' }, { InternetMessageId: '<b@x>' }] },
          { Path: '\\Deleted Items\\Old', FolderItems: [{ InternetMessageId: 'c@x' }] },
        ],
      }),
    ])
    const answer = await ask(fixture)
    expect(itemisedIds(answer)).toEqual(['a@x', 'b@x', 'c@x'])
    expect(answer).toMatchObject({ lower: 3, upper: 3, complete: true })
  })

  test('a Sync record of type 2 presumes every message that was there by then, and itemises none', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([sync('Inbox')])
    await fixture.putEmailEvents([emailEvent('a@x'), emailEvent('late@x', { Timestamp: '2024-03-14T10:00:00Z' })])
    const answer = await ask(fixture)
    expect(mailboxOf(answer)).toMatchObject({
      itemised: [],
      syncedFolders: [{ folder: 'Inbox', times: ['2024-03-14T09:00:00Z'] }],
      presumed: ['a@x'],
    })
    expect(answer).toMatchObject({ lower: 0, upper: 1 })
  })
})
