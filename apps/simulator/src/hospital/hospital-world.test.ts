import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import type { SimulatedContent, World } from '../world.ts'
import { crowdedWindow, dayMs, hourMs, incidentFrom, incidentTo, minuteMs, storyDays, storyEnd } from './calendar.ts'
import { hospitalWorld } from './hospital-world.ts'
import { tellStory } from './story.ts'

const world = hospitalWorld('1')
const story = tellStory(createRandom('hospital 1').fork('story'))
const [hospital, clinic] = world.tenants
const contents = hospital?.contents ?? []
const bodies = contents.map((content) => content.body().toString('utf8'))
const records = bodies.flatMap((text) => JSON.parse(text.replace('\uFEFF', '')) as Record<string, unknown>[])

describe(hospitalWorld, () => {
  test('is the same for the same seed, and another for another', () => {
    expect(fingerprint(hospitalWorld('1'))).toEqual(fingerprint(world))
    expect(fingerprint(hospitalWorld('2'))).not.toEqual(fingerprint(world))
    // Three worlds are built, which takes seconds on a busy machine.
  }, 60_000)

  test('has two tenants, of a size that a laptop takes in its stride', () => {
    const all = world.tenants.flatMap((tenant) => tenant.contents)
    expect(world.tenants.map(({ displayName }) => displayName)).toEqual(['Contoso Hospital', 'Fabrikam Clinic'])
    const count = sum(all.map(({ recordCount }) => recordCount))
    expect(count).toBeGreaterThan(15_000)
    expect(count).toBeLessThan(25_000)
    expect(sum(all.map((content) => content.body().length))).toBeLessThan(40_000_000)
    expect(new Set(contents.map(({ contentId }) => contentId)).size).toBe(contents.length)
  })

  test('serves exactly the records the truth names', () => {
    const served = records.filter(({ Operation }) => Operation === 'MailItemsAccessed').map(({ Id }) => Id)
    const named = contents.flatMap(({ mailRecords }) => mailRecords.map(({ id }) => id))
    expect(served.sort()).toEqual(named.sort())
    expect(new Set(named).size).toBe(story.hospitalAccesses.length)
    expect(named.length).toBeGreaterThan(new Set(named).size)
  })

  test('makes contents available 10 to 90 minutes after the events, but for one in a hundred', () => {
    const isPrompt = (content: SimulatedContent): boolean => {
      const firsts = recordsIn(content).map(({ CreationTime }) => Date.parse(`${CreationTime}Z`))
      const ages = firsts.map((time) => content.created - time)
      return ages.some((age) => age >= 10 * minuteMs && age <= 90 * minuteMs)
    }
    const late = contents.filter((content) => content.recordCount > 0 && !isPrompt(content))
    expect(late.length).toBeGreaterThan(4)
    expect(late.length).toBeLessThan(contents.length / 40)
  })

  test('has contents that appear late, and all of them within the ten days', () => {
    const waits = contents.filter(({ created, listedFrom }) => listedFrom > created).map(({ created, listedFrom }) => listedFrom - created)
    expect(waits.sort((a, b) => a - b)).toEqual([0.5, 2, 3, 30, 30, 50].map((hours) => hours * hourMs))
    const withAnswer = contents.filter((content) =>
      recordsIn(content).some(({ CreationTime }) => Date.parse(`${CreationTime}Z`) < incidentTo),
    )
    expect(Math.max(...withAnswer.map(({ listedFrom }) => listedFrom))).toBeLessThan(storyEnd)
  })

  test('has one record behind a second page, one in a late content and one in a content that appears late', () => {
    const holding = (way: string): SimulatedContent[] => {
      const id = story.hospitalAccesses.find((access) => access.way === way)?.id
      return contents.filter(({ mailRecords }) => mailRecords.some((record) => record.id === id))
    }
    const window = contents.filter(({ created }) => created >= crowdedWindow && created < crowdedWindow + 10 * minuteMs)
    const [second, ...others] = holding('secondPage')
    expect(others).toEqual([])
    expect(window).toContain(second)
    expect(window.filter(({ created }) => created < (second?.created ?? 0)).length).toBeGreaterThanOrEqual(world.pageSize)
    expect(holding('lateContent').map(({ created }) => created > incidentFrom + 56 * hourMs)).toEqual([true])
    expect(holding('lateListing').map(({ created, listedFrom }) => listedFrom - created)).toEqual([30 * hourMs])
  })

  test('has bodies with a byte-order mark, over many lines, empty, and of 2 MB', () => {
    expect(bodies.filter((text) => text.startsWith('\uFEFF')).length).toBe(1)
    expect(bodies.filter((text) => text.startsWith('[\n')).length).toBeGreaterThan(2)
    expect(bodies.filter((text) => text === '[]').length).toBe(1)
    expect(Math.max(...bodies.map(({ length }) => length))).toBeGreaterThan(1_700_000)
    expect(bodies.filter((text) => text.includes('MailItems\\u0041ccessed')).length).toBeGreaterThan(0)
    expect(bodies.filter((text) => /"SizeInBytes":\d+\.00/.test(text)).length).toBeGreaterThan(100)
  })

  test('has faults that pass after two requests at most', () => {
    const faults = contents.flatMap(({ fault }) => fault ?? [])
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['throttle', 'status', 'truncate']))
    expect(faults.every(({ times = 9 }) => times <= 2)).toBe(true)
  })

  test('lets every mailbox leave a record of its own every day', () => {
    for (const mailbox of story.cast.hospital.mailboxes) {
      const days = story.hospitalAccesses.filter((access) => access.mailbox === mailbox).map(({ time }) => Math.floor(time / dayMs) * dayMs)
      expect(
        storyDays.filter((day) => !days.includes(day)),
        mailbox.upn,
      ).toEqual([])
    }
  })

  test('lets the clinic share a network and a mailbox GUID with the case', () => {
    const own = (clinic?.contents ?? []).flatMap(recordsIn)
    expect(own.some(({ ClientIPAddress }) => String(ClientIPAddress).startsWith('174.20.'))).toBe(true)
    expect(own.some(({ MailboxGuid }) => MailboxGuid === story.cast.victim.guid)).toBe(true)
    expect(own.every(({ OrganizationId }) => OrganizationId === clinic?.tenantId)).toBe(true)
  })
})

describe('the flood', () => {
  const binds = story.hospitalAccesses
    .filter(({ mailbox, what }) => mailbox === story.cast.flooded && what.type === 'Bind')
    .map(({ time, throttled }) => ({ time, throttled }))
  const last = Math.max(...binds.filter(({ throttled }) => throttled).map(({ time }) => time))

  test('is more than a thousand records in less than 24 hours', () => {
    expect(binds.filter(({ time }) => time > last - dayMs && time <= last).length).toBeGreaterThan(1000)
  })

  test('is followed by 24 hours without binds, then they resume', () => {
    expect(binds.filter(({ time }) => time > last && time <= last + dayMs)).toEqual([])
    expect(binds.filter(({ time }) => time > last + dayMs).length).toBeGreaterThan(10)
  })
})

describe('the answer', () => {
  const answer = world.story?.answer
  const mailboxes = answer?.mailboxes ?? []

  test('is an interval', () => {
    expect(answer?.lower).toBeGreaterThan(200)
    expect(answer?.lower).toBeLessThan(300)
    expect(answer?.upper).toBeGreaterThan(answer?.lower ?? 0)
  })

  test('itemises one mailbox, and finds one throttled', () => {
    expect(mailboxes.filter(({ itemised }) => itemised.length > 0).map(({ mailbox }) => mailbox)).toEqual([story.cast.victim.upn])
    expect(mailboxes.filter(({ throttled }) => throttled.length > 0).map(({ mailbox }) => mailbox)).toEqual([story.cast.flooded.upn])
    expect(mailboxes.every(({ mailbox }) => mailbox.endsWith('@contoso-hospital.example'))).toBe(true)
    expect(world.story?.alerts).toMatchObject([{ tenantId: hospital?.tenantId, mailbox: story.cast.flooded.upn }])
  })

  test('has what only remarkable records show, and nothing from outside the incident', () => {
    const itemised = mailboxes.flatMap((mailbox) => mailbox.itemised.map(({ internetMessageId }) => internetMessageId))
    const ways = story.hospitalAccesses.filter(({ way }) => way !== undefined)
    expect(ways.length).toBe(3)
    for (const { what } of ways) {
      const ids = what.type === 'Bind' ? what.items.map(({ message }) => message.id) : []
      expect(ids.length).toBe(3)
      expect(itemised).toEqual(expect.arrayContaining(ids))
    }
    const outside = story.hospitalAccesses.filter(
      ({ address, time }) => address.decides === 'inside' && (time < incidentFrom || time >= incidentTo),
    )
    expect(outside.map(({ time }) => time)).toEqual([incidentFrom - 1000, incidentTo])
    for (const { what } of outside) {
      for (const { message } of what.type === 'Bind' ? what.items : []) expect(itemised).not.toContain(message.id)
    }
  })

  test('can be found again in the bodies that were served', () => {
    const found = new Set<string>()
    for (const record of records) {
      const { Operation, CreationTime, ClientIPAddress, Folders } = record
      const time = Date.parse(`${CreationTime}Z`)
      if (Operation !== 'MailItemsAccessed' || time < incidentFrom || time >= incidentTo) continue
      if (!/(^|:)174\.20\./.test(String(ClientIPAddress))) continue
      for (const id of JSON.stringify(Folders ?? []).matchAll(/"InternetMessageId":"\s*<?(?<id>[^">]+?)>?\s*"/g))
        found.add(id.groups?.id ?? '')
    }
    expect(found.size).toBe(answer?.lower)
  })

  test('knows subjects and recipients of exported mail, and none of other mail', () => {
    const messages = mailboxes.flatMap(({ itemised }) => itemised)
    expect(messages.filter(({ subject }) => subject === null).length).toBeGreaterThan(0)
    for (const { subject, sender, recipients } of messages) expect(subject === null).toBe(sender === null && recipients.length === 0)
  })
})

describe('the EmailEvents export', () => {
  const files = world.story?.emailEvents ?? []

  test('lies in hourly files of JSON lines', () => {
    const path = /^insights-logs-advancedhunting-emailevents\/tenantId=[0-9a-f-]{36}\/y=2024\/m=\d\d\/d=\d\d\/h=\d\d\/m=00\/PT1H\.json$/
    for (const file of files) {
      expect(file.path).toMatch(path)
      expect(file.text.endsWith('\r\n')).toBe(true)
    }
    expect(new Set(files.map(({ tenantId }) => tenantId))).toEqual(new Set(world.tenants.map(({ tenantId }) => tenantId)))
  })

  test('has one row a recipient, some again with a later verdict, and some twice', () => {
    const lines = files.flatMap(({ text }) => text.trimEnd().split('\r\n'))
    const rows = lines.map((line) => JSON.parse(line) as { tenantId: string; properties: Record<string, string> })
    const keys = rows.map(({ tenantId, properties }) => `${tenantId} ${properties.NetworkMessageId} ${properties.RecipientEmailAddress}`)
    expect(new Set(lines).size).toBeLessThan(lines.length)
    expect(new Set(keys).size).toBeLessThan(new Set(lines).size)
    expect(rows[0]?.properties).toHaveProperty('ThreatNames', null)
  })
})

function recordsIn(content: SimulatedContent): Record<string, unknown>[] {
  return JSON.parse(content.body().toString('utf8').replace('\uFEFF', ''))
}

function fingerprint({ tenants, story: told }: World): string {
  const hash = createHash('sha256').update(JSON.stringify(told))
  for (const { tenantId, clientSecret, contents: all } of tenants) {
    hash.update(`${tenantId} ${clientSecret}`)
    for (const content of all) hash.update(JSON.stringify(content)).update(content.body())
  }
  return hash.digest('hex')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
