import { describe, expect, test } from 'vitest'
import { contentListing } from './content-descriptor.ts'

const descriptor = {
  contentType: 'Audit.Exchange',
  contentId: '2024$x',
  contentUri: 'https://manage.office.com/x',
  contentCreated: '2024-03-14T09:01:02Z',
  contentExpiration: '2024-03-21T09:01:02Z',
}

describe('a content listing', () => {
  test.each([
    { title: 'with a zone', text: '2024-03-14T09:01:02Z' },
    { title: 'with seven digits of a second', text: '2024-03-14T09:01:02.0009999Z' },
    { title: 'without a zone, which is UTC', text: '2024-03-14T09:01:02' },
    { title: 'with another offset', text: '2024-03-14T10:01:02+01:00' },
  ])('reads a time $title', ({ text }) => {
    expect(contentListing.parse([{ ...descriptor, contentCreated: text }])[0]?.contentCreated).toBe(Date.UTC(2024, 2, 14, 9, 1, 2))
  })

  test.each([
    { title: 'an id missing', change: { contentId: undefined } },
    { title: 'an empty address', change: { contentUri: '' } },
    { title: 'a time of day only', change: { contentCreated: '09:01:02' } },
    { title: 'a time that does not exist', change: { contentExpiration: '2024-13-14T09:01:02Z' } },
    { title: 'a time as a number', change: { contentExpiration: 1 } },
  ])('is refused whole for $title', ({ change }) => {
    expect(contentListing.safeParse([descriptor, { ...descriptor, ...change }]).success).toBe(false)
  })

  test('keeps an unknown content type, and drops fields nobody reads', () => {
    expect(contentListing.parse([{ ...descriptor, contentType: 'Audit.New', extra: 1 }])).toEqual([
      expect.objectContaining({ contentType: 'Audit.New', contentId: '2024$x' }),
    ])
  })
})
