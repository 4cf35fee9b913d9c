import { MailtrailError } from '@mailtrail/core'

/** For a reader that was held to one version of an object. @param place - of the lake */
export function objectChanged(place: string, key: string): MailtrailError {
  return new MailtrailError(
    'LAKE_OBJECT_CHANGED',
    `The object ${key} in the lake at ${place} was replaced while it was read. Read it again.`,
    {
      retry: { again: true },
    },
  )
}
