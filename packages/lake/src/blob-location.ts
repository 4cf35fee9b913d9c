import { MailtrailError } from '@mailtrail/core'

/** Where in Azure a lake is. */
export interface BlobLocation {
  readonly container: string
  /** Name of the storage account. */
  readonly account: string
  /** Address of the account's Blob service. */
  readonly endpoint: string
  /** Empty, or ends with a slash. */
  readonly prefix: string
  /** For messages. */
  readonly place: string
}

const form = /^abfss:\/\/([a-z0-9-]{3,63})@([a-z0-9]{3,24})((?:\.[a-z0-9-]+)*)(?:\/((?:[\w!.*'()=-]+\/)*[\w!.*'()=-]+))?\/?$/

/**
 * @param location - `abfss://container@account/prefix`; outside of the worldwide cloud with the whole host of the account, such as
 * `acme.dfs.core.chinacloudapi.cn`
 * @param endpoint - of the Blob service, where it does not follow from the account: an emulator, an address of one's own
 * @throws {@link MailtrailError} `LAKE_LOCATION_INVALID`
 */
export function parseBlobLocation(location: string, endpoint?: string): BlobLocation {
  const [, container, account, domain = '', prefix = ''] = form.exec(location) ?? []
  if (container === undefined || account === undefined || prefix.split('/').some((part) => part === '.' || part === '..')) {
    throw new MailtrailError(
      'LAKE_LOCATION_INVALID',
      // What follows a question mark may be a signature that somebody took for a part of the address.
      `"${location.replace(/\?.*/s, '?…')}" is no container: write abfss://container@account/prefix, such as abfss://evidence@acme/fleet.`,
    )
  }
  // The Blob endpoint serves hierarchical accounts too, and it alone makes an object in one conditional request.
  const host = `${account}${domain.replace('.dfs.', '.blob.') || '.blob.core.windows.net'}`
  return {
    container,
    account,
    endpoint: (endpoint ?? `https://${host}`).replace(/\/$/, ''),
    prefix: prefix && `${prefix}/`,
    place: location.replace(/\/$/, ''),
  }
}
