/** Where one Microsoft cloud signs in and answers. Exactly these schemes, hosts and ports receive secrets and tokens. */
export interface Cloud {
  readonly name: string
  /** Origin of the token service, such as `https://login.microsoftonline.com`. */
  readonly loginHost: string
  /** Origin of the Management Activity API, such as `https://manage.office.com`. */
  readonly apiRoot: string
  /** What the token is asked for: the scope without its `/.default`. */
  readonly resource: string
  /** PEM file of the certificate authorities trusted for this cloud, in place of the built-in ones (simulators, labs, TLS-inspecting proxies). */
  readonly caFile?: string
}

export type CloudName = 'worldwide' | 'gcc' | 'gcc-high' | 'dod' | 'china'

/**
 * Microsoft's clouds. The API roots are the reference's, except `china`, which no Microsoft page lists and which is as public collectors have it;
 * the resource is the API root, although some tools use another for `gcc` and `dod`: name a cloud of your own to override it.
 *
 * @see https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference
 */
export const clouds: Readonly<Record<CloudName, Cloud>> = {
  worldwide: cloud('worldwide', 'https://login.microsoftonline.com', 'https://manage.office.com'),
  gcc: cloud('gcc', 'https://login.microsoftonline.com', 'https://manage-gcc.office.com'),
  'gcc-high': cloud('gcc-high', 'https://login.microsoftonline.us', 'https://manage.office365.us'),
  dod: cloud('dod', 'https://login.microsoftonline.us', 'https://manage.protection.apps.mil'),
  china: cloud('china', 'https://login.partner.microsoftonline.cn', 'https://manage.office365.cn'),
}

function cloud(name: CloudName, loginHost: string, apiRoot: string): Cloud {
  return { name, loginHost, apiRoot, resource: apiRoot }
}
