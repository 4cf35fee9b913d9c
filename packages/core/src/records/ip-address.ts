import ipaddr from 'ipaddr.js'
import { MailtrailError } from '../errors.ts'

/** A network in canonical form; `network` has its host bits cleared. */
export interface AddressRange {
  readonly network: string
  readonly prefixLength: number
}

const v4 = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/
const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/
const v4WithPort = /^([\d.]+):(\d{1,5})$/
const zone = /%[\w.~-]+$/

/**
 * One spelling for each address: v4 dotted, v6 as in RFC 5952, mapped v4 (`::ffff:192.0.2.1`) as v4; port, brackets, zone and outer
 * white space off. `undefined` for host names and other text, and for the short, octal and hexadecimal forms of v4, whose reading
 * differs between systems.
 */
export function normalizeAddress(raw: string): string | undefined {
  const host = withoutPort(raw.trim())
  const address = host === undefined ? undefined : parseAddress(host)
  return address && print(address)
}

/**
 * Reads `174.20.0.0/16`, `2001:db8::/32`, or a single address.
 *
 * @throws {@link MailtrailError} `ADDRESS_RANGE_INVALID`
 */
export function parseAddressRange(text: string): AddressRange {
  const [, host = text, length] = /^([^/]*)\/(\d{1,3})$/.exec(text.trim()) ?? []
  const normalized = normalizeAddress(host)
  if (normalized === undefined) throw rangeInvalid(text)
  const bits = ipaddr.parse(normalized).kind() === 'ipv4' ? 32 : 128
  const prefixLength = length === undefined ? bits : Number(length) - (isMapped(host.trim(), bits) ? 96 : 0)
  if (prefixLength < 0 || prefixLength > bits) throw rangeInvalid(text)
  return { network: networkOf(normalized, prefixLength), prefixLength }
}

/** Compares addresses, not text: 174.200.1.1 is not in 174.20.0.0/16. */
export function isInRange(normalized: string, range: AddressRange): boolean {
  const address = parseAddress(normalized)
  const network = ipaddr.parse(range.network)
  if (!address || address.kind() !== network.kind()) return false
  return address.match(network, range.prefixLength)
}

const exchangeOnline: AddressRange = { network: '2603:10a6::', prefixLength: 32 }

/**
 * Whether this is one of Exchange Online's own servers. Apps that read mail through REST are recorded under these, so such an address
 * says nothing of where the person was: 165 of 224 REST binds of a public corpus came from here.
 *
 * @see https://github.com/invictus-ir/o365_dataset
 */
export function isExchangeOnlineAddress(normalized: string): boolean {
  return isInRange(normalized, exchangeOnline)
}

function withoutPort(text: string): string | undefined {
  const [, host = text, port = '0'] = bracketed.exec(text) ?? v4WithPort.exec(text) ?? []
  return Number(port) <= 65_535 ? host : undefined
}

function parseAddress(host: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (!host.includes(':')) return v4.test(host) && ipaddr.IPv4.isValid(host) ? ipaddr.IPv4.parse(host) : undefined
  const bare = host.replace(zone, '')
  if (!hasStrictTail(bare) || !ipaddr.IPv6.isValid(bare)) return undefined
  const address = ipaddr.IPv6.parse(bare)
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

/** ipaddr.js takes octal and hexadecimal parts in the dotted tail of a v6 address. */
function hasStrictTail(host: string): boolean {
  const tail = host.slice(host.lastIndexOf(':') + 1)
  return !tail.includes('.') || v4.test(tail)
}

function print(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address.kind() === 'ipv6' ? (address as ipaddr.IPv6).toRFC5952String() : address.toString()
}

/** Of a prefix written for a mapped v4 address, the first 96 bits only say that it is one. */
function isMapped(host: string, bits: number): boolean {
  return bits === 32 && withoutPort(host)?.includes(':') === true
}

function networkOf(normalized: string, prefixLength: number): string {
  const cidr = `${normalized}/${prefixLength}`
  return print(normalized.includes(':') ? ipaddr.IPv6.networkAddressFromCIDR(cidr) : ipaddr.IPv4.networkAddressFromCIDR(cidr))
}

function rangeInvalid(text: string): MailtrailError {
  return new MailtrailError(
    'ADDRESS_RANGE_INVALID',
    `"${text.slice(0, 60)}" is not an address range: write 174.20.0.0/16 or 2001:db8::/32 for a network, or one address.`,
  )
}
