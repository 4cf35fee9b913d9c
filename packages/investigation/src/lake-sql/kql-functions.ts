import { addressWrappings, dottedAddress, outerSpace, zeroGroups, zeroRuns, zonedTime } from './patterns.ts'

const host = addressWrappings.reduce((text, wrapping) => `replace_regex(${text}, @'${wrapping}', @'\\1')`, 'trimmed(t)')
const compressed = zeroRuns
  .map((run) => `t matches regex @'${zeroGroups(run)}', replace_regex(t, @'${zeroGroups(run)}', @'\\1::\\2'),`)
  .join('\n    ')

/** What the views call in Azure Data Explorer. Missing text is empty there. */
export const kqlFunctions: readonly string[] = [
  `trimmed(t: string) {
  replace_regex(t, @'${outerSpace}', '')
}`,
  `text_of(value: dynamic) {
  // A text with something in it; numbers, objects and blanks count as missing.
  iff(gettype(value) == 'string' and isnotempty(trimmed(tostring(value))), tostring(value), '')
}`,
  `word_of(value: dynamic) {
  tolower(trimmed(tostring(value)))
}`,
  String.raw`unwrapped(value: dynamic) {
  // Some exports put objects and lists into strings.
  iff(gettype(value) == 'string' and tostring(value) matches regex @'^\s*[\[{]', parse_json(tostring(value)), value)
}`,
  `elements(value: dynamic) {
  iff(gettype(value) == 'array', value, dynamic([]))
}`,
  `whole_number(value: dynamic) {
  tolong(todouble(trimmed(tostring(value))))
}`,
  String.raw`bare_id(t: string) {
  // A message id without outer white space and one pair of angle brackets.
  trimmed(replace_regex(trimmed(t), @'(?s)^<(.*)>$', @'\1'))
}`,
  String.raw`utc_time(t: string) {
  // To the millisecond; a time without a zone is UTC.
  iff(trimmed(t) matches regex @'${zonedTime}',
    todatetime(replace_regex(
      strcat(replace_string(toupper(trimmed(t)), ' ', 'T'), iff(trimmed(t) matches regex @'(?i)(Z|[+-]\d\d:?\d\d)$', '', 'Z')),
      @'(\.\d{3})\d+', @'\1')),
    datetime(null))
}`,
  `address_host(t: string) {
  ${host}
}`,
  `compressed(t: string) {
  case(
    ${compressed}
    t)
}`,
  String.raw`printed_v6(full: string) {
  // Of a v6 address with all its digits; v4 where it is mapped.
  iff(full startswith '0000:0000:0000:0000:0000:ffff:',
    format_ipv4(tolong(strcat('0x', substring(full, 30, 4), substring(full, 35, 4)))),
    compressed(replace_regex(full, @'(^|:)0{1,3}', @'\1')))
}`,
  `normalized_address(t: string) {
  // One spelling for each address: v4 dotted, also where it is mapped into v6; v6 as in RFC 5952. Empty where the text is no address.
  case(
    address_host(t) matches regex @'^${dottedAddress}$', address_host(t),
    address_host(t) matches regex @'^[0-9A-Fa-f:]*:(?:${dottedAddress}|[0-9A-Fa-f]*)$', printed_v6(parse_ipv6(address_host(t))),
    '')
}`,
]
